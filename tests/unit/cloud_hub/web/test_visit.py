from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.logins import disable_login, login_named, remove_login
from cloud_hub.access.sign_in import SESSION_COOKIE, close_session
from cloud_hub.core.errors import Refused
from cloud_hub.fleet.commands.action import ACTIONS, COMMAND
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.register import SCREENS
from cloud_hub.web.actions import Done
from cloud_hub.web.live.acts import perform
from cloud_hub.web.live.console import Console
from cloud_hub.web.roles import landing
from cloud_hub.web.visit import Visit, Wished, impersonating, viewer_now, visit_now
from cloud_hub.web.words import UTC, Words
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, viewer
from tests.stage.doors import Doors, opened_doors


def test_a_head_office_looks_through_a_brands_eyes():
    seen = impersonating(viewer(LoginRole.HEAD_OFFICE), "brand:quanye")
    assert (seen.role, seen.store_ids, seen.brand_id) == (LoginRole.BRAND, None, "quanye")
    assert seen.impersonated_by is LoginRole.HEAD_OFFICE


@pytest.mark.parametrize("role", [role for role in LoginRole if role is not LoginRole.HEAD_OFFICE])
def test_nobody_else_looks_through_other_eyes(role):
    one = viewer(role, "s01") if role is LoginRole.STORE else viewer(role)
    assert impersonating(one, "head-office") == one
    assert impersonating(one, "it") == one


@pytest.mark.parametrize("asked", ["", "king", "brand", "store:", "it:s01", "technician:x"])
def test_a_role_with_the_wrong_scope_changes_nothing(asked):
    one = viewer(LoginRole.HEAD_OFFICE)
    assert impersonating(one, asked) == one


@pytest.mark.parametrize(
    ("role", "scopes", "page"),
    [
        (LoginRole.HEAD_OFFICE, (), "/"),
        (LoginRole.BRAND, ("quanye",), "/brand"),
        (LoginRole.STORE, ("s01",), "/store/s01"),
        (LoginRole.STORE, ("s01", "s02"), "/"),
        (LoginRole.TECHNICIAN, (), "/fleet"),
        (LoginRole.IT, (), "/fleet"),
    ],
)
def test_each_role_has_its_first_page(role, scopes, page):
    assert landing(viewer(role, *scopes)) == page


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(tmp_path) as opened:
        yield opened


def visit(doors: Doors, role: LoginRole, *, seen_as: str = "") -> Visit:
    """An open page of somebody who has signed in."""
    cookie = doors.signed_in("anna", role)["Cookie"].removeprefix(f"{SESSION_COOKIE}=")
    who = viewer(role)
    there = Visit(
        cookie=cookie,
        seen_as=seen_as,
        wished=Wished(chosen="", accepted=()),
        signed_in=who,
        viewer=who,
    )
    with doors.hub.sessions() as session:
        now = visit_now(session, doors.hub, there)
    assert now is not None
    return now


async def command(doors: Doors, there: Visit) -> bool:
    """Whether an open page's button for a command does anything."""
    app = doors.http._transport.app
    console = Console(doors.hub, app.state.parts, SCREENS, ACTIONS)
    fields = {"device_id": "s01-till", "command": "restart:"}
    answer = await perform(console, there, COMMAND, fields, Words("en", UTC))
    return isinstance(answer, Done)


def sign_out(doors: Doors, there: Visit) -> None:
    with doors.hub.database.writing() as session:
        close_session(session, there.cookie)


def change_password(doors: Doors, _: Visit) -> None:
    doors.make_login("anna", LoginRole.IT)


def disable(doors: Doors, _: Visit) -> None:
    with doors.hub.database.writing() as session:
        disable_login(session, login_named(session, TENANT, "anna"), NOW)


def remove(doors: Doors, _: Visit) -> None:
    with doors.hub.database.writing() as session:
        remove_login(session, login_named(session, TENANT, "anna"))


@pytest.mark.parametrize("end", [sign_out, change_password, disable, remove])
async def test_an_open_page_can_do_nothing_once_its_session_has_ended(
    doors: Doors, end: Callable[[Doors, Visit], None]
) -> None:
    there = visit(doors, LoginRole.IT)
    assert await command(doors, there)
    end(doors, there)
    assert not await command(doors, there)
    with doors.hub.sessions() as session:
        assert visit_now(session, doors.hub, there) is None
        with pytest.raises(Refused, match="this session has ended; sign in again"):
            viewer_now(session, doors.hub, there)
        count = session.scalar(sa.select(sa.func.count()).select_from(DeviceCommand))
    assert count == 1


async def test_an_open_page_has_the_rights_of_its_login_now(doors: Doors) -> None:
    there = visit(doors, LoginRole.IT)
    with doors.hub.database.writing() as session:
        # As a hub of an earlier release, or somebody at the database, would do it.
        login_named(session, TENANT, "anna").role = LoginRole.HEAD_OFFICE.value
    assert not await command(doors, there)
    with doors.hub.sessions() as session:
        assert viewer_now(session, doors.hub, there).role is LoginRole.HEAD_OFFICE


async def test_a_head_office_commands_nothing_through_its_technicians_eyes(doors: Doors) -> None:
    there = visit(doors, LoginRole.HEAD_OFFICE, seen_as="technician")
    assert (there.signed_in.role, there.viewer.role) == (
        LoginRole.HEAD_OFFICE,
        LoginRole.TECHNICIAN,
    )
    assert not await command(doors, there)
