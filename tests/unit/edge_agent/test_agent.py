"""One agent in this very process: the parts that its profile asks for run, and end together."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp
import pytest

from edge_agent.agent import run_agent, stop_on_signals
from edge_agent.core.errors import InvalidSettings
from edge_agent.settings import EdgeSettings, load_settings
from sync.core.clock import ManualClock
from sync.events import Lane
from sync.outbox.lane_books import read_books
from sync.outbox.outbox import Outbox

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PROFILE = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-{kind}"
kind = "{kind}"
claim_token = "0123456789abcdef"
page_port = {page}
"""
TILL = """
[till]
port = {api}
workstation_id = "till-1"
currency = "CNY"
"""
PEARS = """
[[products]]
gtin = "95200000000019"
name = {{ en = "Pears", zh = "梨" }}
brand_id = "fresh"
category = {{ en = "Fruit", zh = "水果" }}
gross_weight_g = 500.0
"""
COOLER = """
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = {{ en = "Cooler", zh = "冷柜" }}
kind = "cooler-upright"
rows = 2
columns = 3
[[sensors]]
sensor_id = "air"
kind = "temperature"
address = "json:cooler.json#temperature_c"
[[cameras]]
camera_id = "cooler-a"
width_px = 320
height_px = 240
source = {{ kind = "image-folder", address = "photos" }}
[[cameras.shelves]]
fixture_id = "s01-a"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
"""
SALE = {"lines": [{"code": "95200000000019", "quantity": "2", "unit_price": "3.50"}]}

SESSION = "3f0a9a52-4f0e-4d43-9d0e-7e0a51d0c001"


@pytest.fixture
def settings_of(tmp_path: Path, free_port: Callable[[], int]) -> Callable[..., EdgeSettings]:
    """A function that writes a profile with free ports and reads it as `aisle edge` does."""

    def make(
        kind: str, *tables: str, hub: str | None = None, page: int | None = None
    ) -> EdgeSettings:
        text = (PROFILE + "".join(tables)).format(
            kind=kind, page=free_port() if page is None else page, api=free_port()
        )
        path = tmp_path / f"{kind}.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path, tmp_path / "data", hub)

    return make


class Device:
    """A running agent, asked over its own doors."""

    def __init__(self, settings: EdgeSettings, http: aiohttp.ClientSession) -> None:
        self.settings, self.http = settings, http

    def url(self, path: str) -> str:
        till = self.settings.profile.till
        port = till.port if till is not None else self.settings.profile.page_port
        return f"http://127.0.0.1:{port}{path}"

    async def get(self, url: str) -> tuple[int, str]:
        async with self.http.get(url) as answer:
            return answer.status, await answer.text()

    async def status(self) -> dict:
        page = f"http://127.0.0.1:{self.settings.profile.page_port}"
        return json.loads((await self.get(f"{page}/status.json"))[1])

    async def post(self, path: str, document: dict, key: str = "one") -> tuple[int, dict]:
        headers = {"Idempotency-Key": key}
        async with self.http.post(self.url(path), json=document, headers=headers) as answer:
            return answer.status, await answer.json()


def sales_waiting(status: dict) -> int:
    """Sales that the hub has not acknowledged, as the device's own page tells."""
    return sum(lane["waiting"] for lane in status["lanes"] if lane["lane"] == Lane.SALE)


def running(settings: EdgeSettings, stop: asyncio.Event) -> asyncio.Task[None]:
    return asyncio.create_task(
        run_agent(settings, clock=ManualClock(NOON), rng=Random(1), stop=stop)
    )


@asynccontextmanager
async def agent(settings: EdgeSettings) -> AsyncIterator[Device]:
    """The agent of these settings; it has stopped when the block is left."""
    stop = asyncio.Event()
    task = running(settings, stop)
    async with aiohttp.ClientSession() as http:
        device = Device(settings, http)
        async with asyncio.timeout(20):
            while not task.done():
                try:
                    await device.status()
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.01)
        try:
            yield device
        finally:
            stop.set()
            await task


async def test_a_till_sells_by_its_api_and_keeps_what_it_sold_where_there_is_no_hub(
    settings_of,
) -> None:
    settings = settings_of("till", TILL)
    async with agent(settings) as till:
        assert (await till.get(till.url("/healthz")))[0] == 200
        code, receipt = await till.post("/v1/sales", SALE)
        assert (code, receipt["total"]) == (201, "7.00")
        status = await till.status()
    assert (status["device_id"], status["kind"], sales_waiting(status)) == ("s01-till", "till", 1)
    assert (status["link"]["state"], status["link"]["detail"]) == ("offline", "no hub given")
    assert status["balanced"] is True
    books = {book.lane: book.waiting for book in read_books(settings.database)}
    assert books[Lane.SALE] == 1


async def test_a_cart_has_a_cart_s_api_and_not_a_till_s(settings_of) -> None:
    async with agent(settings_of("cart", TILL, PEARS)) as cart:
        code, answer = await cart.post("/v1/cart/sessions", {"session_id": SESSION})
        assert (code, answer["session_id"]) == (201, SESSION)
        assert (await cart.post("/v1/sales", SALE))[0] == 404


async def test_a_cooler_has_its_sensors_and_its_camera_and_no_api(settings_of) -> None:
    async with agent(settings_of("cooler", COOLER)) as cooler:
        async with asyncio.timeout(10):
            # The page answers a moment before the parts begin.
            while len((status := await cooler.status())["parts"]) < 2:
                await asyncio.sleep(0.01)
        assert {part["name"] for part in status["parts"]} == {"sensors", "cooler-a"}
        assert status["pictures"] == ["cooler-a"]
        assert (await cooler.get(cooler.url("/v1/sales")))[0] == 404
        assert (await cooler.get(cooler.url("/pictures/cooler-a")))[0] == 404, "none taken yet"
    settings = cooler.settings
    assert not (settings.data_dir / "audit").exists(), "no audit was asked for"


async def test_a_running_device_is_tested_at_its_own_page(settings_of) -> None:
    settings = settings_of("till", TILL)
    async with agent(settings) as till:
        page = f"http://127.0.0.1:{settings.profile.page_port}"
        told = json.loads((await till.get(f"{page}/doctor.json"))[1])
        assert 'href="/doctor"' in (await till.get(f"{page}/"))[1]
    assert told["well"]
    assert {"disk", "clock", "prices", "hub"} == {one["what"] for one in told["checks"]}


async def test_a_device_without_a_page_serves_its_api_alone(settings_of) -> None:
    settings = settings_of("till", TILL, page=0)
    stop = asyncio.Event()
    task = running(settings, stop)
    async with aiohttp.ClientSession() as http:
        till = Device(settings, http)
        async with asyncio.timeout(20):
            while not task.done():
                try:
                    assert (await till.get(till.url("/healthz")))[0] == 200
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.01)
        assert (await till.get(till.url("/status.json")))[0] == 404
    stop.set()
    await task


async def test_a_hub_that_does_not_answer_keeps_nobody_from_selling(settings_of, free_port) -> None:
    settings = settings_of("till", TILL, hub=f"http://127.0.0.1:{free_port()}")
    async with agent(settings) as till:
        assert (await till.post("/v1/sales", SALE))[0] == 201
        status = await till.status()
        assert sales_waiting(status) == 1
        assert status["link"]["state"] != "online"
        assert status["link"]["detail"] != "no hub given"


async def test_a_stopped_agent_has_let_go_of_its_ports_and_its_outbox(settings_of) -> None:
    settings = settings_of("till", TILL)
    async with agent(settings) as till:
        await till.post("/v1/sales", SALE)
    for port in (settings.profile.till.port, settings.profile.page_port):
        socket.create_server(("127.0.0.1", port)).close()
    Outbox.open(
        settings.database, clock=ManualClock(NOON), quota_bytes=64 << 20, rng=Random(2)
    ).close()
    async with agent(settings) as till:
        assert sales_waiting(await till.status()) == 1, "what waited waits on"
        assert (await till.post("/v1/sales", SALE))[0] == 200, "sold before the stop: the same"


async def test_a_port_in_use_is_one_line_and_nothing_stays_open(settings_of) -> None:
    settings = settings_of("till", TILL)
    with socket.create_server(("127.0.0.1", settings.profile.page_port)):
        with pytest.raises(InvalidSettings, match=r"page: .*in use; .*in the profile"):
            await running(settings, asyncio.Event())
        socket.create_server(("127.0.0.1", settings.profile.till.port)).close()
    async with agent(settings) as till:
        assert (await till.status())["balanced"] is True


async def test_a_damaged_outbox_is_put_aside_and_the_till_sells_on(settings_of) -> None:
    settings = settings_of("till", TILL)
    damaged = "not SQLite, but long enough to be looked at\n" * 9
    settings.database.write_text(damaged, encoding="utf-8")
    async with agent(settings) as till:
        assert (await till.post("/v1/sales", SALE))[0] == 201
    aside = settings.database.with_name("agent.db.damaged-1")
    assert aside.read_text(encoding="utf-8") == damaged


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_an_agent_in_order(number: signal.Signals) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    stop_on_signals(stop)
    try:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
