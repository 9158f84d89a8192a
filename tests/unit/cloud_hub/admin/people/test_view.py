"""Who sees which logins and tokens, and which of them they may change."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloud_hub.access.grants import Grant
from cloud_hub.access.tokens import ANY_TENANT, NewToken, mint_token
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.people.view import PeopleView, people_view
from cloud_hub.core.errors import NotYours
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, viewer
from tests.stage.doors import Doors, opened_doors

OFFICE = viewer(LoginRole.HEAD_OFFICE)


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with opened_doors(tmp_path) as opened:
        opened.make_login("clerk", LoginRole.STORE, "s01")
        opened.make_login("boss", LoginRole.IT)
        opened.make_login(OFFICE.login_name, LoginRole.HEAD_OFFICE)
        yield opened


def seen(doors: Doors, who: Viewer) -> PeopleView:
    with doors.hub.sessions() as session:
        return people_view(session, who, NOW)


def test_a_head_office_changes_clerks_but_neither_it_nor_itself(doors: Doors) -> None:
    view = seen(doors, OFFICE)
    assert {row.login_name: row.may_be_changed for row in view.logins} == {
        "boss": False,
        "clerk": True,
        OFFICE.login_name: False,
    }
    assert LoginRole.IT not in view.roles
    assert LoginRole.STORE in view.roles


def test_the_installers_token_is_not_shown_to_a_chain(doors: Doors) -> None:
    with doors.hub.database.writing() as session:
        for tenant in (TENANT, ANY_TENANT):
            grant = Grant(role=LoginRole.IT)
            mint_token(session, NewToken(tenant_id=tenant, name=tenant, grant=grant), NOW)
    assert ANY_TENANT not in [row.name for row in seen(doors, viewer(LoginRole.IT)).tokens]


@pytest.mark.parametrize("role", [LoginRole.STORE, LoginRole.TECHNICIAN, LoginRole.BRAND])
def test_nobody_else_sees_who_may_enter(doors: Doors, role: LoginRole) -> None:
    scopes = ("s01",) if role is LoginRole.STORE else ()
    with pytest.raises(NotYours):
        seen(doors, viewer(role, *scopes))
