"""The way to the hub, against servers of this test's own: what a hub answers, and what is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge_agent.upkeep.doctor.finding import Checked, Mend, Soundness
from edge_agent.upkeep.doctor.network import STANDING, check_network
from sync.core.clock import ManualClock
from sync.link.credentials import DeviceCredentials, save_credentials
from sync.link.mqtt import BrokerAddress

TILL = '[till]\ncurrency = "CNY"\n'


@asynccontextmanager
async def answering(response: web.Response) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("Basic ")
        return response

    app = web.Application()
    app.router.add_get(STANDING, answer)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}"


def standing(at: datetime) -> web.Response:
    return web.json_response({"hub_at": at.isoformat(), "authorities": ""})


async def examined(device, clock, hub: str, broker_port: int) -> dict[str, Checked]:
    settings = device("till", TILL, hub)
    credentials = DeviceCredentials(
        tenant="demo",
        store="s01",
        device="s01-till",
        password="sesame",
        brokers=(BrokerAddress(host="127.0.0.1", port=broker_port),),
        hub_url=hub,
    )
    save_credentials(settings.data_dir, credentials)
    return {one.what: one for one in await check_network(settings, clock)}


async def test_a_device_without_a_hub_works_alone(device, clock: ManualClock) -> None:
    (found,) = await check_network(device("till", TILL), clock)
    assert found.verdict is Soundness.UNTRIED


async def test_a_device_that_was_never_let_in_is_to_be_claimed(device, clock) -> None:
    (found,) = await check_network(device("till", TILL, "http://127.0.0.1:9"), clock)
    assert found.mend is Mend.CLAIM


async def test_hub_clock_broker_and_certificate_are_right(device, clock: ManualClock) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server, answering(standing(clock.now() + timedelta(seconds=3))) as hub:
        found = await examined(device, clock, hub, server.sockets[0].getsockname()[1])
    assert {what: one.verdict for what, one in found.items()} == dict.fromkeys(
        ("hub", "clock", "certificate", "broker"), Soundness.OK
    )
    assert found["clock"].en == "-3 s from the hub's"


async def test_a_clock_far_from_the_hub_s_and_a_broker_that_is_away_are_wrong(
    device, clock: ManualClock, free_port
) -> None:
    async with answering(standing(clock.now() - timedelta(hours=1))) as hub:
        found = await examined(device, clock, hub, free_port())
    assert (found["clock"].mend, found["broker"].mend) == (Mend.TIME, Mend.BROKER)
    assert "nothing answers there" in found["broker"].en


@pytest.mark.parametrize(
    ("response", "mend"),
    [
        (web.json_response({}, status=401), Mend.LET_IN),
        (web.json_response({}, status=403), Mend.LET_IN),
        (web.Response(status=404), Mend.NETWORK),
        (web.Response(status=302, headers={"Location": "/login"}), Mend.NETWORK),
        (web.Response(text="<html>a router's page</html>"), Mend.NETWORK),
        (web.json_response({"hub_at": "yesterday"}), Mend.NETWORK),
        (web.json_response({"hub_at": "2026-11-22T04:00:00"}), Mend.NETWORK),
        (web.json_response([[]]), Mend.NETWORK),
    ],
)
async def test_what_refuses_or_is_no_hub_is_told_apart(
    device, clock: ManualClock, free_port, response: web.Response, mend: Mend
) -> None:
    async with answering(response) as hub:
        found = await examined(device, clock, hub, free_port())
    assert found["hub"].mend is mend
    assert "clock" not in found


async def test_a_hub_that_is_away_is_wrong(device, clock: ManualClock, free_port) -> None:
    found = await examined(device, clock, f"http://127.0.0.1:{free_port()}", free_port())
    assert found["hub"].mend is Mend.NETWORK
