import unicodedata
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login, hash_password
from cloud_hub.access.sign_in import (
    check_password,
    close_session,
    login_of,
    open_session,
    viewer_of_login,
)
from cloud_hub.access.tables import Login, LoginSession
from cloud_hub.access.tokens import NewToken, mint_token, token_row
from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from device_profiles.store import LoginRole
from tests.talking_device import NOON

HOUR = timedelta(hours=1)


def anna(database: Database) -> Login:
    with database.writing() as session:
        add_login(
            session,
            NewLogin(
                tenant_id="linguang",
                login_name="anna",
                password="long enough",
                grant=Grant(role=LoginRole.STORE, scopes=("s01",)),
                language="zh",
            ),
        )
    with database.sessions() as session:
        login = check_password(session, "anna", "long enough")
        assert login is not None
        return login


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize(
    "password", ["Pässwörd-1234", "ﬁne-Ⅳ-１２３４", "パスワード-1234", "비밀번호-1234"]
)
def test_a_password_is_right_however_a_keyboard_writes_its_letters(
    database: Database, form: Literal["NFC", "NFD", "NFKC", "NFKD"], password: str
) -> None:
    login = anna(database)
    with database.writing() as session:
        kept = session.merge(login)
        kept.password_hash = hash_password(unicodedata.normalize("NFC", password))
    with database.sessions() as session:
        assert check_password(session, "anna", unicodedata.normalize(form, password)) is not None
        assert check_password(session, "anna", password + "x") is None


def test_a_hash_of_an_earlier_release_is_good_for_what_was_typed_then(database: Database) -> None:
    login = anna(database)
    typed = unicodedata.normalize("NFD", "Pässwörd-1234")
    with database.writing() as session:
        session.merge(login).password_hash = PasswordHasher().hash(typed)
    with database.sessions() as session:
        assert check_password(session, "anna", typed) is not None


def test_a_session_lasts_as_long_as_it_was_opened_for(database: Database) -> None:
    login = anna(database)
    with database.writing() as session:
        cookie = open_session(session, login, NOON, lasts=HOUR)
    with database.sessions() as session:
        known = login_of(session, cookie, NOON + HOUR / 2)
        assert known is not None
        viewer = viewer_of_login(session, known)
        assert (viewer.role, viewer.only_store, viewer.language) == (LoginRole.STORE, "s01", "zh")
        assert login_of(session, cookie, NOON + HOUR) is None
        assert login_of(session, cookie + "x", NOON) is None


def test_a_closed_session_and_a_disabled_login_end_at_once(database: Database) -> None:
    login = anna(database)
    with database.writing() as session:
        first = open_session(session, login, NOON, lasts=HOUR)
        second = open_session(session, login, NOON, lasts=HOUR)
    with database.writing() as session:
        close_session(session, first)
        assert login_of(session, first, NOON) is None
        assert login_of(session, second, NOON) is not None
        kept = session.get(Login, ("linguang", "anna"))
        assert kept is not None
        kept.disabled_at = NOON
        session.flush()
        assert login_of(session, second, NOON) is None
        assert check_password(session, "anna", "long enough") is None


def test_a_login_reads_in_a_language_that_there_is_or_in_its_browsers(database: Database) -> None:
    words = {
        "tenant_id": "linguang",
        "login_name": "ben",
        "password": "long enough",
        "grant": Grant(role=LoginRole.IT),
    }
    with database.writing() as session:
        add_login(session, NewLogin(**words))
        session.flush()
        kept = session.get(Login, ("linguang", "ben"))
        assert kept is not None
        assert kept.language is None
        with pytest.raises(Refused, match="there is no language 'tlh'; there is: en, "):
            add_login(session, NewLogin(**words, language="tlh"))


def test_a_login_changed_between_its_check_and_its_session_gets_none(database: Database) -> None:
    checked = anna(database)
    anna(database)
    with database.writing() as session, pytest.raises(Refused, match="sign in again"):
        open_session(session, checked, NOON, lasts=HOUR)


def test_a_new_password_signs_out_everywhere(database: Database) -> None:
    login = anna(database)
    with database.writing() as session:
        cookies = [open_session(session, login, NOON, lasts=HOUR) for _ in range(2)]
    anna(database)
    with database.sessions() as session:
        assert [login_of(session, cookie, NOON) for cookie in cookies] == [None, None]


def test_a_cookie_is_not_in_the_database(database: Database) -> None:
    login = anna(database)
    with database.writing() as session:
        cookie = open_session(session, login, NOON, lasts=HOUR)
        session.flush()
        rows = session.query(LoginSession).all()
        assert all(cookie not in row.session_hash for row in rows)


def test_a_token_is_found_by_its_whole_text_only(database: Database) -> None:
    with database.writing() as session:
        grant = Grant(role=LoginRole.HEAD_OFFICE)
        token = mint_token(session, NewToken(tenant_id="linguang", name="x", grant=grant), NOON)
        session.flush()
        assert token_row(session, token) is not None
        assert token_row(session, token[:-1]) is None
