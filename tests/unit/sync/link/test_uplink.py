"""A device's whole way to its hub: it claims, keeps what it got, and never gives up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from sync.core.clock import SystemClock
from sync.link.credentials import DeviceClaim, load_credentials
from sync.link.link_state import LinkHost, LinkState, LinkStatus
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox

CLAIM = DeviceClaim(tenant="demo", device="s01-cooler", claim_token="claim-token-s01-cooler")


class Hub:
    """Answers claims as it is told to, and notes them."""

    def __init__(self, broker_port: int) -> None:
        self.claims: list[dict[str, Any]] = []
        self.refuses = 0
        self._broker_port = broker_port

    async def claim(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.claims.append(body)
        if len(self.claims) <= self.refuses:
            return web.Response(status=403, text="no such token")
        brokers = [{"host": "127.0.0.1", "port": self._broker_port}]
        return web.json_response(
            {
                "store_id": "s01",
                "password": body["secret"],
                "brokers": brokers,
                "handle_key": "key",
            }
        )


@asynccontextmanager
async def serving(hub: Hub) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", hub.claim)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def until(
    outbox: Outbox, folder: Path, url: str, is_enough: Callable[[list[LinkStatus]], bool]
) -> list[LinkStatus]:
    """Runs the link until it has said enough; what it said."""
    said: list[LinkStatus] = []
    stop = asyncio.Event()

    def hear(status: LinkStatus) -> None:
        said.append(status)
        if is_enough(said):
            stop.set()

    uplink = Uplink(hub_url=url, folder=folder, claim=CLAIM, agent_version="1")
    host = LinkHost(clock=SystemClock(), rng=Random(5), stop=stop, on_status=hear)
    async with asyncio.timeout(60):
        await run_link(outbox, None, uplink, host)
    return said


async def test_a_device_claims_once_and_keeps_what_it_got(
    outbox: Outbox, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    hub = Hub(free_port())
    async with serving(hub) as url:
        for _ in range(2):
            said = await until(outbox, tmp_path / "device", url, lambda heard: len(heard) == 1)
            assert "no broker answers at" in said[0].detail, "it had its credentials, and no broker"
        kept = load_credentials(tmp_path / "device", CLAIM, url)
    assert len(hub.claims) == 1
    assert kept is not None
    assert (kept.store, kept.password) == ("s01", hub.claims[0]["secret"])


async def test_a_refused_claim_is_told_and_tried_again_with_the_same_secret(
    outbox: Outbox, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    hub = Hub(free_port())
    hub.refuses = 1
    async with serving(hub) as url:
        said = await until(outbox, tmp_path, url, lambda heard: "no broker" in heard[-1].detail)
    assert said[0].state is LinkState.REFUSED
    assert "the hub refuses s01-cooler's claim: no such token" in said[0].detail
    assert len({claim["secret"] for claim in hub.claims}) == 1


async def test_a_device_without_a_hub_is_offline_and_can_be_stopped(
    outbox: Outbox, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    (said,) = await until(outbox, tmp_path, url, lambda heard: len(heard) == 1)
    assert said.state is LinkState.OFFLINE
    assert said.detail
    assert load_credentials(tmp_path, CLAIM, url) is None


async def test_credentials_of_another_hub_are_not_used_here(
    outbox: Outbox, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    first, second = Hub(free_port()), Hub(free_port())
    async with serving(first) as one, serving(second) as two:
        await until(outbox, tmp_path, one, lambda heard: len(heard) == 1)
        await until(outbox, tmp_path, two, lambda heard: len(heard) == 1)
    assert len(second.claims) == 1
