"""What plays behind the hub: pasts and scenery are ready, devices get in, and truth is kept."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_profiles.store import DeviceKind
from simulators.chain.script import LinkCut
from simulators.core import clock
from simulators.core.waiting import until
from simulators.day.truth import TRUTH_FILE
from simulators.demo.show import Show, open_show
from simulators.playback import scenery
from simulators.playback.children import Children
from simulators.playback.journal import StoreJournal
from simulators.playback.pasts import open_outbox
from simulators.playback.stage import Stage, free_ports
from simulators.render.people import door
from sync.link.mqtt import BrokerAddress
from tests.stage.demonstration import counted, moved, outlet_of, stage_of

Opened = Callable[[Stage], AbstractAsyncContextManager[Show]]


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opened]:
    """A function that opens a show behind a hub that lets every device in and hears no event;
    a day is behind it, its film is short and its gallery empty."""
    monkeypatch.setattr(clock, "HISTORY_DAYS", 1)
    monkeypatch.setattr(door, "SECONDS", 1.0)
    monkeypatch.setattr(scenery, "REFERENCE_YAWS_DEG", ())

    async def claim(request: web.Request) -> web.Response:
        body = await request.json()
        answer = {"store_id": body["device_id"].partition("-")[0], "password": "secret"}
        return web.json_response(answer | {"brokers": [{"host": "127.0.0.1", "port": 1}]})

    async def healthy(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", claim)
    app.router.add_get("/healthz", healthy)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        hub_at = BrokerAddress(host="127.0.0.1", port=server.port or 0)
        broker = BrokerAddress(host="127.0.0.1", port=free_ports(1, but=[hub_at.port])[0])

        @asynccontextmanager
        async def make(stage: Stage) -> AsyncIterator[Show]:
            async with (
                Children(stage.places.logs) as children,
                open_show(stage, children, http, hub_at=hub_at, broker=broker) as show,
            ):
                yield show

        yield make


def cut_stage(folder: Path, *, back_after: timedelta = timedelta(seconds=45)) -> Stage:
    """The stage of a store whose line is dead for two hours when the demonstration begins."""
    stage = stage_of(folder, outlet_of("s06"))
    since = stage.time.started_at - timedelta(hours=2)
    stage.script.cuts.append(LinkCut(store_id="s06", since=since, back_after=back_after))
    return stage


async def test_an_opened_show_has_its_past_and_nothing_on_its_way(
    opened: Opened, tmp_path: Path
) -> None:
    stage = stage_of(tmp_path / "demo", outlet_of("s03"))
    async with opened(stage) as show:
        assert show.expected == show.pasts.events > 100
        assert (await show.waiting(), await show.arrived()) == (0, 0)
        assert show.fleet.names() == show.older_photos == []
        assert (show.agents.api_urls(), show.agents.page_urls()) == ({}, {}), "all are played"


async def test_what_waits_behind_a_dead_line_is_not_expected(
    opened: Opened, tmp_path: Path
) -> None:
    stage = cut_stage(tmp_path / "demo")
    since, minute = stage.script.cuts[0].since, timedelta(minutes=1)
    async with opened(stage) as show:
        show.pasts.journals["s06"] = StoreJournal(
            store_id="s06",
            entries={
                "s06-till": [moved(since - minute), moved(since), moved(since + minute)],
                "s06-door": [counted(since + minute)],
            },
            minutes={},
            given_up={},
        )
        assert show.expected == 2
        assert show.pasts.events == 4


async def test_real_devices_have_pages_and_tills_an_api_each_at_a_port_of_its_own(
    opened: Opened, tmp_path: Path
) -> None:
    outlet = outlet_of("s06", DeviceKind.TILL, DeviceKind.DOOR, DeviceKind.COOLER)
    stage = stage_of(tmp_path / "demo", outlet)
    async with opened(stage) as show:
        assert set(show.agents.api_urls()) == {"s06-till"}
        assert set(show.agents.page_urls()) == {"s06-till", "s06-door", "s06-cooler"}
        urls = [*show.agents.api_urls().values(), *show.agents.page_urls().values()]
        assert len(set(urls)) == 4
        assert show.agents.fitting.door is not None, "a real door has a film to watch"
        assert show.agents.fitting.door.film.is_file()
        assert set(show.agents.fitting.shelves) == {"s06-a"}


async def test_a_store_with_nothing_behind_it_is_loaded_once_its_devices_are_in(
    opened: Opened, tmp_path: Path
) -> None:
    stage = stage_of(tmp_path / "demo", outlet_of("s03"))
    async with opened(stage) as show:
        show.pasts.journals["s03"] = StoreJournal(
            store_id="s03", entries={}, minutes={}, given_up={}
        )
        show.pasts.photos["s03"] = []
        await show.load_history()
        names = ["s03-cooler", "s03-door", "s03-till"]
        assert sorted(show.fleet.names()) == names
        assert show.pasts.journals == {}, "what was sent is not kept"
        await show.fleet.record("s03-till", moved(stage.clock.now()).body)
        assert (await show.waiting(), await show.arrived()) == (1, 0)
        show.note_truth()
        truth = json.loads((stage.places.root / TRUTH_FILE).read_text(encoding="utf-8"))
        assert list(truth["produced"]) == names
        assert sum(truth["produced"]["s03-till"].values()) == 1
        assert sum(truth["produced"]["s03-door"].values()) == 0
    assert show.fleet.names() == [], "its links end with it"


async def test_a_line_that_was_cut_is_good_again_when_its_time_has_come(
    opened: Opened, tmp_path: Path
) -> None:
    stage = cut_stage(tmp_path / "demo", back_after=timedelta(0))
    async with opened(stage) as show:
        show.lines.cut("s06")

        async def is_back() -> bool:
            try:
                async with show.http.get(f"{show.lines.hub_url_of('s06-till')}/healthz") as answer:
                    return answer.ok
            except aiohttp.ClientError:
                return False

        assert not await is_back()
        for device in stage.chain.stores[0].devices:
            folder = stage.places.data(device.device_id)
            outbox = open_outbox(folder, at=stage.time.started_at, rng=Random(2))
            show.fleet.take(device.device_id, outbox)
        playing = asyncio.create_task(show.go_live())
        try:
            await until(is_back, within_s=10, every_s=0.02, or_else="the line stayed dead")
        finally:
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing
