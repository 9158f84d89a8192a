"""What was shown to whom, over HTTP: for IT alone."""

import pytest

from cloud_hub.access.doors.reveals import Reveal, Revealed, record_reveal
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT
from tests.stage.doors import Doors


async def test_it_alone_reads_who_saw_what(doors: Doors) -> None:
    with doors.hub.database.writing() as session:
        for actor, tenant in (("anna", TENANT), ("bert", TENANT), ("anna", "another")):
            revealed = Revealed(
                tenant_id=tenant,
                actor=actor,
                reveal=Reveal.TABLE_SAVED,
                subject="stores of /stores",
                scope="it: all stores",
                rows=2,
            )
            record_reveal(session, revealed, NOW)
    headers = doors.token(LoginRole.IT)
    everything = (await doors.http.get("/api/v1/who-saw", headers=headers)).json()
    assert [one["who"] for one in everything] == ["anna", "bert"]
    query = {"login": "anna", "subject": "/stores", "since": NOW.isoformat()}
    (one,) = (await doors.http.get("/api/v1/who-saw", params=query, headers=headers)).json()
    assert (one["reveal"], one["scope"], one["rows"]) == ("table-saved", "it: all stores", 2)
    for wrong in ("yesterday", "2026-01-01T00:00:00"):
        answer = await doors.http.get(f"/api/v1/who-saw?since={wrong}", headers=headers)
        assert answer.status_code == 422


@pytest.mark.parametrize("role", [one for one in LoginRole if one is not LoginRole.IT])
async def test_nobody_else_does(doors: Doors, role: LoginRole) -> None:
    scope = {LoginRole.STORE: "s01", LoginRole.BRAND: OWN}.get(role)
    assert (await doors.get("/who-saw", role, scope)).status_code == 403
