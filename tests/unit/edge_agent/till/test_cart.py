import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_profiles.store import ProductProfile
from edge_agent.till.api import answer_errors
from edge_agent.till.cart import Cart
from edge_agent.till.cart_api import CartApi
from edge_agent.till.pricing import OwnCodes, PriceBook

TEA = ProductProfile.model_validate(
    {
        "gtin": "6901234567892",
        "name": {"en": "Tea", "zh": "茶"},
        "brand_id": "quanye",
        "category": {"en": "Tea", "zh": "茶饮"},
        "gross_weight_g": 330.0,
    }
)
ITEM = {"code": "6901234567892", "quantity": "1", "unit_price": "3.50"}


@pytest.fixture
async def cart(writer, clock) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=[answer_errors])
    cart = Cart(products={TEA.gtin: TEA}, own=OwnCodes(), prices=PriceBook(), clock=clock)
    CartApi(cart, writer, Random(1)).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def say(cart, path: str, body: Any = None):
    answer = await cart.post(f"/v1/cart/sessions{path}", data=json.dumps(body or {}))
    return answer.status, await answer.json()


async def session_of(cart, *items: dict, weight_g: float | None) -> dict:
    _, started = await say(cart, "")
    path = f"/{started['session_id']}"
    for item in items:
        assert (await say(cart, f"{path}/items", item))[0] == 201
    body = {} if weight_g is None else {"weight_g": weight_g}
    return (await say(cart, f"{path}/close", body))[1]


async def test_a_cart_whose_weight_agrees_matches(cart, outbox):
    closed = await session_of(cart, ITEM, ITEM, weight_g=668)
    assert (closed["verdict"], closed["expected_g"], closed["total"]) == ("matches", 660.0, "7.00")
    assert outbox.books()[3].produced == 1


async def test_an_item_that_was_not_scanned_asks_for_a_look(cart):
    assert (await session_of(cart, ITEM, weight_g=660))["verdict"] == "check-item"


async def test_nothing_is_said_where_a_weight_is_not_known(cart):
    unknown = {"code": "own-brand", "quantity": "1", "unit_price": "1"}
    assert (await session_of(cart, ITEM, unknown, weight_g=400))["verdict"] == "not-weighed"
    assert (await session_of(cart, ITEM, weight_g=None))["verdict"] == "not-weighed"


async def test_an_item_put_back_weighs_nothing(cart):
    closed = await session_of(cart, ITEM, ITEM | {"quantity": "-1"}, weight_g=0)
    assert (closed["verdict"], closed["total"]) == ("matches", "0.00")


async def test_an_item_may_say_its_own_weight(cart):
    item = {"code": "own-brand", "quantity": "2", "unit_price": "1", "weight_g": 50}
    assert (await session_of(cart, item, weight_g=101))["verdict"] == "matches"


async def test_a_session_closes_once_with_one_answer(cart, outbox):
    _, started = await say(cart, "", {"session_id": "c1"})
    assert started["session_id"] == "c1"
    await say(cart, "/c1/items", ITEM)
    await say(cart, "/c1/weight", {"weight_g": 331})
    first = await say(cart, "/c1/close")
    assert first == await say(cart, "/c1/close", {"weight_g": 999})
    assert outbox.books()[3].produced == 1
    assert (await say(cart, "/c1/items", ITEM))[0] == 409
    assert (await say(cart, "", {"session_id": "c1"}))[0] == 409
    assert (await say(cart, "/c2/close"))[0] == 404


async def test_an_item_sent_twice_with_one_key_is_in_the_cart_once(cart):
    await say(cart, "", {"session_id": "c1"})
    for _ in range(2):
        answer = await cart.post(
            "/v1/cart/sessions/c1/items", data=json.dumps(ITEM), headers={"Idempotency-Key": "i1"}
        )
    assert len((await answer.json())["items"]) == 1
