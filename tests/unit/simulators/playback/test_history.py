"""Two weeks come by the usual road: out of each device's own outbox, a till's today by its API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_profiles.store import DeviceKind, StoreDevice, StoreProfile
from simulators.chain.script import LinkCut, Script, SmallDisk
from simulators.connections.lines import Lines
from simulators.connections.tills import Till
from simulators.playback.fleet import Fleet
from simulators.playback.history import History
from simulators.playback.journal import Entry, StoreJournal
from simulators.playback.pasts import open_outbox
from simulators.playback.stage import Pasts, Stage
from sync.events import Lane
from sync.link.mqtt import BrokerAddress
from tests.stage.demonstration import (
    acknowledge_all,
    counted,
    empty_fleet,
    moved,
    outlet_of,
    recorded,
    sold,
    stage_of,
)

NOWHERE = BrokerAddress(host="192.0.2.1", port=1)


@dataclass
class Chain:
    """What is around the history: a hub that takes all, agents that start, a till that sells."""

    stage: Stage
    fleet: Fleet
    lines: Lines
    http: aiohttp.ClientSession
    till_url: str
    sold: list[tuple[str, dict]]
    connected: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    before_start: dict[str, int] = field(default_factory=dict)
    """How much each agent found in its outbox when it was started."""

    async def connect(self, device: StoreDevice) -> None:
        self.connected.append(device.device_id)
        acknowledge_all(self.fleet, device.device_id)

    async def start_agent(self, store: StoreProfile, device: StoreDevice) -> None:
        assert device in store.devices
        folder = self.stage.places.data(device.device_id)
        if (folder / "agent.db").exists():
            # An agent opens its outbox: nobody else may hold it then.
            outbox = open_outbox(folder, at=self.stage.time.started_at, rng=Random(5))
            self.before_start[device.device_id] = sum(book.waiting for book in outbox.books())
            outbox.close()
        self.started.append(device.device_id)

    async def until_sent(self, device_id: str) -> None:
        raise AssertionError("only a till whose acknowledgements get lost is waited for")

    async def load(self, entries: dict[str, list[Entry]]) -> None:
        """Loads a history of these entries, by device."""
        (outlet,) = self.stage.outlets
        journal = StoreJournal(store_id=outlet.store_id, entries=entries, minutes={}, given_up={})
        await History(
            stage=self.stage,
            pasts=Pasts(stores=(), lobbies=(), journals={outlet.store_id: journal}, photos={}),
            fleet=self.fleet,
            connect=self.connect,
            start_agent=self.start_agent,
            till_of=lambda name: Till(self.http, self.till_url, name.partition("-")[0]),
            until_sent=self.until_sent,
            lines=self.lines,
        ).load()


@pytest.fixture
async def chain_of() -> AsyncIterator:
    """A function that makes the surroundings of a stage."""
    taken: list[tuple[str, dict]] = []

    async def take(request: web.Request) -> web.Response:
        taken.append((request.path, await request.json()))
        return web.json_response({}, status=201)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    fleets = []
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        url = str(server.make_url("")).rstrip("/")

        def make(stage: Stage, lines: Lines | None = None) -> Chain:
            fleets.append(empty_fleet(stage))
            straight = Lines(Script(), NOWHERE, NOWHERE)
            return Chain(stage, fleets[-1], lines or straight, http, url, taken)

        yield make
        for fleet in fleets:
            await fleet.close()


async def test_a_played_device_s_past_is_in_its_outbox_before_its_line(chain_of, tmp_path: Path):
    chain = chain_of(stage_of(tmp_path / "demo", outlet_of("s03")))
    start = chain.stage.time.started_at
    past = [moved(start - timedelta(days=13)), moved(start - timedelta(hours=1), 2)]
    await chain.load({"s03-till": past, "s03-door": [counted(start)]})
    names = ["s03-cooler", "s03-door", "s03-till"]
    assert (sorted(chain.connected), sorted(chain.fleet.names())) == (names, names)
    assert chain.started == chain.sold == []
    assert [body["quantity"] for body in recorded(chain.stage, "s03-till", "stock-moved")] == [
        "1",
        "2",
    ]
    arrived = {name: sum(b.acknowledged for b in chain.fleet.books(name)) for name in names}
    assert arrived == {"s03-cooler": 0, "s03-door": 1, "s03-till": 2}


async def test_a_real_till_finds_the_days_before_and_sells_today_by_its_api(
    chain_of, tmp_path: Path
):
    chain = chain_of(stage_of(tmp_path / "demo", outlet_of("s03", DeviceKind.TILL)))
    midnight = chain.stage.time.at(chain.stage.time.today, 0)
    receipts = sold(chain.stage.outlets[0], chain.stage)[:3]
    days_before = [moved(midnight - timedelta(days=2)), moved(midnight - timedelta(seconds=1))]
    today = [moved(midnight), *receipts]
    await chain.load({"s03-till": days_before + today})
    assert chain.started == ["s03-till"]
    assert chain.before_start == {"s03-till": 2}
    assert len(recorded(chain.stage, "s03-till", "stock-moved")) == 2
    assert chain.sold[0][0] == "/v1/stock-moves"
    assert [document["sequence"] for _, document in chain.sold[1:]] == [
        entry.body.sequence for entry in receipts
    ], "one after another: a return stays behind its sale"
    assert "s03-till" not in chain.connected, "an agent has its own line"


async def test_a_real_device_that_sells_nothing_has_all_its_past_in_its_outbox(
    chain_of, tmp_path: Path
):
    chain = chain_of(stage_of(tmp_path / "demo", outlet_of("s03", DeviceKind.DOOR)))
    start = chain.stage.time.started_at
    await chain.load({"s03-door": [counted(start - timedelta(days=1)), counted(start)]})
    assert chain.before_start == {"s03-door": 2}
    assert chain.sold == []


async def test_a_real_device_without_a_past_starts_with_an_empty_outbox(chain_of, tmp_path: Path):
    chain = chain_of(stage_of(tmp_path / "demo", outlet_of("s03", DeviceKind.TILL)))
    await chain.load({})
    assert chain.before_start == {"s03-till": 0}
    assert chain.sold == []


async def test_a_cut_off_store_keeps_what_came_after_and_its_till_sells_on(
    chain_of, tmp_path: Path
):
    outlet = outlet_of("s06", DeviceKind.TILL, DeviceKind.DOOR, DeviceKind.COOLER)
    stage = stage_of(tmp_path / "demo", outlet)
    since = stage.time.started_at - timedelta(hours=2)
    cut = LinkCut(store_id="s06", since=since, back_after=timedelta(seconds=45))
    stage.script.cuts.append(cut)
    async with Lines(stage.script, NOWHERE, NOWHERE) as lines:
        chain = chain_of(stage, lines)
        minute = timedelta(minutes=1)
        await chain.load(
            {
                "s06-till": [moved(since, 3), moved(since + minute, 4)],
                "s06-door": [counted(since), counted(since + minute), counted(since + 2 * minute)],
            }
        )
        with pytest.raises(aiohttp.ClientConnectionError):
            async with chain.http.get(lines.hub_url_of("s06-till")):
                pass
    names = ["s06-cooler", "s06-door", "s06-till"]
    assert (sorted(chain.connected), sorted(chain.started)) == (names, names)
    assert chain.fleet.names() == [], "what had been sent before is no longer this process's"
    assert chain.before_start == {"s06-cooler": 0, "s06-door": 2, "s06-till": 0}
    assert [document["quantity"] for _, document in chain.sold] == ["4"]


async def test_a_device_short_of_room_gives_up_exactly_what_the_script_says(
    chain_of, tmp_path: Path
):
    stage = stage_of(tmp_path / "demo", outlet_of("s07"))
    since = stage.time.started_at - timedelta(hours=3)
    given_up, minute = 47, timedelta(minutes=1)
    disk = SmallDisk(store_id="s07", device_id="s07-door", since=since, events=given_up)
    stage.script.small_disks.append(disk)
    chain = chain_of(stage)
    before = [counted(since - number * 60 * minute, minutes=60) for number in range(240, 0, -1)]
    lost = [counted(since + n * minute, is_given_up=True) for n in range(1, given_up + 1)]
    after = [
        counted(since + (given_up + 60 * number) * minute, minutes=60) for number in range(1, 6)
    ]
    await chain.load({"s07-door": before + lost + after})
    books = {book.lane: book for book in chain.fleet.books("s07-door")}
    assert books[Lane.METRIC].lost == given_up
    assert books[Lane.METRIC].acknowledged == 240 + len(after)
    assert all(book.balanced for book in books.values())
    assert chain.connected.count("s07-door") == 2, "its line breaks in between"
