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


async def test_a_sale_is_on_disk_before_it_is_answered(till, outbox):
    status, body = await say(till, "/v1/sales", SALE)
    assert status == 201
    assert body["total"] == "7.00"
    assert body["business_day"] == "2026-11-22"
    (receipt,) = events(outbox)
    assert isinstance(receipt, Receipt)
    assert receipt.lines[0].gtin == "06901234567892"
    assert body["event"] == "1/0/1"


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


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_a_web_page_cannot_sell(till, outbox, headers):
    answer = await till.post("/v1/sales", data=json.dumps(SALE), headers=headers)
    assert answer.status == 403
    assert outbox.books()[0].produced == 0


VOID = '{"receipt": {"workstation_id": "t", "business_day": "2026-01-01", "sequence": 1e99}}'
MANY = json.dumps({"lines": [SALE["lines"][0] | {"unit_price": "4000000000"}] * 2})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sales", '{"lines": [{"code": "x", "quantity": "1", "unit_price": %s}]}' % ("9" * 5000)),
        ("sales", '{"lines": [{"code": "x", "quantity": "1", "unit_price": "1e999999"}]}'),
        ("sales", '{"lines": [{"code": "x", "quantity": "1e15", "unit_price": "1"}]}'),
        ("sales", '{"lines": [{"code": "x", "quantity": "1", "unit_price": "900000000000000"}]}'),
        ("sales", '{"lines": [{"code": "x", "quantity": "9e8", "unit_price": "9e9"}]}'),
        ("sales", '{"lines": [{"code": "a\\u0000b", "quantity": "1", "unit_price": "1"}]}'),
        ("sales", '{"lines": [{"code": "a\\ud800", "quantity": "1", "unit_price": "1"}]}'),
        ("sales", MANY),
        ("sales", MANY.replace('"lines"', '"sequence": 4611686018427387904, "lines"')),
        ("sales", '{"ended_at": "0001-01-01T00:00:00+14:00", "lines": []}'),
        ("no-sales", '{"ended_at": "0001-01-01T00:00:00+14:00"}'),
        ("no-sales", '{"ended_at": "9999-12-31T23:59:59-14:00"}'),
        ("no-sales", '{"reason": "%s"}' % ("x" * 201)),
        ("returns", "[" * 100_000),
        (
            "voids",
            '{"receipt": {"workstation_id": "t", "business_day": "2026-01-01", "sequence": 1e99}}',
        ),
        ("stock-counts", '{"gtin": "6901234567892", "location": "floor", "quantity": "1e10"}'),
    ],
)
async def test_what_the_road_to_the_hub_cannot_hold_is_refused_in_one_line(
    till, outbox, path, body
):
    answer = await till.post(f"/v1/{path}", data=body)
    assert answer.status == 422
    assert answer.content_type == "application/json"
    error = (await answer.json())["error"]
    assert 0 < len(error) <= 320
    assert "\n" not in error
    assert events(outbox) == []


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/v1/receipts/till-1/9999-99-99/1", {}),
        ("GET", "/v1/receipts/till-1/2026-11-22/" + "9" * 4000, {}),
        ("GET", "/v1/receipts/till%00/2026-11-22/1", {}),
        ("GET", "/v1/receipts/%ED%A0%80/2026-11-22/1", {}),
        ("POST", "/v1/sales", {"Idempotency-Key": "\udcff\udcfe"}),
        ("POST", "/v1/sales", {"Host": "[", "Content-Type": "text/plain; charset=no-such"}),
        ("PATCH", "/v1/sales", {}),
        ("GET", "/nowhere", {}),
    ],
)
async def test_an_odd_request_is_refused_in_one_line(till, method, path, headers):
    from yarl import URL

    url = URL(str(till.make_url("/")).rstrip("/") + path, encoded=True)
    answer = await till.session.request(method, url, headers=headers, data=json.dumps(SALE))
    assert 400 <= answer.status < 500
    assert "\n" not in (await answer.json())["error"]


async def test_a_fault_of_the_till_itself_is_told_as_json(writer, register):
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("odd")

    app = web.Application(middlewares=[answer_errors])
    app.add_routes([web.get("/broken", broken)])
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/broken")
        assert answer.status == 500
        assert "log says why" in (await answer.json())["error"]
