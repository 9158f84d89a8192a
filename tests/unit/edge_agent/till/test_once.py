"""The same request twice is one sale."""

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
