"""Incidents over HTTP: read, acknowledged, snoozed; nothing for those who may not."""

from datetime import timedelta

from device_profiles.store import LoginRole
from tests.stage.doors import Doors
from tests.stage.incidents.dark_store import incidents, look, set_links


async def test_an_incident_is_read_snoozed_and_acknowledged(doors: Doors) -> None:
    now = doors.hub.clock.now()
    set_links(doors.chain, "s02", now - timedelta(hours=1))
    look(doors.chain, now)
    answer = await doors.get("/views/incidents", LoginRole.TECHNICIAN)
    (row,) = answer.json()["open"]
    assert row["said"]["en"] == "Store 02: network: 3 devices are not heard"
    path = f"/api/v1/incidents/{row['incident_id']}"
    headers = doors.token(LoginRole.TECHNICIAN, may_write=True)
    for act, body, status in (
        ("snooze", {"hours": 3, "reason": "building"}, 204),
        ("snooze", {"hours": 0, "reason": "building"}, 422),
        ("acknowledge", {"note": "mine"}, 204),
        ("acknowledge", {}, 409),
    ):
        done = await doors.http.post(f"{path}/{act}", json=body, headers=headers)
        assert done.status_code == status, done.text
    (incident,) = incidents(doors.chain)
    assert (incident.acknowledged_by, incident.note) == ("token:test", "mine")


async def test_others_are_refused(doors: Doors) -> None:
    assert (await doors.get("/views/incidents", LoginRole.HEAD_OFFICE)).status_code == 403
    headers = doors.token(LoginRole.IT, may_write=True)
    unknown = await doors.http.post("/api/v1/incidents/none/acknowledge", json={}, headers=headers)
    assert unknown.status_code == 404
    reader = doors.token(LoginRole.IT)
    refused = await doors.http.post("/api/v1/incidents/none/acknowledge", json={}, headers=reader)
    assert refused.status_code in (403, 404)
