"""Devices claim their passwords over HTTP."""

from typing import Any

import httpx
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.link.hub_alarms import CLAIMED_AGAIN
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

CLAIM = "/api/v1/devices/claim"
RESET = f"/api/v1/devices/s01-till/reset-claim?tenant_id={TENANT}"


def expect(doors: Doors, token: str = "the right claim token") -> dict[str, Any]:
    """What a till says that the hub waits for."""
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        till = session.get_one(DeviceRow, (TENANT, "s01-till"))
        till.claim_token_hash, till.claimed_at = hash_token(token), None
    return {"tenant_id": TENANT, "device_id": "s01-till", "claim_token": token}


async def claim(doors: Doors, body: dict[str, Any]) -> httpx.Response:
    return await doors.http.post(CLAIM, json=body)


def acts(doors: Doors) -> list[tuple[str, str]]:
    with doors.hub.sessions() as session:
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.actor, row.action) for row in rows]


async def test_a_device_is_told_its_password_its_broker_and_what_the_hub_signs_with(
    doors: Doors,
) -> None:
    answer = await claim(doors, expect(doors))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["tenant_id"], told["store_id"], told["device_id"]) == (TENANT, "s01", "s01-till")
    assert told["brokers"] == [{"host": "127.0.0.1", "port": 1883, "tls": False}]
    assert told["mqtt_version"] == 4
    assert '"_type": "root"' in told["artifact_root"] or '"_type":"root"' in told["artifact_root"]
    assert acts(doors) == [("device:s01-till", "device-claimed")]


async def test_a_second_claim_is_refused_until_a_writer_resets_it(doors: Doors) -> None:
    body = expect(doors)
    first = await claim(doors, body)
    assert (await claim(doors, body)).status_code == 409
    reader = doors.token(LoginRole.IT)
    assert (await doors.http.post(RESET, headers=reader)).status_code == 403
    writer = doors.token(LoginRole.HEAD_OFFICE, may_write=True)
    assert (await doors.http.post(RESET, headers=writer)).status_code == 204
    second = await claim(doors, body)
    assert second.status_code == 200
    assert second.json()["password"] != first.json()["password"]


async def test_guessing_a_claim_token_gets_slower_and_names_nobody(doors: Doors) -> None:
    body = expect(doors) | {"claim_token": "a guess"}
    statuses = [(await claim(doors, body)).status_code for _ in range(8)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    assert set(acts(doors)) == {("nobody", "claim-refused")}


async def test_a_claim_that_is_none_is_a_bad_question(doors: Doors) -> None:
    body = expect(doors)
    for change in ({"secret": "short"}, {"device_id": "S 1"}, {"colour": "red"}):
        assert (await claim(doors, body | change)).status_code == 422


async def test_one_token_of_several_devices_opens_these_alone_each_once_and_each_is_noted(
    doors: Doors,
) -> None:
    body, shared = expect(doors), ("s01-till", "s01-door")
    with doors.hub.database.writing() as session:
        for device in session.scalars(sa.select(DeviceRow).where(DeviceRow.store_id == "s01")):
            device.claimed_at = None
            if device.device_id in shared:
                device.claim_token_hash = hash_token(body["claim_token"])
    first = [(await claim(doors, body | {"device_id": each})) for each in shared]
    assert [answer.status_code for answer in first] == [200, 200]
    assert len({answer.json()["password"] for answer in first}) == 2
    again = [(await claim(doors, body | {"device_id": each})).status_code for each in shared]
    assert again == [409, 409]
    others = ("s01-cooler", "s02-till", "s09-till")
    refused = [(await claim(doors, body | {"device_id": each})).status_code for each in others]
    assert refused == [403, 403, 403]
    noted = [act for act in acts(doors) if act[1] == "device-claimed"]
    assert noted == [(f"device:{each}", "device-claimed") for each in shared]


async def test_a_device_that_left_the_chain_is_not_claimed_by_a_token_that_others_have(
    doors: Doors,
) -> None:
    body = expect(doors)
    with doors.hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-till")).left_at = NOW
    assert (await claim(doors, body)).status_code == 403
    assert acts(doors) == [("nobody", "claim-refused")]


async def test_a_used_token_that_is_tried_by_another_raises_one_alarm_of_that_device(
    doors: Doors,
) -> None:
    body = expect(doors)
    mine, other = body | {"secret": "m" * 40}, body | {"secret": "t" * 40}
    assert (await claim(doors, mine)).status_code == 200
    assert (await claim(doors, mine)).status_code == 200, "the same again, whose answer was lost"
    assert alarmed(doors) == []
    for _ in range(2):
        assert (await claim(doors, other)).status_code == 409
    assert alarmed(doors) == [(CLAIMED_AGAIN, "s01-till")]
    assert (await claim(doors, other | {"claim_token": "x" * 20})).status_code == 403
    assert alarmed(doors) == [(CLAIMED_AGAIN, "s01-till")]


def alarmed(doors: Doors) -> list[tuple[str, str]]:
    with doors.hub.sessions() as session:
        return [(one.alarm, one.device_id) for one in session.scalars(sa.select(AlarmRaised))]
