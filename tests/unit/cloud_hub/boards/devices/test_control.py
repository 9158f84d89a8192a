"""What a device was told, and what became of it."""

from datetime import timedelta
from typing import Any

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.control import COMMANDS_SHOWN, DeviceControl, device_control
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, SmallChain, viewer

IT = viewer(LoginRole.IT)


def control(chain: SmallChain, who: Viewer = IT) -> DeviceControl:
    with chain.reading() as session:
        found = device_control(session, who, "s01-cooler", NOW)
    assert found is not None
    return found


def shadow(chain: SmallChain, desired: dict[str, Any], reported: dict[str, Any]) -> None:
    chain.add(
        DeviceShadow(
            tenant_id=TENANT,
            device_id="s01-cooler",
            desired_version=1,
            desired=desired,
            desired_at=NOW,
            desired_by="ling",
            reported_epoch=1,
            reported_seq=1,
            reported_version=1,
            reported=reported,
            reported_at=NOW,
        )
    )


def command(chain: SmallChain, minutes_ago: int, **changes: object) -> None:
    values: dict[str, object] = {
        "tenant_id": TENANT,
        "device_id": "s01-cooler",
        "command_id": f"c{minutes_ago}",
        "name": "restart",
        "arguments": {},
        "expires_in_s": 600.0,
        "issued_at": NOW - timedelta(minutes=minutes_ago),
        "issued_by": "ling",
        "offered_at": None,
        "outcome": None,
        "detail": "",
        "finished_at": None,
    }
    chain.add(DeviceCommand(**(values | changes)))


@pytest.mark.parametrize("who", [viewer(LoginRole.STORE, "s01"), viewer(LoginRole.BRAND, "spring")])
def test_stores_and_brands_have_no_business_with_it(two_stores: SmallChain, who: Viewer) -> None:
    with two_stores.reading() as session:
        assert device_control(session, who, "s01-cooler", NOW) is None


def test_a_device_that_never_spoke_has_nothing_to_choose_and_no_settings(
    two_stores: SmallChain,
) -> None:
    found = control(two_stores)
    assert (found.choices, found.commands, found.settings, found.clocks) == ((), (), (), ())
    assert (found.wanted_at, found.wanted_by, found.reported_at) == (None, "", None)


def test_a_command_of_a_camera_is_offered_for_each_that_can(two_stores: SmallChain) -> None:
    reported = {
        "commands": ["restart", "take-photo", "accept-view"],
        "cameras": {"take-photo": ["left", "right"]},
    }
    shadow(two_stores, {}, reported)
    assert [(one.name, one.camera_id) for one in control(two_stores).choices] == [
        ("restart", None),
        ("take-photo", "left"),
        ("take-photo", "right"),
    ]
    office = control(two_stores, viewer(LoginRole.HEAD_OFFICE))
    assert office.choices == (), "the head office looks only"


def test_a_maintenance_is_offered_for_some_times(two_stores: SmallChain) -> None:
    shadow(two_stores, {}, {"commands": ["begin-maintenance"], "maintenance_until": "x"})
    found = control(two_stores)
    assert [(one.name, one.minutes) for one in found.choices] == [
        ("begin-maintenance", 30),
        ("begin-maintenance", 120),
    ]
    assert found.settings == ()


def test_cameras_that_make_no_sense_are_as_if_not_said(two_stores: SmallChain) -> None:
    shadow(two_stores, {}, {"commands": ["take-photo"], "cameras": ["left"], "rejected": "no"})
    found = control(two_stores)
    assert (found.choices, found.settings) == ((), ())


def test_the_newest_commands_stand_first_and_the_oldest_are_left_out(
    two_stores: SmallChain,
) -> None:
    for minutes in range(COMMANDS_SHOWN + 2):
        command(two_stores, minutes)
    ids = [row.command_id for row in control(two_stores).commands]
    assert ids == [f"c{minutes}" for minutes in range(COMMANDS_SHOWN)]


def test_a_command_tells_its_arguments_and_where_it_stands(two_stores: SmallChain) -> None:
    command(two_stores, 1, arguments={"camera": "left", "tries": 2})
    command(two_stores, 2, offered_at=NOW - timedelta(minutes=1))
    command(two_stores, 30, offered_at=NOW - timedelta(minutes=29))
    command(two_stores, 40, outcome="done", detail="taken", finished_at=NOW)
    waiting, offered, unanswered, done = control(two_stores).commands
    assert (waiting.arguments, waiting.state) == ("camera left, tries 2", "waiting")
    assert waiting.expires_at == NOW + timedelta(minutes=9)
    assert (offered.state, unanswered.state) == ("offered", "unanswered")
    assert (done.state, done.detail, done.finished_at) == ("done", "taken", NOW)


def test_what_is_not_done_yet_stands_first(two_stores: SmallChain) -> None:
    shadow(
        two_stores,
        {"interval_min": 15, "limit_c": 80, "hue": "蓝"},
        {
            "interval_min": 15,
            "limit_c": 8,
            "zoom": 2,
            "rejected": {"limit_c": "below 30"},
            "kind": "cooler",
        },
    )
    rows = control(two_stores).settings
    assert [(row.name, row.wanted, row.holds, row.is_done) for row in rows] == [
        ("hue", "蓝", None, False),
        ("limit_c", "80", "8", False),
        ("interval_min", "15", "15", True),
        ("zoom", None, "2", True),
    ]
    assert [row.why for row in rows] == ["", "below 30", "", ""]


def test_each_artifact_is_a_row_and_tells_why_it_is_not_there(two_stores: SmallChain) -> None:
    shadow(
        two_stores,
        {"artifacts": {"prices": 4, "gallery": 2}},
        {
            "artifacts": {"prices": 3, "model": 1},
            "artifact_problems": {"prices": "the disk is full"},
            "rejected": {"artifacts": "not of this chain"},
        },
    )
    rows = {row.name: row for row in control(two_stores).settings}
    assert set(rows) == {"prices", "gallery", "model"}
    assert (rows["prices"].wanted, rows["prices"].holds, rows["prices"].is_done) == (
        "4",
        "3",
        False,
    )
    assert rows["prices"].why == "the disk is full"
    assert (rows["gallery"].holds, rows["gallery"].why) == (None, "not of this chain")
    assert (rows["model"].wanted, rows["model"].is_done) == (None, True)
