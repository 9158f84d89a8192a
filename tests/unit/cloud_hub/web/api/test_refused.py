"""What programs were refused is answered in one line and stands in the audit log."""

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors


def logged(doors: Doors) -> list[tuple[str, str, str, str]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.tenant_id, row.actor, row.action, row.subject) for row in rows]


async def test_a_program_that_may_not_is_named_with_the_door_it_tried(doors: Doors) -> None:
    headers = doors.token(LoginRole.BRAND, "spring", may_write=True)
    answer = await doors.http.get("/api/v1/devices/s01-till/ledger", headers=headers)
    assert answer.status_code == 403
    assert logged(doors) == [
        (TENANT, "token:test", "act-refused", "GET /api/v1/devices/{device_id}/ledger")
    ]


async def test_a_wrong_claim_is_in_the_hubs_own_log(doors: Doors) -> None:
    body = {"tenant_id": TENANT, "device_id": "s01-till", "claim_token": "guessed"}
    for _ in range(3):
        assert (await doors.http.post("/api/v1/devices/claim", json=body)).status_code == 403
    assert logged(doors) == [("*", "nobody", "claim-refused", "POST /api/v1/devices/claim")] * 3


@pytest.mark.parametrize("headers", [{}, {"Cookie": "aisle_session=ended"}])
async def test_who_is_not_signed_in_yet_is_answered_and_not_logged(
    doors: Doors, headers: dict[str, str]
) -> None:
    answer = await doors.http.get("/api/v1/stores", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert logged(doors) == []


async def test_what_is_not_there_is_no_refused_act(doors: Doors) -> None:
    headers = doors.token(LoginRole.IT)
    answer = await doors.http.get("/api/v1/devices/nothing/ledger", headers=headers)
    assert answer.status_code == 404
    assert logged(doors) == []
