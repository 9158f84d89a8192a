"""Tenders add up, but for what cash is rounded by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage.money_road import Road, opened_road

TEN = {"code": "a", "quantity": "1", "unit_price": "10"}


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with opened_road(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "tenders",
    [
        [("cash", "5")],
        [("cash", "20")],
        [("card", "9.99")],
        [("cash", "9.90")],
        [("cash", "-10")],
        [("gift-card", "5"), ("cash", "4")],
    ],
)
async def test_tenders_that_do_not_add_up_are_refused(
    road: Road, tenders: list[tuple[str, str]]
) -> None:
    said = [{"kind": kind, "amount": amount} for kind, amount in tenders]
    status, answer = await road.till.say("sales", {"lines": [TEN], "tenders": said})
    assert (status, "the tenders come to" in answer["error"]) == (422, True)
    assert road.till.outbox.books()[0].produced == 0


@pytest.mark.parametrize(
    "tenders",
    [
        [("cash", "10")],
        [("cash", "20"), ("change", "-10")],
        [("card", "4"), ("cash", "6.05")],
        [("cash", "9.95")],
        [("gift-card", "10.00")],
    ],
)
async def test_tenders_that_add_up_are_booked(road: Road, tenders: list[tuple[str, str]]) -> None:
    said = [{"kind": kind, "amount": amount} for kind, amount in tenders]
    sold = await road.till.sell(TEN, tenders=said)
    assert sold["warnings"] == []


async def test_a_sale_without_a_tender_is_booked_and_told(road: Road) -> None:
    sold = await road.till.sell(TEN)
    assert sold["warnings"] == ["no tender: how this was paid is not known"]


@pytest.mark.parametrize("amount", ["10", "-10"])
async def test_a_refund_is_booked_negative(road: Road, amount: str) -> None:
    back = await road.till.sell(TEN, act="returns", tenders=[{"kind": "cash", "amount": amount}])
    assert (back["total"], back["tenders"][0]["amount"]) == ("-10.00", "-10.00")


@pytest.mark.parametrize(
    ("act", "field"),
    [
        ("sales", "ended_at"),
        ("returns", "ended_at"),
        ("no-sales", "ended_at"),
        ("stock-moves", "moved_at"),
        ("stock-counts", "counted_at"),
    ],
)
@pytest.mark.parametrize(
    "at", ["2031-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"]
)
async def test_a_time_that_cannot_be_is_refused(road: Road, act: str, field: str, at: str) -> None:
    move = {
        "gtin": "6901234567892",
        "quantity": "1",
        "from_location": "supplier",
        "to_location": "floor",
        "reason": "delivery",
    }
    counted = {"gtin": "6901234567892", "quantity": "1", "location": "floor"}
    bodies = {
        "sales": {"lines": [TEN]},
        "returns": {"lines": [TEN]},
        "no-sales": {},
        "stock-moves": move,
        "stock-counts": counted,
    }
    status, answer = await road.till.say(act, bodies[act] | {field: at})
    assert status == 422
    assert "\n" not in answer["error"]
    assert road.till.outbox.books()[0].produced == 0


async def test_a_till_whose_clock_is_not_trusted_believes_the_pos(road: Road) -> None:
    road.clock.trusted = False
    later = (road.clock.now() + timedelta(days=300)).isoformat()
    assert (await road.till.sell(TEN, ended_at=later))["total"] == "10.00"


@pytest.mark.parametrize("where", ["cellar", "s01/cellar", "s02/floor/x", "FLOOR", "s02/"])
async def test_a_location_that_no_store_has_is_refused(road: Road, where: str) -> None:
    move = {
        "gtin": "6901234567892",
        "quantity": "1",
        "from_location": "supplier",
        "to_location": where,
        "reason": "delivery",
    }
    status, answer = await road.till.say("stock-moves", move)
    assert (status, "floor" in answer["error"]) == (422, True)


@pytest.mark.parametrize("where", ["floor", "back-room", "s02/back-room", "loss", "in-transit"])
async def test_places_of_stores_and_virtual_ones_are_taken(road: Road, where: str) -> None:
    move = {
        "gtin": "6901234567892",
        "quantity": "1",
        "from_location": "supplier",
        "to_location": where,
        "reason": "delivery",
    }
    assert (await road.till.say("stock-moves", move))[0] == 201
