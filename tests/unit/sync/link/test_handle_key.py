"""A device that enrolled before hubs told their key for handles learns it when it comes up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sync.core.clock import SystemClock
from sync.link.credentials import (
    DeviceClaim,
    DeviceCredentials,
    load_credentials,
    save_credentials,
)
from sync.link.link_state import LinkHost
from sync.link.mqtt import BrokerAddress
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox

CLAIM = DeviceClaim(tenant="linguang", device="s01-till", claim_token="once")
ANSWER: dict[str, Any] = {
    "store_id": "s01",
    "password": "secret",
    "brokers": [{"host": "127.0.0.1", "port": 1883}],
    "artifact_root": "{}",
    "handle_key": "key",
}


class Door:
    """A hub's door for claims, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.is_willing = True

    async def claim(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        return web.json_response(ANSWER) if self.is_willing else web.Response(status=409)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def address(door: Door) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", door.claim)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def come_up(folder: Path, address: str, **known: Any) -> DeviceCredentials | None:
    """A device that enrolled before comes up and is stopped again; what it knows then."""
    kept = DeviceCredentials(
        tenant="linguang",
        store="s01",
        device="s01-till",
        password="secret",
        brokers=(BrokerAddress(host="127.0.0.1", port=1883),),
        hub_url=address,
        artifact_root="{}",
    )
    save_credentials(folder, replace(kept, **known))
    stop = asyncio.Event()
    stop.set()
    outbox = Outbox.open(folder / "a.db", clock=SystemClock(), quota_bytes=2**24, rng=Random(1))
    uplink = Uplink(hub_url=address, folder=folder, claim=CLAIM, agent_version="0")
    host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop, on_status=lambda _: None)
    await run_link(outbox, None, uplink, host)
    outbox.close()
    return load_credentials(folder, CLAIM, address)


async def test_a_device_that_enrolled_before_hubs_told_their_key_asks_for_it_once(
    tmp_path: Path, address: str, door: Door
) -> None:
    known = await come_up(tmp_path, address)
    assert known is not None
    assert (known.handle_key, known.password) == ("key", "secret")
    assert door.asked[0]["secret"] == "secret"
    await come_up(tmp_path, address, handle_key="key")
    assert len(door.asked) == 1


async def test_a_hub_that_does_not_tell_it_costs_the_device_nothing(
    tmp_path: Path, address: str, door: Door
) -> None:
    door.is_willing = False
    known = await come_up(tmp_path, address)
    assert known is not None
    assert (known.handle_key, known.password) == (None, "secret")
