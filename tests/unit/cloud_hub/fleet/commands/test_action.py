"""Commands that a button on a device's page gives."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.fleet.commands.action import ACTIONS, COMMAND, CommandForm
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.web.actions import Acting, Done
from cloud_hub.web.visit import impersonating
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from tests.small_chain import NOW, head_office, viewer
from tests.stage.doors import Doors


def press(doors: Doors, who: Viewer, device_id: str, command: str) -> Done:
    doors.chain.flush()
    (action,) = [one for one in ACTIONS if one.name == COMMAND]
    with doors.hub.database.writing() as session:
        words = Words("en", ZoneInfo("UTC"))
        acting = Acting(session=session, viewer=who, now=NOW, hub=doors.hub, words=words)
        answer: Any = action.do(acting, CommandForm(device_id=device_id, command=command))
    assert isinstance(answer, Done)
    return answer


def given(doors: Doors) -> list[tuple[str, str, dict[str, str]]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(DeviceCommand))
        return [(row.device_id, row.name, row.arguments) for row in rows]


@pytest.mark.parametrize("role", [LoginRole.IT, LoginRole.TECHNICIAN])
async def test_it_and_technicians_command_a_device(doors: Doors, role: LoginRole) -> None:
    assert press(doors, viewer(role), "s01-till", "restart").goto is None
    assert given(doors) == [("s01-till", "restart", {})]


async def test_a_button_may_name_the_camera_it_is_about(doors: Doors) -> None:
    press(doors, viewer(LoginRole.IT), "s01-cooler", "take-photo:eye")
    assert given(doors) == [("s01-cooler", "take-photo", {"camera_id": "eye"})]


async def test_a_maintenance_lasts_as_long_as_its_button_says(doors: Doors) -> None:
    press(doors, viewer(LoginRole.IT), "s01-cooler", "begin-maintenance:30")
    press(doors, viewer(LoginRole.IT), "s01-cooler", "take-photo:30")
    told = {name: arguments for _, name, arguments in given(doors)}
    assert told == {"begin-maintenance": {"minutes": 30}, "take-photo": {"camera_id": "30"}}


@pytest.mark.parametrize(
    "who",
    [
        head_office(),
        viewer(LoginRole.STORE, "s01"),
        viewer(LoginRole.BRAND, "spring"),
        impersonating(head_office(), "technician"),
    ],
)
async def test_nobody_else_does_not_even_through_a_technicians_eyes(
    doors: Doors, who: Viewer
) -> None:
    with pytest.raises(NotYours):
        press(doors, who, "s01-till", "restart")
    assert given(doors) == []


async def test_a_device_that_is_none_is_given_nothing(doors: Doors) -> None:
    with pytest.raises(NotFound):
        press(doors, viewer(LoginRole.IT), "s99", "restart")
    assert given(doors) == []
