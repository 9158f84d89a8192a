"""What a request becomes at the till, and under which number."""

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from edge_agent.core.writer import Writer
from edge_agent.till.api import TillApi, answer_errors
from edge_agent.till.pricing import OwnCodes, PriceBook
from edge_agent.till.register import Register
from edge_agent.till.shoppers import HandleSealer
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Lane
from sync.outbox.outbox import Outbox

SALE = {"lines": [{"code": "6901234567892", "quantity": "2", "unit_price": "3.50"}]}


@pytest.fixture
def register(clock: ManualClock) -> Register:
    return Register(
        store_id="s01",
        workstation_id="till-1",
        currency="CNY",
        zone=ZoneInfo("Asia/Shanghai"),
        register_closes_at_h=4,
        own=OwnCodes(),
        handles=HandleSealer(),
        prices=PriceBook(),
        clock=clock,
        rng=Random(1),
    )


@pytest.fixture
async def till(writer: Writer, register: Register) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=[answer_errors])
    TillApi(register, writer, 1000).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


def events(outbox: Outbox) -> list[Any]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT kind, body FROM outbox WHERE lane = ? ORDER BY seq", (Lane.SALE,)
        ).fetchall()
    return [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows]


async def say(till: TestClient[Any, Any], path: str, body: Any, key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    answer = await till.post(path, data=json.dumps(body), headers=headers)
    return answer.status, await answer.json()


async def test_equal_lines_and_equal_sales_are_kept_apart(till, outbox):
    twice = {"lines": SALE["lines"] * 2}
    await say(till, "/v1/sales", twice)
    await say(till, "/v1/sales", twice)
    receipts = events(outbox)
    assert [len(receipt.lines) for receipt in receipts] == [2, 2]
    assert receipts[1].sequence == receipts[0].sequence + 1


async def test_a_hundred_sales_at_once_get_gapless_numbers(till, outbox):
    answers = await asyncio.gather(*(say(till, "/v1/sales", SALE) for _ in range(100)))
    assert {status for status, _ in answers} == {201}
    numbers = sorted(body["sequence"] for _, body in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 100))
    assert sorted(int(body["event"].split("/")[2]) for _, body in answers) == list(range(1, 101))


async def test_a_refused_sale_in_a_group_leaves_no_gap_and_takes_nobody_with_it(till, outbox):
    bad = SALE | {"sequence": 7}
    await say(till, "/v1/sales", bad)
    answers = await asyncio.gather(
        *(say(till, "/v1/sales", bad if n % 3 == 0 else SALE) for n in range(30))
    )
    assert sorted({status for status, _ in answers}) == [201, 409]
    produced = outbox.books()[0].produced
    assert produced == 1 + sum(status == 201 for status, _ in answers)
    assert len(events(outbox)) == produced


async def test_a_return_before_its_sale_is_accepted(till, outbox):
    reference = {
        "workstation_id": "till-2",
        "business_day": "2026-11-23",
        "sequence": 99,
        "line": 1,
    }
    body = {"lines": [SALE["lines"][0] | {"return_of": reference}]}
    status, answer = await say(till, "/v1/returns", body)
    assert status == 201
    assert answer["total"] == "-7.00"
    (receipt,) = events(outbox)
    assert receipt.type == "return"
    assert receipt.lines[0].return_of.sequence == 99


async def test_a_void_takes_every_line_back_once(till, outbox):
    _, sold = await say(till, "/v1/sales", SALE)
    key = {name: sold[name] for name in ("workstation_id", "business_day", "sequence")}
    status, answer = await say(till, "/v1/voids", {"receipt": key})
    assert status == 201
    assert answer["total"] == "-7.00"
    assert (await say(till, "/v1/voids", {"receipt": key}))[0] == 409
    assert [receipt.type for receipt in events(outbox)] == ["sale", "void"]


async def test_a_void_of_an_unknown_receipt_says_so(till, outbox):
    key = {"workstation_id": "till-1", "business_day": "2026-11-22", "sequence": 5}
    status, answer = await say(till, "/v1/voids", {"receipt": key})
    assert status == 404
    assert "no receipt till-1/2026-11-22/5" in answer["error"]
    assert outbox.books()[0].produced == 0


async def test_a_receipt_kept_back_by_the_pos_belongs_to_its_own_day(till, outbox):
    status, body = await say(till, "/v1/sales", SALE | {"ended_at": "2026-11-20T02:30:00+08:00"})
    assert status == 201
    assert body["business_day"] == "2026-11-19"


async def test_a_receipt_is_found_again_by_its_key(till, outbox):
    _, sold = await say(till, "/v1/sales", SALE)
    path = f"/v1/receipts/till-1/{sold['business_day']}/{sold['sequence']}"
    answer = await till.get(path)
    found = await answer.json()
    assert found["total"] == "7.00"
    assert found["voided"] is False
    assert (await till.get("/v1/receipts/till-1/2026-11-22/1")).status == 404


async def test_stock_moves_and_counts_name_this_stores_locations(till, outbox):
    move = {
        "gtin": "6901234567892",
        "quantity": "24",
        "from_location": "supplier",
        "to_location": "back-room",
        "reason": "delivery",
    }
    assert (await say(till, "/v1/stock-moves", move))[0] == 201
    count = {"gtin": "6901234567892", "location": "floor", "quantity": "0"}
    assert (await say(till, "/v1/stock-counts", count))[0] == 201
    moved, counted = events(outbox)
    assert (moved.from_location, moved.to_location) == ("supplier", "s01/back-room")
    assert counted.location == "s01/floor"


async def test_an_opened_drawer_is_a_receipt_without_lines(till, outbox):
    assert (await say(till, "/v1/no-sales", {}))[0] == 201
    (receipt,) = events(outbox)
    assert (receipt.type, receipt.lines) == ("no-sale", ())
