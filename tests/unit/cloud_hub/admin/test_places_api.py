"""Stores and devices read over HTTP."""

import pytest

from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN
from tests.stage.doors import Doors


async def test_stores_are_told_in_order_with_their_zone_and_area(doors: Doors) -> None:
    answer = await doors.get("/stores", LoginRole.HEAD_OFFICE)
    assert [store["store_id"] for store in answer.json()] == ["s01", "s02"]
    first = answer.json()[0]
    assert (first["name"]["zh"], first["time_zone"], first["selling_area_m2"]) == (
        "01店",
        "Etc/GMT-8",
        50.0,
    )


async def test_a_store_is_told_of_itself(doors: Doors) -> None:
    stores = (await doors.get("/stores", LoginRole.STORE, "s02")).json()
    assert [store["store_id"] for store in stores] == ["s02"]
    devices = (await doors.get("/devices", LoginRole.STORE, "s02")).json()
    assert {device["store_id"] for device in devices} == {"s02"}
    assert (await doors.get("/devices", LoginRole.STORE, "s02", store="s01")).json() == []


async def test_devices_are_told_with_when_they_were_heard_and_without_credentials(
    doors: Doors,
) -> None:
    devices = (await doors.get("/devices", LoginRole.IT, store="s01")).json()
    assert [device["device_id"] for device in devices] == ["s01-cooler", "s01-door", "s01-till"]
    assert devices[0]["heard_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert not any("hash" in name or "password" in name for name in devices[0])


async def test_a_brand_is_told_of_no_device(doors: Doors) -> None:
    answer = await doors.get("/devices", LoginRole.BRAND, OWN)
    assert (answer.status_code, answer.json()["detail"]) == (403, "role brand may not see device")


@pytest.mark.parametrize("store", ["S 1", "x" * 41, ""])
async def test_a_store_that_can_be_none_is_a_bad_question(doors: Doors, store: str) -> None:
    assert (await doors.get("/devices", LoginRole.IT, store=store)).status_code == 422
