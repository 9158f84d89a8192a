"""Devices set up by programs, within what their token may."""

from typing import Any

import httpx

from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.claim_code import decode
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors

BODY = {"store_id": "s01", "kind": "till", "name": {"en": "Bar"}}


async def put(
    doors: Doors, device_id: str, *scopes: str, role: LoginRole = LoginRole.IT, **change: Any
) -> httpx.Response:
    doors.chain.flush()
    return await doors.http.put(
        f"/api/v1/devices/{device_id}?tenant_id={TENANT}",
        json=BODY | change,
        headers=doors.token(role, *scopes, may_write=True),
    )


async def retire(doors: Doors, device_id: str, *scopes: str) -> int:
    answer = await doors.http.delete(
        f"/api/v1/devices/{device_id}?tenant_id={TENANT}",
        headers=doors.token(LoginRole.TECHNICIAN, *scopes, may_write=True),
    )
    return answer.status_code


async def test_a_device_is_made_changed_and_retired(doors: Doors) -> None:
    made = await put(doors, "s01-new")
    assert (made.status_code, made.json()["fixture_id"]) == (200, None)
    changed = await put(doors, "s01-new", name={"en": "Counter"})
    assert changed.json()["name"]["en"] == "Counter"
    assert await retire(doors, "s01-new") == 204
    assert await retire(doors, "s01-new") == 409
    with doors.hub.sessions() as session:
        assert session.get_one(DeviceRow, (TENANT, "s01-new")).left_at is not None


async def test_what_cannot_be_so_is_refused(doors: Doors) -> None:
    assert (await put(doors, "s01-new", store_id="s99")).status_code == 422
    assert (await put(doors, "s01-new", kind="oven")).status_code == 422
    assert (await put(doors, "S01")).status_code == 422
    assert (await put(doors, "s01-new", name={})).status_code == 422
    assert (await put(doors, "s01-new", more=1)).status_code == 422


async def test_a_replaced_device_gets_a_code_of_its_own(doors: Doors) -> None:
    await put(doors, "s01-new")
    url = "https://hub.example.org"
    place = f"/api/v1/devices/s01-new/replace?tenant_id={TENANT}"
    headers = doors.token(LoginRole.TECHNICIAN, "s01", may_write=True)
    answer = await doors.http.post(place, json={"hub_url": url}, headers=headers)
    assert decode(answer.json()["code"]).device == "s01-new"
    refused = await doors.http.post(place, json={"hub_url": "hub"}, headers=headers)
    assert refused.status_code == 422
    beyond = doors.token(LoginRole.TECHNICIAN, "s02", may_write=True)
    assert (await doors.http.post(place, json={"hub_url": url}, headers=beyond)).status_code == 404


async def test_nobody_reaches_beyond_his_stores(doors: Doors) -> None:
    role = LoginRole.TECHNICIAN
    assert (await put(doors, "s01-new", "s02", role=role)).status_code == 404
    assert (await put(doors, "s01-new", "s01", role=role)).status_code == 200
    assert (await put(doors, "s01-new", "s02", role=role, store_id="s02")).status_code == 404
    assert await retire(doors, "s01-new", "s02") == 404
    assert (await put(doors, "s01-new", "s01", role=LoginRole.STORE)).status_code == 403
