"""Commands that a button on a device's page gives."""

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.fleet.commands.action import command_device
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.web.visit import Visit, seen_through
from device_profiles.store import LoginRole
from tests.small_chain import head_office, viewer
from tests.stage.doors import Doors

RESTART = {"arg": "s01-till", "answer": "restart"}


def visit(who: Viewer, as_: Viewer | None = None) -> Visit:
    return Visit(cookie="x", signed_in=who, viewer=as_ or who)


def given(doors: Doors) -> list[tuple[str, str, dict[str, str]]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(DeviceCommand))
        return [(row.device_id, row.name, row.arguments) for row in rows]


@pytest.mark.parametrize("role", [LoginRole.IT, LoginRole.TECHNICIAN])
async def test_it_and_technicians_command_a_device(doors: Doors, role: LoginRole) -> None:
    doors.chain.flush()
    assert await command_device(doors.hub, visit(viewer(role)), RESTART)
    assert given(doors) == [("s01-till", "restart", {})]


async def test_a_button_may_name_the_camera_it_is_about(doors: Doors) -> None:
    doors.chain.flush()
    said = {"arg": "s01-cooler", "answer": "take-photo:eye"}
    assert await command_device(doors.hub, visit(viewer(LoginRole.IT)), said)
    assert given(doors) == [("s01-cooler", "take-photo", {"camera_id": "eye"})]


@pytest.mark.parametrize(
    "who",
    [
        head_office(),
        viewer(LoginRole.STORE, "s01"),
        viewer(LoginRole.BRAND, "spring"),
        seen_through(head_office(), "technician"),
    ],
)
async def test_nobody_else_does_not_even_through_a_technicians_eyes(
    doors: Doors, who: Viewer
) -> None:
    doors.chain.flush()
    assert not await command_device(doors.hub, visit(head_office(), who), RESTART)
    assert given(doors) == []


@pytest.mark.parametrize(
    "said", [{}, {"arg": "s01-till"}, {"arg": "s99", "answer": "restart"}, {"arg": 1, "answer": 2}]
)
async def test_a_button_that_names_nothing_does_nothing(
    doors: Doors, said: dict[str, object]
) -> None:
    doors.chain.flush()
    assert not await command_device(doors.hub, visit(viewer(LoginRole.IT)), said)
    assert given(doors) == []
