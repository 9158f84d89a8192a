"""Logins of people: what makes one, what ends its sessions."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.grants import Grant, grant_of
from cloud_hub.access.logins import (
    NewLogin,
    add_login,
    all_logins,
    disable_login,
    enable_login,
    login_named,
    remove_login,
)
from cloud_hub.access.sign_in import open_session
from cloud_hub.access.tables import LoginSession
from cloud_hub.core.errors import NotFound, Refused
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, SmallChain

PASSWORD = "long enough"


def make(session: Session, name: str = "anna", **changes: object) -> Grant:
    values: dict[str, object] = {
        "tenant_id": TENANT,
        "login_name": name,
        "password": PASSWORD,
        "grant": Grant(role=LoginRole.IT),
    }
    held = add_login(session, NewLogin(**(values | changes)))
    session.flush()
    return held


def sign_in(session: Session, name: str = "anna") -> None:
    open_session(session, login_named(session, TENANT, name), NOW, lasts=timedelta(hours=1))
    session.flush()


def signed_in(session: Session) -> list[str]:
    return list(session.scalars(sa.select(LoginSession.login_name)))


def test_a_login_is_kept_with_its_grant_and_never_with_its_password(
    two_stores: SmallChain,
) -> None:
    asked = Grant(role=LoginRole.STORE, scopes=("s01", "s01"), regions=("town",))
    with two_stores.database.writing() as session:
        held = make(session, grant=asked, language="zh")
        login = login_named(session, TENANT, "anna")
        assert held == Grant(role=LoginRole.STORE, scopes=("s01",), regions=("Town",))
        assert grant_of(login) == held
        assert login.language == "zh"
        assert login.password_hash.startswith("$argon2id$")
        assert PASSWORD not in login.password_hash
    assert PASSWORD not in repr(
        NewLogin(tenant_id=TENANT, login_name="anna", password=PASSWORD, grant=asked)
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "seven77"}, "a password needs 8 characters or more"),
        ({"password": ""}, "a password needs 8 characters or more"),
        ({"language": "tlh"}, "there is no language 'tlh'; there is: "),
        ({"language": ""}, "there is no language ''"),
        ({"login_name": "token:x"}, "a login's name has no colon"),
        ({"grant": Grant(role=LoginRole.STORE)}, "the stores or regions it is for"),
    ],
)
def test_a_login_that_cannot_be_is_refused_and_not_kept(
    two_stores: SmallChain, changes: dict[str, object], said: str
) -> None:
    with two_stores.reading() as session:
        with pytest.raises(Refused, match=said) as refused:
            make(session, **changes)
        assert refused.value.status == 422
        assert all_logins(session, TENANT) == []


def test_who_is_given_a_new_password_has_to_sign_in_again(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        make(session)
        make(session, "berta")
        sign_in(session)
        sign_in(session, "berta")
        before = login_named(session, TENANT, "anna").password_hash
        disable_login(session, login_named(session, TENANT, "anna"), NOW)
        make(session, password="another one", grant=Grant(role=LoginRole.HEAD_OFFICE))
        login = login_named(session, TENANT, "anna")
        assert (login.role, login.disabled_at) == ("head-office", None)
        assert login.password_hash != before
        assert signed_in(session) == ["berta"]


def test_a_disabled_login_is_out_at_once_and_keeps_the_time_it_was_first_disabled(
    two_stores: SmallChain,
) -> None:
    with two_stores.database.writing() as session:
        make(session)
        sign_in(session)
        login = login_named(session, TENANT, "anna")
        before = login.password_hash
        disable_login(session, login, NOW)
        disable_login(session, login, NOW + timedelta(days=1))
        assert (login.disabled_at, signed_in(session)) == (NOW, [])
        enable_login(login)
        assert (login.disabled_at, login.password_hash) == (None, before)
        assert signed_in(session) == [], "its owner signs in again"


def test_a_removed_login_is_gone_with_its_sessions(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        make(session)
        sign_in(session)
        remove_login(session, login_named(session, TENANT, "anna"))
        session.flush()
        assert signed_in(session) == []
        with pytest.raises(NotFound, match="there is no login 'anna'"):
            login_named(session, TENANT, "anna")


def test_logins_are_listed_by_name_and_chain(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        for name in ("cora", "anna", "berta"):
            make(session, name)
        assert [login.login_name for login in all_logins(session, TENANT)] == [
            "anna",
            "berta",
            "cora",
        ]
        assert all_logins(session, "nobody") == []
        with pytest.raises(NotFound):
            login_named(session, "nobody", "anna")
