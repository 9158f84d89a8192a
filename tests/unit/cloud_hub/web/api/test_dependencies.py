"""Who asks: from a cookie or a bearer token."""

from typing import Any

import pytest

from cloud_hub.master_data.place_tables import Tenant
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.doors import Doors

STORES = "/api/v1/stores"
TOKENS = "/api/v1/tokens"


async def status(doors: Doors, headers: dict[str, str], **query: Any) -> int:
    answer = await doors.http.get(STORES, headers=headers, params=query)
    return answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "nonsense"},
        {"Cookie": "aisle_session=wrong"},
    ],
)
async def test_a_stranger_is_asked_to_sign_in(doors: Doors, headers: dict[str, str]) -> None:
    answer = await doors.http.get(STORES, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_token_and_a_cookie_both_say_who_asks(doors: Doors) -> None:
    doors.chain.flush()
    token = doors.token(LoginRole.STORE, "s02")
    lower = {"Authorization": token["Authorization"].replace("Bearer", "bearer")}
    for headers in (token, lower, doors.signed_in("clerk", LoginRole.STORE, "s02")):
        stores = (await doors.http.get(STORES, headers=headers)).json()
        assert [store["store_id"] for store in stores] == ["s02"]


async def test_another_sites_page_may_look_with_a_cookie_and_not_act(doors: Doors) -> None:
    doors.chain.flush()
    mine = doors.signed_in("clerk", LoginRole.STORE, "s01")
    for origin, expected in (
        ("http://hub", 404),
        ("http://evil.example", 403),
        ("http://hub.evil.example", 403),
        ("null", 403),
    ):
        headers = mine | {"Origin": origin}
        answered = await doors.http.post(
            "/api/v1/tasks/no-such-task/answer", json={"answer": "done"}, headers=headers
        )
        assert answered.status_code == expected, origin
        assert await status(doors, headers) == 200
    without = {"Cookie": mine["Cookie"]}
    refused = await doors.http.post(
        "/api/v1/tasks/no-such-task/answer", json={"answer": "done"}, headers=without
    )
    assert refused.status_code == 403


async def test_the_administrator_looks_at_the_only_chain_or_at_the_one_named(doors: Doors) -> None:
    assert await status(doors, doors.administrator()) == 200
    doors.chain.add(Tenant(tenant_id="other", name=Names(en="X"), currency="CNY", simulated=False))
    doors.chain.flush()
    answer = await doors.http.get(STORES, headers=doors.administrator())
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("name a chain with ?tenant=, one of: ")
    assert await status(doors, doors.administrator(), tenant=TENANT) == 200
    assert await status(doors, doors.administrator(), tenant="nobody") == 422


async def test_a_chains_own_token_stays_in_its_chain(doors: Doors) -> None:
    stores = await doors.http.get(
        STORES, headers=doors.token(LoginRole.IT), params={"tenant": "other"}
    )
    assert [store["store_id"] for store in stores.json()] == ["s01", "s02"]


async def test_only_a_token_that_may_write_writes(doors: Doors) -> None:
    body = {"tenant_id": TENANT, "name": "again"}
    for headers, expected in (
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        (doors.token(LoginRole.HEAD_OFFICE), 403),
        (doors.token(LoginRole.HEAD_OFFICE, may_write=True), 201),
        (doors.administrator(), 201),
    ):
        assert (await doors.http.post(TOKENS, json=body, headers=headers)).status_code == expected
