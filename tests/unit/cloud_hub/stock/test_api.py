"""Balances over HTTP."""

from datetime import timedelta

import pytest

from device_profiles.store import LoginRole
from tests.small_chain import COLA, OWN, TEA, local
from tests.stage.doors import Doors


@pytest.fixture
def stocked(doors: Doors) -> Doors:
    doors.chain.stock(COLA, "24", "back-room", at=local(8))
    doors.chain.stock(COLA, "6", "floor", at=local(12))
    doors.chain.stock(TEA, "2.5", "floor", at=local(9))
    doors.chain.stock(COLA, "9", "floor", at=local(9), store_id="s02")
    return doors


async def test_each_location_is_told_and_each_product_adds_up_to_zero(stocked: Doors) -> None:
    told = (await stocked.get("/stock/s01", LoginRole.HEAD_OFFICE)).json()
    held = {(row["location"], row["gtin"]): float(row["quantity"]) for row in told}
    assert held == {
        ("s01/back-room", COLA): 24.0,
        ("s01/floor", COLA): 6.0,
        ("s01/floor", TEA): 2.5,
        ("supplier", COLA): -30.0,
        ("supplier", TEA): -2.5,
    }


async def test_one_product_at_an_earlier_time_may_be_asked_about(stocked: Doors) -> None:
    at = (local(12) - timedelta(seconds=1)).isoformat()
    told = (await stocked.get("/stock/s01", LoginRole.STORE, "s01", gtin=COLA, at=at)).json()
    assert {row["location"]: float(row["quantity"]) for row in told} == {
        "s01/back-room": 24.0,
        "supplier": -24.0,
    }


async def test_a_store_without_moves_holds_nothing(doors: Doors) -> None:
    assert (await doors.get("/stock/s01", LoginRole.IT)).json() == []


@pytest.mark.parametrize(
    ("role", "scope", "status"), [(LoginRole.STORE, "s02", 404), (LoginRole.BRAND, OWN, 403)]
)
async def test_another_stores_stock_is_not_told(
    stocked: Doors, role: LoginRole, scope: str, status: int
) -> None:
    assert (await stocked.get("/stock/s01", role, scope)).status_code == status


async def test_a_store_that_is_not_there_is_not_taken_for_an_empty_one(stocked: Doors) -> None:
    assert (await stocked.get("/stock/s09", LoginRole.IT)).status_code == 404


@pytest.mark.parametrize(
    "query", [{"gtin": "123"}, {"at": "yesterday"}, {"at": "2026-03-04T08:00"}]
)
async def test_a_question_that_makes_no_sense_is_refused(
    doors: Doors, query: dict[str, str]
) -> None:
    assert (await doors.get("/stock/s01", LoginRole.IT, **query)).status_code == 422
