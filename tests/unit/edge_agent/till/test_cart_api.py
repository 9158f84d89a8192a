"""The cart's local API: what is created, what was there already, what is refused."""

import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from edge_agent.core.writer import Writer
from edge_agent.till.api import answer_errors
from edge_agent.till.cart import Cart
from edge_agent.till.cart_api import CartApi
from edge_agent.till.pricing import OwnCodes, PriceBook
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox

ITEM = {"code": "own-brand", "quantity": "1", "unit_price": "3.50", "weight_g": 100}
Client = TestClient[Any, Any]


@pytest.fixture
async def api(writer: Writer, clock: ManualClock) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[answer_errors])
    cart = Cart(products={}, own=OwnCodes(), prices=PriceBook(), clock=clock)
    CartApi(cart, writer, Random(1)).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def say(
    api: Client, path: str, body: Any = None, key: str | None = None
) -> tuple[int, dict[str, Any]]:
    headers = {"Idempotency-Key": key} if key else {}
    data = body if isinstance(body, str) else json.dumps(body) if body is not None else b""
    answer = await api.post(f"/v1/cart/sessions{path}", data=data, headers=headers)
    return answer.status, await answer.json()


async def test_a_session_begins_with_nothing_said_under_a_name_of_its_own(api: Client) -> None:
    status, first = await say(api, "")
    _, second = await say(api, "")
    assert status == 201
    assert first["session_id"] != second["session_id"]


async def test_the_same_request_again_is_answered_the_same_and_done_once(
    api: Client, outbox: Outbox
) -> None:
    first = await say(api, "", {"session_id": "c1"}, "start")
    again = await say(api, "", {"session_id": "c1"}, "start")
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert (await say(api, "/c1/items", ITEM, "i1"))[0] == 201
    status, cart = await say(api, "/c1/items", ITEM, "i1")
    assert (status, len(cart["items"])) == (200, 1)
    await say(api, "/c1/close", {"weight_g": 100}, "close")
    status, closed = await say(api, "/c1/close", {"weight_g": 100}, "close")
    assert (status, closed["verdict"], closed["total"]) == (200, "matches", "3.50")
    assert outbox.books()[3].produced == 1


async def test_one_key_for_another_request_is_refused(api: Client) -> None:
    await say(api, "", {"session_id": "c1"}, "k")
    status, _ = await say(api, "", {"session_id": "c2"}, "k")
    assert status in (409, 422)


async def test_a_cart_can_be_weighed_before_it_is_closed(api: Client) -> None:
    await say(api, "", {"session_id": "c1"})
    await say(api, "/c1/items", ITEM)
    assert (await say(api, "/c1/weight", {"weight_g": 100}))[0] == 201
    assert (await say(api, "/c1/close"))[1]["verdict"] == "matches"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/c9/items", ITEM, 404),
        ("/c9/weight", {"weight_g": 1}, 404),
        ("/c9/close", {}, 404),
        ("/c1/items", "no json", 422),
        ("/c1/items", {"code": "x"}, 422),
        ("/c1/items", ITEM | {"quantity": "many"}, 422),
        ("/c1/weight", {}, 422),
        ("/c1/weight", {"weight_g": "heavy"}, 422),
        ("/c1/weight", "", 422),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    api: Client, path: str, body: Any, status: int
) -> None:
    await say(api, "", {"session_id": "c1"})
    answered, problem = await say(api, path, body)
    assert answered in {status, 400 if status == 422 else status}
    assert problem
    _, closed = await say(api, "/c1/close")
    assert (closed["items"], closed["total"]) == ([], "0")
