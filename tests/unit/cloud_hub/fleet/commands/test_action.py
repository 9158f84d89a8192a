"""Commands that a button on a device's page gives."""

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.fleet.commands.action import ACTIONS
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.web.actions import Answer, Done, Refused
from cloud_hub.web.live.acts import perform
from cloud_hub.web.live.console import Console
from cloud_hub.web.visit import Visit, Wished, seen_through
from cloud_hub.web.words import UTC, Words
from device_profiles.store import LoginRole
from tests.small_chain import head_office, viewer
from tests.stage.doors import Doors

RESTART = {"device_id": "s01-till", "command": "restart"}


async def press(doors: Doors, who: Viewer, typed: dict[str, str]) -> Answer:
    """What the hub answers to the button."""
    doors.chain.flush()
    visit = Visit(
        cookie="x", seen_as="", wished=Wished(chosen="", accepted=()), signed_in=who, viewer=who
    )
    console = Console(doors.hub, doors.parts, (), ACTIONS)
    return await perform(console, visit, "command", typed, Words("en", UTC))


def given(doors: Doors) -> list[tuple[str, str, dict[str, str]]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(DeviceCommand))
        return [(row.device_id, row.name, row.arguments) for row in rows]


@pytest.mark.parametrize("role", [LoginRole.IT, LoginRole.TECHNICIAN])
async def test_it_and_technicians_command_a_device(doors: Doors, role: LoginRole) -> None:
    assert isinstance(await press(doors, viewer(role), RESTART), Done)
    assert given(doors) == [("s01-till", "restart", {})]


async def test_a_button_may_name_the_camera_it_is_about(doors: Doors) -> None:
    said = {"device_id": "s01-cooler", "command": "take-photo:eye"}
    assert isinstance(await press(doors, viewer(LoginRole.IT), said), Done)
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
    assert await press(doors, who, RESTART) == Refused(message="Your login may not do that.")
    assert given(doors) == []


@pytest.mark.parametrize(
    "typed", [{}, {"device_id": "s01-till"}, {"device_id": "s99", "command": "restart"}]
)
async def test_a_button_that_names_nothing_does_nothing(
    doors: Doors, typed: dict[str, str]
) -> None:
    assert isinstance(await press(doors, viewer(LoginRole.IT), typed), Refused)
    assert given(doors) == []
