"""Commands and desired states over HTTP."""

from typing import Any

import pytest

from cloud_hub.fleet.commands.shadows import WantedState, want_state
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT
from tests.stage.doors import Doors

TILL = "/api/v1/devices/s01-till"
RESTART = {"name": "restart", "command_id": "first-command"}


def it(doors: Doors) -> dict[str, str]:
    doors.chain.flush()
    return doors.token(LoginRole.IT, may_write=True)


async def test_a_command_is_kept_and_told_with_its_state(doors: Doors) -> None:
    headers = it(doors)
    given = await doors.http.post(f"{TILL}/commands", json=RESTART, headers=headers)
    assert given.status_code == 202
    assert (given.json()["state"], given.json()["issued_by"]) == ("waiting", "token:test")
    (listed,) = (await doors.get("/devices/s01-till/commands", LoginRole.TECHNICIAN)).json()
    assert listed == given.json()
    shown = await doors.get("/devices/s01-till/commands/first-command", LoginRole.HEAD_OFFICE)
    assert shown.json() == given.json()


async def test_the_same_command_twice_is_one_and_another_under_its_name_is_refused(
    doors: Doors,
) -> None:
    headers = it(doors)
    for body, status in (
        (RESTART, 202),
        (RESTART, 202),
        (RESTART | {"name": "take-photo"}, 409),
    ):
        answer = await doors.http.post(f"{TILL}/commands", json=body, headers=headers)
        assert answer.status_code == status
    assert len((await doors.get("/devices/s01-till/commands", LoginRole.IT)).json()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Restart!"},
        {"expires_in_s": 0},
        {"expires_in_s": 10**9},
        {"command_id": "short"},
        {"colour": "red"},
        {"arguments": {"text": "x" * 9000}},
    ],
)
async def test_a_command_that_is_none_is_refused(doors: Doors, change: dict[str, Any]) -> None:
    answer = await doors.http.post(f"{TILL}/commands", json=RESTART | change, headers=it(doors))
    assert answer.status_code == 422
    assert (await doors.get("/devices/s01-till/commands", LoginRole.IT)).json() == []


async def test_what_nobody_knows_is_not_found(doors: Doors) -> None:
    headers = it(doors)
    for method, path, body in (
        ("POST", "/api/v1/devices/s99/commands", RESTART),
        ("GET", "/api/v1/devices/s99/commands", None),
        ("GET", f"{TILL}/commands/never-given", None),
        ("GET", "/api/v1/devices/s99/shadow", None),
        ("PUT", "/api/v1/devices/s99/desired", {"state": {}}),
    ):
        answer = await doors.http.request(method, path, json=body, headers=headers)
        assert answer.status_code == 404, path


async def test_a_wish_is_kept_whole_under_the_next_version(doors: Doors) -> None:
    headers = it(doors)
    before = (await doors.get("/devices/s01-till/shadow", LoginRole.IT)).json()
    assert (before["desired"]["version"], before["delta"]) == (0, {})
    desired = {"state": {"photo_interval_min": 30}}
    told = (await doors.http.put(f"{TILL}/desired", json=desired, headers=headers)).json()
    assert told["desired"]["version"] == 1
    assert told["desired"]["state"] == told["delta"] == {"photo_interval_min": 30}
    again = (await doors.http.put(f"{TILL}/desired", json=desired, headers=headers)).json()
    assert again["desired"]["version"] == 1
    late = {"state": {"photo_interval_min": 5}, "over_version": 0}
    refused = await doors.http.put(f"{TILL}/desired", json=late, headers=headers)
    assert refused.status_code == 409


async def test_who_may_not_act_changes_nothing(doors: Doors) -> None:
    doors.chain.flush()
    for headers in (
        doors.token(LoginRole.IT),
        doors.token(LoginRole.STORE, "s01", may_write=True),
        doors.token(LoginRole.BRAND, OWN, may_write=True),
        doors.signed_in("clerk", LoginRole.STORE, "s01"),
    ):
        for method, path, body in (
            ("POST", f"{TILL}/commands", RESTART),
            ("PUT", f"{TILL}/desired", {"state": {"a": 1}}),
        ):
            answer = await doors.http.request(method, path, json=body, headers=headers)
            assert answer.status_code == 403
    assert (await doors.get("/devices/s01-till/commands", LoginRole.IT)).json() == []


async def test_a_wish_neither_loses_a_devices_files_nor_asks_for_others(doors: Doors) -> None:
    headers, files = it(doors), {"prices/till": 3}
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        device = session.get_one(DeviceRow, (TENANT, "s01-till"))
        want_state(session, device, WantedState(state={"artifacts": files}, by="it"), NOW)
    for named in ({}, {"artifacts": files}, {"artifacts": {}}, {"artifacts": None}):
        wish = {"state": {"photo_interval_min": 30, **named}}
        told = (await doors.http.put(f"{TILL}/desired", json=wish, headers=headers)).json()
        assert told["desired"]["state"] == {"photo_interval_min": 30, "artifacts": files}
    other = "/api/v1/devices/s02-till/desired"
    for path, named in (
        (f"{TILL}/desired", {"prices/till": 4}),
        (f"{TILL}/desired", {"prices/till": 3, "models/x": 1}),
        (f"{TILL}/desired", [1]),
        (other, {"prices/till": 3}),
        (other, "x"),
    ):
        wish = {"state": {"artifacts": named}}
        answer = await doors.http.put(path, json=wish, headers=headers)
        assert (answer.status_code, "rolling them out" in answer.text) == (422, True)
