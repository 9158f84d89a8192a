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
from edge_agent.till.pricing import PriceBook
from edge_agent.till.register import Register
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Lane, Receipt
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
        weighed={},
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


async def test_a_sale_is_on_disk_before_it_is_answered(till, outbox):
    status, body = await say(till, "/v1/sales", SALE)
    assert status == 201
    assert body["total"] == "7.00"
    assert body["business_day"] == "2026-11-22"
    (receipt,) = events(outbox)
    assert isinstance(receipt, Receipt)
    assert receipt.lines[0].gtin == "06901234567892"
    assert body["event"] == "1/0/1"


async def test_the_same_key_gets_the_same_receipt_and_sells_once(till, outbox):
    first = await say(till, "/v1/sales", SALE, key="k1")
    again = await say(till, "/v1/sales", SALE, key="k1")
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert len(events(outbox)) == 1


async def test_the_same_key_at_the_same_moment_sells_once(till, outbox):
    answers = await asyncio.gather(*(say(till, "/v1/sales", SALE, key="k1") for _ in range(20)))
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert len({body["sequence"] for _, body in answers}) == 1
    assert len(events(outbox)) == 1


async def test_a_key_used_for_another_request_is_refused(till, outbox):
    await say(till, "/v1/sales", SALE, key="k1")
    other = {"lines": [{"code": "x", "quantity": "1", "unit_price": "1"}]}
    status, body = await say(till, "/v1/sales", other, key="k1")
    assert status == 409
    assert "needs a new key" in body["error"]
    assert len(events(outbox)) == 1


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


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
        ('{"lines": []}', "lines"),
        ('{"lines": [{"code": "x", "quantity": "1"}]}', "give a unit_price"),
        ('{"lines": [{"code": "x", "quantity": "1", "unit_price": "1", "vat": 3}]}', "lines.0.vat"),
        ('{"lines": [{"code": "x", "quantity": "1", "unit_price": "1.23456"}]}', "four decimal"),
        ('{"lines": [{"code": "x", "unit_price": "1"}]}', "give a quantity"),
        (
            '{"lines": [{"code": "x", "quantity": "1", "unit_price": "1"}],'
            ' "ended_at": "2026-11-22T10:00:00"}',
            "ended_at",
        ),
    ],
)
async def test_an_unusable_body_is_named_in_one_line_and_nothing_is_sold(till, outbox, body, says):
    answer = await till.post("/v1/sales", data=body, headers={"Idempotency-Key": "k"})
    assert answer.status == 422
    error = (await answer.json())["error"]
    assert says in error
    assert "\n" not in error
    assert outbox.books()[0].produced == 0


async def test_a_full_outbox_tells_the_till_and_drops_nothing(tmp_path, clock, register):
    small = Outbox.open(tmp_path / "small.db", clock=clock, quota_bytes=512 * 1024, rng=Random(1))
    from edge_agent.core.store import apply_migrations

    async with Writer(small) as writer:
        await writer.write(lambda transaction: apply_migrations(transaction.connection))
        app = web.Application(middlewares=[answer_errors])
        TillApi(register, writer, 10).add_to(app)
        async with TestClient(TestServer(app)) as till:
            long = {"lines": [SALE["lines"][0] | {"description": "x" * 150}] * 40}
            statuses = [(await say(till, "/v1/sales", long))[0] for _ in range(120)]
            _, refusal = await say(till, "/v1/sales", long)
    books = small.books()[0]
    small.close()
    assert set(statuses) == {201, 507}
    assert "NOT recorded" in refusal["error"]
    assert books.produced == books.waiting == statuses.count(201)
    assert books.lost == 0


async def test_receipts_beyond_what_the_till_keeps_are_forgotten_by_count(outbox, writer, register):
    from edge_agent.till.once import act_once, forget_oldest
    from edge_agent.till.requests import SaleRequest

    act = register.sell(SaleRequest.model_validate(SALE))
    for number in range(10):
        key = f"k{number}"
        await writer.write(
            lambda t, key=key: act_once(t, act, key=key, fingerprint="f", now=register.clock.now())
        )
    gone = await writer.write(lambda t: forget_oldest(t.connection, kept=4))
    assert gone == 12
    assert outbox.books()[0].produced == 10


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_a_web_page_cannot_sell(till, outbox, headers):
    answer = await till.post("/v1/sales", data=json.dumps(SALE), headers=headers)
    assert answer.status == 403
    assert outbox.books()[0].produced == 0
