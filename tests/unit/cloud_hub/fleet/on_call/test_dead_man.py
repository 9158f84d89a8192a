"""Somebody else is asked for a sign of life only while the hub can do its work."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cloud_hub.core.hub import hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.on_call.dead_man import ping, ping_while_ready
from sync.core.clock import SystemClock


class Keeper:
    """Who tells people when no sign of life comes."""

    def __init__(self) -> None:
        self.asked, self.status, self.port = 0, 200, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ping/secret"

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def keeper() -> AsyncIterator[Keeper]:
    keeper = Keeper()
    app = web.Application()
    app.router.add_get("/{any:.*}", keeper.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    keeper.port = runner.addresses[0][1]
    yield keeper
    await runner.cleanup()


async def test_a_sign_of_life_goes_out_only_while_the_hub_is_ready(
    keeper: Keeper, hub_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = HubSettings(data_dir=tmp_path, ping_url=keeper.url).model_copy(
        update={"ping_every_s": 0.005}
    )
    hub = hub_over(settings, hub_database, load_secrets(tmp_path), SystemClock())
    problems: list[str | None] = ["broker away"] * 3 + [None] * 3
    looked = asyncio.Event()

    async def problem() -> str | None:
        if not problems:
            looked.set()
            return "the database cannot be written"
        return problems.pop(0)

    pinging = asyncio.create_task(ping_while_ready(hub, problem))
    async with asyncio.timeout(20):
        await looked.wait()
    pinging.cancel()
    await asyncio.gather(pinging, return_exceptions=True)
    assert keeper.asked == 3
    told = [one.message for one in caplog.records if "sign of life" in one.message]
    assert told[0] == "no sign of life to 127.0.0.1: not ready"
    assert len(told) <= 2, "said once, not at each try"
    assert not any("secret" in one for one in told)


async def test_what_is_not_taken_says_why_and_is_not_followed(keeper: Keeper) -> None:
    assert await ping(keeper.url) == ""
    for status in (302, 404, 500):
        keeper.status = status
        assert await ping(keeper.url) == f"answered {status}"
    assert keeper.asked == 4
    assert await ping("http://127.0.0.1:1/none")


async def test_without_an_address_nobody_is_asked(hub_database: Database, tmp_path: Path) -> None:
    hub = hub_over(
        HubSettings(data_dir=tmp_path), hub_database, load_secrets(tmp_path), SystemClock()
    )

    async def problem() -> str | None:
        raise AssertionError

    await ping_while_ready(hub, problem)
