"""Goods moved between stores leave one and reach the other, whoever booked it."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.stage.money_road import Road, opened_road
from tests.talking_device import COLA

BOTH = {"s01": "CNY", "s02": "CNY"}


def move(quantity: str, came_from: str, went_to: str) -> dict[str, Any]:
    return {
        "gtin": COLA,
        "quantity": quantity,
        "from_location": came_from,
        "to_location": went_to,
        "reason": "transfer",
    }


async def moved(road: Road, store: str, *moves: dict[str, Any]) -> None:
    for one in moves:
        assert (await road.tills[store].say("stock-moves", one))[0] == 201
    road.arrive()


@pytest.mark.parametrize("booked_by", ["s01", "s02"])
async def test_whoever_books_it_each_store_holds_what_it_has(
    tmp_path: Path, booked_by: str
) -> None:
    async with opened_road(tmp_path, tills=BOTH) as road:
        await moved(road, "s01", move("10", "supplier", "back-room"))
        await moved(road, booked_by, move("4", "s01/back-room", "s02/floor"))
        assert road.held(COLA) == {"s01/back-room": 6, "s02/floor": 4, "supplier": -10}
        assert road.held(COLA, "s01") == {"s01/back-room": 6, "other-stores": 4, "supplier": -10}
        assert road.held(COLA, "s02") == {"s02/floor": 4, "other-stores": -4}


async def test_each_stores_view_adds_up_to_nothing(tmp_path: Path) -> None:
    async with opened_road(tmp_path, tills=BOTH) as road:
        await moved(road, "s02", move("7", "supplier", "s01/floor"), move("2", "floor", "loss"))
        await moved(road, "s01", move("3", "floor", "s02/back-room"))
        for store in (None, "s01", "s02"):
            assert sum(road.held(COLA, store).values()) == 0


async def test_goods_on_their_way_are_in_neither_store_and_not_gone(tmp_path: Path) -> None:
    async with opened_road(tmp_path, tills=BOTH) as road:
        await moved(road, "s01", move("5", "supplier", "floor"), move("5", "floor", "in-transit"))
        assert road.held(COLA) == {"in-transit": 5, "supplier": -5}
        await moved(road, "s02", move("5", "in-transit", "back-room"))
        assert road.held(COLA) == {"s02/back-room": 5, "supplier": -5}


@pytest.mark.parametrize(("counted_by", "moved_by"), list(product(BOTH, BOTH)))
async def test_a_count_holds_whoever_counts_and_whoever_moves(
    tmp_path: Path, counted_by: str, moved_by: str
) -> None:
    async with opened_road(tmp_path, tills=BOTH) as road:
        await moved(road, "s01", move("10", "supplier", "floor"))
        counted = {"gtin": COLA, "location": "s02/floor", "quantity": "8"}
        assert (await road.tills[counted_by].say("stock-counts", counted))[0] == 201
        road.arrive()
        earlier = move("3", "s01/floor", "s02/floor") | {"moved_at": "2026-03-04T11:00:00+08:00"}
        await moved(road, moved_by, earlier)
        assert road.held(COLA)["s02/floor"] == 8
        assert road.held(COLA)["adjustment"] == -5
        assert road.held(COLA)["s01/floor"] == 7


async def test_a_store_that_nobody_knows_gets_nothing(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        assert (await road.till.say("stock-moves", move("1", "floor", "s99/floor")))[0] == 201
        (tally,) = road.arrive()
        assert tally.dead == 1
        assert road.held(COLA) == {}
