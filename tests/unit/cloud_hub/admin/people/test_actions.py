"""People are let in and locked out from the page, and programs' tokens are ended there."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from cloud_hub.access.grants import Grant
from cloud_hub.access.tables import ApiToken, AuditEntry, Login, LoginSession
from cloud_hub.access.tokens import NewToken, mint_token, token_id, token_row
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.people.actions import (
    ACTIONS,
    CHANGE_LOGIN,
    MAKE_LOGIN,
    REVOKE_TOKEN,
)
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.web.actions import Acting, Answer, Done, Invalid
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.words import UTC, Words
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT, viewer
from tests.stage.doors import PASSWORD, Doors, opened_doors

EN = Words("en", UTC)
BY_NAME = {action.name: action for action in ACTIONS}
IT = viewer(LoginRole.IT)


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(tmp_path, stores=2) as opened:
        opened.make_login("clerk", LoginRole.STORE, "s01")
        opened.make_login("boss", LoginRole.IT)
        yield opened


def send(doors: Doors, who: Viewer, name: str, typed: Mapping[str, str]) -> Answer:
    """What a form or button of the page is answered; written only where it is Done."""
    action = BY_NAME[name]
    form: BaseModel | Invalid = read_form(action.form, typed, EN)
    if isinstance(form, Invalid):
        return form
    with doors.hub.database.writing() as session:
        acting = Acting(session=session, viewer=who, now=NOW, hub=doors.hub, words=EN)
        answer = action.do(acting, form)
        if not isinstance(answer, Done):
            session.rollback()
        return answer


def login(doors: Doors, name: str) -> Login | None:
    with doors.hub.sessions() as session:
        return session.get(Login, (TENANT, name))


def new(name: str, role: LoginRole, **more: str) -> dict[str, str]:
    return {"login_name": name, "password": PASSWORD, "role": role.value, **more}


def test_a_login_is_made_for_the_stores_that_were_typed_whichever_comma(doors: Doors) -> None:
    typed = new("area", LoginRole.STORE, bound_to=" s01，s02, ")
    assert send(doors, IT, MAKE_LOGIN, typed) == Done(message="area can sign in now.")
    made = login(doors, "area")
    assert made is not None
    assert made.scopes == ["s01", "s02"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (new("x", LoginRole.STORE), "bound_to"),
        (new("x", LoginRole.STORE, bound_to="s99"), "bound_to"),
        (new("x", LoginRole.STORE, regions="Atlantis"), "regions"),
        (new("x", LoginRole.BRAND, bound_to="s01"), "bound_to"),
        (new("x", LoginRole.IT, bound_to="s01"), "bound_to"),
        (new("to:ken", LoginRole.IT), "login_name"),
        (new("", LoginRole.IT), "login_name"),
        (new("x", LoginRole.IT) | {"password": "short"}, "password"),
        (new("x", LoginRole.IT) | {"role": "king"}, "role"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_made(
    doors: Doors, typed: dict[str, str], field: str
) -> None:
    answer = send(doors, IT, MAKE_LOGIN, typed)
    assert isinstance(answer, Invalid)
    assert set(answer.errors) == {field}
    assert login(doors, typed["login_name"]) is None


def test_nobody_gives_more_than_he_has(doors: Doors) -> None:
    office = viewer(LoginRole.HEAD_OFFICE)
    answer = send(doors, office, MAKE_LOGIN, new("x", LoginRole.IT))
    assert isinstance(answer, Invalid)
    assert set(answer.errors) == {"role"}
    with pytest.raises(NotYours):
        send(doors, office, CHANGE_LOGIN, {"login_name": "boss", "change": "disable"})
    assert isinstance(
        send(doors, office, MAKE_LOGIN, new("b", LoginRole.BRAND, bound_to=OWN)), Done
    )


def test_a_locked_login_is_signed_out_at_once_and_can_be_let_in_again(doors: Doors) -> None:
    doors.signed_in("clerk", LoginRole.STORE, "s01")
    answer = send(doors, IT, CHANGE_LOGIN, {"login_name": "clerk", "change": "disable"})
    assert answer == Done(message="clerk is signed out and locked.")
    with doors.hub.sessions() as session:
        assert session.scalars(sa.select(LoginSession)).all() == []
    locked = login(doors, "clerk")
    assert locked is not None
    assert locked.disabled_at == NOW
    send(doors, IT, CHANGE_LOGIN, {"login_name": "clerk", "change": "enable"})
    enabled = login(doors, "clerk")
    assert enabled is not None
    assert enabled.disabled_at is None


def test_a_login_is_taken_away_and_its_acts_stay(doors: Doors) -> None:
    send(doors, IT, CHANGE_LOGIN, {"login_name": "clerk", "change": "remove"})
    assert login(doors, "clerk") is None
    with doors.hub.sessions() as session:
        acts = [entry.action for entry in session.scalars(sa.select(AuditEntry))]
    assert "login-removed" in acts
    with pytest.raises(NotFound):
        send(doors, IT, CHANGE_LOGIN, {"login_name": "clerk", "change": "disable"})


def test_nobody_locks_himself_out(doors: Doors) -> None:
    doors.make_login(IT.login_name, LoginRole.IT)
    for change in ("disable", "remove"):
        with pytest.raises(Refused, match="nobody ends the login he is signed in with"):
            send(doors, IT, CHANGE_LOGIN, {"login_name": IT.login_name, "change": change})


def test_a_revoked_token_opens_nothing_any_more(doors: Doors) -> None:
    wanted = NewToken(tenant_id=TENANT, name="exports", grant=Grant(role=LoginRole.IT))
    with doors.hub.database.writing() as session:
        token = mint_token(session, wanted, NOW)
        session.flush()
        called = token_id(session.scalars(sa.select(ApiToken).filter_by(name="exports")).one())
    answer = send(doors, IT, REVOKE_TOKEN, {"token_id": called})
    assert answer == Done(message="The token exports opens nothing any more.")
    with doors.hub.sessions() as session:
        assert token_row(session, token) is None
