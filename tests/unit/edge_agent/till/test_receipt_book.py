"""Numbers that never block each other, and receipts that are voided once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage.money_road import PlayedTill, Road, key_of, opened_road

LINE = {"code": "a", "quantity": "1", "unit_price": "1"}


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with opened_road(tmp_path) as opened:
        yield opened


@pytest.fixture
def till(road: Road) -> PlayedTill:
    return road.till


async def test_a_number_of_the_pos_own_never_blocks_the_tills_next(till: PlayedTill) -> None:
    first = await till.sell(LINE)
    taken = {"sequence": first["sequence"] + 1}
    assert (await till.sell(LINE, **taken))["sequence"] == taken["sequence"]
    for more in (2, 3):
        assert (await till.sell(LINE))["sequence"] == first["sequence"] + more
    assert (await till.void(first))[0] == 201
    assert (await till.say("no-sales", {}))[0] == 201


async def test_a_row_of_numbers_of_the_pos_own_is_stepped_over(till: PlayedTill) -> None:
    first = await till.sell(LINE)
    for more in range(1, 6):
        await till.sell(LINE, sequence=first["sequence"] + more)
    assert (await till.sell(LINE))["sequence"] == first["sequence"] + 6


async def test_a_pos_may_count_from_one_again_on_another_day(road: Road, till: PlayedTill) -> None:
    yesterday = (road.clock.now() - timedelta(days=1)).isoformat()
    first = await till.sell(LINE, sequence=1, ended_at=yesterday)
    second = await till.sell(LINE, sequence=1)
    assert first["business_day"] != second["business_day"]


async def test_a_number_that_the_day_has_is_refused_to_the_pos(till: PlayedTill) -> None:
    await till.sell(LINE, sequence=7)
    status, answer = await till.say("sales", {"lines": [LINE], "sequence": 7})
    assert (status, "give the next number" in answer["error"]) == (409, True)


@pytest.mark.parametrize("act", ["voids", "no-sales"])
async def test_only_sales_and_returns_are_voided(till: PlayedTill, act: str) -> None:
    sold = await till.sell(LINE)
    body: dict[str, Any] = {"receipt": key_of(sold)} if act == "voids" else {}
    _, done = await till.say(act, body)
    status, answer = await till.void(done)
    assert (status, "only sales and returns" in answer["error"]) == (409, True)


async def test_rounded_cash_is_in_the_total_and_a_void_takes_it_back(tmp_path: Path) -> None:
    async with opened_road(tmp_path, currency="CHF") as road:
        lines = [LINE | {"unit_price": "5.44"}] * 2
        sold = await road.till.sell(*lines, tenders=[{"kind": "cash", "amount": "10.90"}])
        assert (sold["total"], sold["rounding"]) == ("10.90", "0.02")
        _, undone = await road.till.void(sold)
        assert (undone["total"], undone["rounding"]) == ("-10.90", "-0.02")


async def test_money_is_plain_text_in_every_answer(till: PlayedTill) -> None:
    sold = await till.sell(LINE | {"quantity": "1E+1", "unit_price": "1E+2", "discount": "1E+1"})
    assert (sold["lines"][0]["quantity"], sold["total"]) == ("10", "990.00")
    assert "E+" not in str(sold)
    (event,) = till.unheard()
    assert "E+" not in event.model_dump_json()
