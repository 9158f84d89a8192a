"""Real agents of a demonstration: started by the user's own command, found where they answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import aiohttp
import pytest

from device_profiles.store import DeviceKind
from simulators.chain.script import Script
from simulators.connections.lines import Lines
from simulators.core.waiting import until
from simulators.playback.agents import Agents
from simulators.playback.children import Children
from simulators.playback.pasts import open_outbox, write_past
from simulators.playback.profiles import Fitting
from simulators.playback.stage import Stage, free_ports
from sync.events import Lane
from sync.link.mqtt import BrokerAddress
from sync.outbox.outbox import Acknowledged
from tests.stage.demonstration import NOW, moved, outlet_of, recorded, stage_of

TILL = "s03-till"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """The stage of a store whose till is an agent of its own."""
    return stage_of(tmp_path / "demo", outlet_of("s03", DeviceKind.TILL))


@asynccontextmanager
async def agents_of(stage: Stage) -> AsyncIterator[Agents]:
    """The agents of a stage, whose hub nobody reaches; they end with the block."""
    api, page, nowhere = free_ports(3)
    hub = BrokerAddress(host="127.0.0.1", port=nowhere)
    async with Children(stage.places.logs) as children, aiohttp.ClientSession() as http:
        yield Agents(
            chain=stage.chain,
            places=stage.places,
            clock=stage.clock,
            fitting=Fitting(
                shelves={},
                door=None,
                gallery=stage.places.gallery,
                api_ports={TILL: api},
                page_ports={TILL: page},
            ),
            children=children,
            lines=Lines(Script(), hub, hub),
            http=http,
        )


def leave_events(stage: Stage, device_id: str, *, acknowledged: int) -> None:
    """Three events in a device's own outbox; the hub has the first of them."""
    outbox = open_outbox(stage.places.data(device_id), at=NOW, rng=Random(2))
    write_past(outbox, [moved(NOW), moved(NOW), moved(NOW)])
    if acknowledged:
        outbox.acknowledge(Acknowledged(key=(1, Lane.SALE), ranges=((1, acknowledged),)))
    outbox.close()


async def test_a_started_till_answers_at_its_api_with_what_it_found_in_its_outbox(
    stage: Stage,
) -> None:
    leave_events(stage, TILL, acknowledged=0)
    (store,) = stage.chain.stores
    till = next(device for device in store.devices if device.device_id == TILL)
    async with agents_of(stage) as agents:
        await agents.start(store, till)
        assert list(agents.started) == [TILL]
        assert stage.time.started_at <= agents.started[TILL] <= stage.clock.now()
        async with agents.http.get(f"{agents.api_url(TILL)}/healthz") as answer:
            assert answer.status == 200
        assert agents.waiting() >= 3
        page = f"{agents.page_urls()[TILL]}/status.json"

        async def page_answers() -> bool:
            try:
                async with agents.http.get(page) as answer:
                    return bool((await answer.json())["device_id"] == TILL)
            except aiohttp.ClientError:
                return False

        await until(page_answers, within_s=5, or_else="the page shows no till")
    assert (stage.places.logs / f"{TILL}.log").stat().st_size > 0
    assert len(recorded(stage, TILL, "stock-moved")) == 3


async def test_every_address_is_of_this_machine_and_known_before_an_agent_runs(
    stage: Stage,
) -> None:
    async with agents_of(stage) as agents:
        assert agents.api_urls() == {TILL: agents.api_url(TILL)}
        for url in (*agents.api_urls().values(), *agents.page_urls().values()):
            assert url.startswith("http://127.0.0.1:")
        assert agents.api_urls() != agents.page_urls()
        with pytest.raises(KeyError):
            agents.api_url("s03-door")
        assert agents.photo_folder("s03-cooler") == stage.places.device("s03-cooler") / "photos"


async def test_books_are_read_from_the_agents_own_files(stage: Stage) -> None:
    leave_events(stage, TILL, acknowledged=1)
    leave_events(stage, "s06-till", acknowledged=0)
    async with agents_of(stage) as agents:
        assert (agents.waiting(), agents.arrived()) == (0, 0), "no agent has been started"
        assert sum(book.produced for book in agents.books(TILL)) == 3
        agents.started |= {TILL: NOW, "s06-till": NOW, "s06-door": NOW}
        assert agents.books("s06-door") == [], "it has not opened its outbox yet"
        assert (agents.waiting(), agents.arrived()) == (5, 1)
        assert agents.waiting(but=frozenset({"s06"})) == 2
        assert agents.waiting(but=frozenset({"s03", "s06"})) == 0
