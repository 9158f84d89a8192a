"""Rollouts over HTTP: assigned, begun, approved, stopped, sent back; days frozen."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from cloud_hub.fleet.commands.shadows import shadow_of
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors
from tests.stage.rollouts.tills import NAME, signed

PATH = "/api/v1"
ASSIGN = {"name": NAME, "version": 1, "devices": ["s01-till", "s02-till"]}
ROLL_OUT: dict[str, Any] = {"name": NAME, "version": 2, "kind": "till", "first": 0.5}


@pytest.fixture
def stocked(doors: Doors, tmp_path: Path) -> Doors:
    """A hub with a signed price list in two versions."""
    signed(tmp_path, TENANT)
    doors.chain.flush()
    return doors


def wanted(doors: Doors, device_id: str) -> object:
    with doors.hub.sessions() as session:
        shadow = shadow_of(session, TENANT, device_id)
        return None if shadow is None else shadow.desired


async def test_an_assigned_version_is_wanted_of_the_devices_named(stocked: Doors) -> None:
    it = stocked.token(LoginRole.IT, may_write=True)
    answer = await stocked.http.post(f"{PATH}/artifacts/assign", json=ASSIGN, headers=it)
    assert (answer.status_code, answer.json()) == (200, {"devices": 2})
    for device_id in ("s01-till", "s02-till"):
        assert wanted(stocked, device_id) == {"artifacts": {NAME: 1}}
    assert wanted(stocked, "s01-door") is None


async def test_where_a_device_or_a_version_is_not_there_nothing_is_assigned(
    stocked: Doors,
) -> None:
    it = stocked.token(LoginRole.IT, may_write=True)
    for change in ({"devices": ["s01-till", "s99"]}, {"version": 7}, {"name": "prices/other"}):
        asked = ASSIGN | change
        answer = await stocked.http.post(f"{PATH}/artifacts/assign", json=asked, headers=it)
        assert answer.status_code == 404, answer.text
    assert wanted(stocked, "s01-till") is None
    for change in ({"devices": []}, {"version": 0}, {"name": "Prices"}, {"colour": "red"}):
        asked = ASSIGN | change
        answer = await stocked.http.post(f"{PATH}/artifacts/assign", json=asked, headers=it)
        assert answer.status_code == 422


async def test_a_rollout_is_begun_read_stopped_and_sent_back(stocked: Doors) -> None:
    it = stocked.token(LoginRole.IT, may_write=True)

    async def post(path: str, **body: Any) -> httpx.Response:
        return await stocked.http.post(f"{PATH}{path}", json=body, headers=it)

    bars = {"metric": "net-sales", "hours": "02:00-15:00", "waves": [["s01"]]}
    assert (await post("/rollouts", **ROLL_OUT, **bars)).status_code == 204
    (row,) = (await stocked.get("/views/rollouts", LoginRole.HEAD_OFFICE)).json()["rollouts"]
    assert (row["state"], row["asked"], row["devices"], row["waves"]) == ("running", 1, 2, 2)
    assert row["why"]["en"] == "waits until half of those asked have said how it went"
    assert (row["metric"], row["hours"]) == ("net-sales", "02:00-15:00")
    assert wanted(stocked, "s01-till") == {"artifacts": {NAME: 2}}
    for change, status in (
        ({"version": 9}, 404),
        ({"devices": ["none"]}, 404),
        ({"metric": "sales"}, 422),
        ({"hours": "2-5"}, 422),
        ({"waves": [["s99"]]}, 422),
        ({"first": 2}, 422),
        ({"worse_by": float("1e9")}, 422),
    ):
        answer = await post("/rollouts", **(ROLL_OUT | change))
        assert answer.status_code == status, answer.text
    assert (await post("/rollouts/stop", name=NAME)).status_code == 204
    assert (await post("/rollouts/stop", name=NAME)).status_code == 404
    assert (await post("/rollouts/back", name=NAME)).status_code == 204
    assert (await post("/rollouts/back", name=NAME)).status_code == 409
    assert wanted(stocked, "s01-till") == {}
    refused = await post("/rollouts/approve", name=NAME)
    assert (refused.status_code, "a token may not" in refused.text) == (403, True)
    ben = stocked.signed_in("ben", LoginRole.TECHNICIAN)
    answer = await stocked.http.post(f"{PATH}/rollouts/approve", json={"name": NAME}, headers=ben)
    assert answer.status_code == 409


async def test_days_are_frozen_and_lifted(stocked: Doors) -> None:
    it = stocked.token(LoginRole.IT, may_write=True)
    days = {"first_day": "2026-03-01", "last_day": "2026-03-09", "reason": "Women's day"}
    made = await stocked.http.post(f"{PATH}/freezes", json=days, headers=it)
    assert made.status_code == 200, made.text
    for path, body in (("/rollouts", ROLL_OUT), ("/artifacts/assign", ASSIGN)):
        answer = await stocked.http.post(f"{PATH}{path}", json=body, headers=it)
        assert answer.status_code == 409
        assert "until the end of 2026-03-09: Women's day" in answer.text
    (row,) = (await stocked.get("/views/rollouts", LoginRole.IT)).json()["freezes"]
    assert row["set_by"] == "token:test"
    path = f"{PATH}/freezes/{row['freeze_id']}"
    assert (await stocked.http.delete(path, headers=it)).status_code == 204
    assert (await stocked.http.delete(path, headers=it)).status_code == 404
    over = days | {"last_day": "2026-03-02"}
    assert (await stocked.http.post(f"{PATH}/freezes", json=over, headers=it)).status_code == 422


async def test_others_are_refused(stocked: Doors) -> None:
    for role, scope in ((LoginRole.STORE, "s01"), (LoginRole.TECHNICIAN, "s01")):
        assert (await stocked.get("/views/rollouts", role, scope)).status_code == 403
    for headers in (
        stocked.token(LoginRole.IT),
        stocked.token(LoginRole.HEAD_OFFICE, may_write=True),
        stocked.token(LoginRole.TECHNICIAN, "s01", may_write=True),
    ):
        for path, body in (
            ("/rollouts", ROLL_OUT),
            ("/artifacts/assign", ASSIGN),
            ("/rollouts/stop", {"name": NAME}),
            ("/rollouts/back", {"name": NAME}),
        ):
            answer = await stocked.http.post(f"{PATH}{path}", json=body, headers=headers)
            assert answer.status_code == 403, (path, answer.text)
