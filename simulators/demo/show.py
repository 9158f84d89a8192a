"""Everything that plays behind the hub: fleet, agents, their lines, photos, the live day."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import aiohttp

from device_profiles.store import DeviceKind, StoreDevice, StoreProfile
from simulators.chain.lobby import lobby_fixture_id
from simulators.connections.carts import SHOPPERS_EVERY_S, CartClient, goods_for_carts, plan_trip
from simulators.connections.enrolment import Enrolment
from simulators.connections.lines import Lines
from simulators.connections.tills import Till
from simulators.core.waiting import until
from simulators.day.photos import PhotoDue
from simulators.playback.agents import Agents
from simulators.playback.children import Children
from simulators.playback.fleet import Fleet
from simulators.playback.history import HISTORY_TAKES_S, History
from simulators.playback.live import Live, write_cooler_file
from simulators.playback.photographer import Photographer
from simulators.playback.profiles import Fitting
from simulators.playback.scenery import Scenery, build_scenery
from simulators.playback.stage import Pasts, Stage, free_ports, play_pasts
from sync.core.memory import give_back
from sync.events import EventBody, Receipt, StockMoved
from sync.link.mqtt import BrokerAddress

log = logging.getLogger(__name__)

TRUTH_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """One demonstration behind its hub. Made by `open_show`."""

    stage: Stage
    pasts: Pasts
    lines: Lines
    fleet: Fleet
    agents: Agents
    enrolment: Enrolment
    photographer: Photographer
    http: aiohttp.ClientSession
    older_photos: list[PhotoDue]

    @property
    def expected(self) -> int:
        """How many events of the history shall arrive before the live day begins."""
        cuts = {cut.store_id: cut.since for cut in self.stage.script.cuts}
        return sum(
            1
            for journal in self.pasts.journals.values()
            for entries in journal.entries.values()
            for entry in entries
            if journal.store_id not in cuts or entry.at <= cuts[journal.store_id]
        )

    async def arrived(self) -> int:
        """How many events the hub has acknowledged."""
        return self.fleet.arrived() + await asyncio.to_thread(self.agents.arrived)

    async def waiting(self) -> int:
        """Events with a line that the hub has not acknowledged."""
        # The fleet's outboxes are opened and shut on this loop: ask them here, not in a thread.
        of_agents = await asyncio.to_thread(self.agents.waiting, but=self._cut_off)
        return self.fleet.waiting() + of_agents

    @property
    def _cut_off(self) -> frozenset[str]:
        return frozenset(cut.store_id for cut in self.stage.script.cuts)

    async def load_history(self) -> None:
        """Every device's past is at the hub, but for what waits behind a line that is cut."""
        history = History(
            stage=self.stage,
            pasts=self.pasts,
            fleet=self.fleet,
            connect=self._connect,
            start_agent=self._start_agent,
            till_of=self._till,
            until_sent=self._until_sent,
            lines=self.lines,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(history.load(), name="pasts")
            newest = tasks.create_task(
                self.photographer.take_newest(self.pasts.photos), name="photos"
            )
        self.older_photos.extend(newest.result())
        await until(
            self._is_all_sent,
            within_s=HISTORY_TAKES_S,
            every_s=0.3,
            or_else=f"the hub did not take the history in {HISTORY_TAKES_S:g} s",
        )
        self.fleet.go_live()
        # Sent and counted: some hundred thousand objects that nobody asks for again.
        self.pasts.journals.clear()
        give_back()

    async def _until_sent(self, device_id: str) -> None:
        """A real agent has nothing waiting."""

        async def is_empty() -> bool:
            books = await asyncio.to_thread(self.agents.books, device_id)
            return bool(books) and not any(book.waiting for book in books)

        await until(
            is_empty,
            within_s=HISTORY_TAKES_S,
            or_else=f"the hub did not take all events of {device_id} in {HISTORY_TAKES_S:g} s",
        )

    async def _is_all_sent(self) -> bool:
        return await self.waiting() == 0

    async def _connect(self, device: StoreDevice) -> None:
        self.fleet.connect(await self.enrolment.credentials_of(device))

    async def _start_agent(self, store: StoreProfile, device: StoreDevice) -> None:
        if device.kind is DeviceKind.COOLER:
            folder = self.stage.places.device(device.device_id)
            lobby = self.pasts.lobby_of(device.device_id)
            if lobby is None:
                self.agents.photo_folder(device.device_id).mkdir(parents=True, exist_ok=True)
                now = self.stage.time.local(self.stage.clock.now())
                odd = self.stage.script.odd_cooler_of(store.store_id)
                write_cooler_file(folder, now, Random(device.device_id), odd=odd)
            else:
                await asyncio.to_thread(lobby.leave_past, folder)
        if self.lines.has_own_line(device.device_id):
            await self.enrolment.hand_over(device)
        await self.agents.start(store, device)

    def _till(self, device_id: str) -> Till:
        return Till(self.http, self.agents.api_url(device_id), device_id.partition("-")[0])

    def note_truth(self) -> None:
        """truth.json says what is true now, and how many events each device has produced."""
        truth = self.stage.truth
        books = {name: self.fleet.books(name) for name in self.fleet.names()}
        books |= {name: self.agents.books(name) for name in self.agents.started}
        truth.produced = {
            name: {str(int(book.lane)): book.produced for book in of_device}
            for name, of_device in sorted(books.items())
        }
        truth.facts["agents_started_at"] = {
            name: at.isoformat() for name, at in sorted(self.agents.started.items())
        }
        truth.facts["lobbies"] = [lobby.truth() for lobby in self.pasts.lobbies]
        truth.write(self.stage.places.root)

    async def go_live(self) -> None:
        """The chain goes on by the clock, for ever."""
        live = Live(
            stores=self.pasts.stores,
            time=self.stage.time,
            script=self.stage.script,
            truth=self.stage.truth,
            clock=self.stage.clock,
            seed=self.stage.options.seed,
            record=self._record,
            take_photo=self.photographer.take,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(live.run(), name="live")
            tasks.create_task(self.fleet.watch(), name="links")
            tasks.create_task(self._keep_truth(), name="truth")
            tasks.create_task(self.photographer.take_older(self.older_photos), name="older photos")
            for store in self.stage.chain.stores:
                for device in store.devices:
                    if device.kind is DeviceKind.CART and device.device_id in self.agents.started:
                        tasks.create_task(self._use_cart(store, device), name=device.device_id)
            for lobby in self.pasts.lobbies:
                folder = self.stage.places.device(lobby.device_id)
                tasks.create_task(lobby.live(folder, self.stage.clock), name=lobby.device_id)
            for cut in self.stage.script.cuts:
                tasks.create_task(
                    self._bring_back(cut.store_id, cut.back_after.total_seconds()),
                    name=f"return of {cut.store_id}",
                )

    async def _record(self, device_id: str, body: EventBody) -> None:
        if self.fleet.plays(device_id):
            await self.fleet.record(device_id, body)
        elif isinstance(body, Receipt | StockMoved):
            await self._till(device_id).record(body)

    async def _use_cart(self, store: StoreProfile, device: StoreDevice) -> None:
        """One honest shopper after another takes the store's smart cart."""
        rng = Random(f"{self.stage.options.seed}/{device.device_id}")
        goods = goods_for_carts(store, self.stage.chain.products)
        cart = CartClient(self.http, self.agents.api_url(device.device_id))
        while True:
            await asyncio.sleep(rng.uniform(*SHOPPERS_EVERY_S))
            session_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            await cart.go(plan_trip(session_id, goods, rng))

    async def _bring_back(self, store_id: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.lines.restore(store_id)

    async def _keep_truth(self) -> None:
        while True:
            await asyncio.sleep(TRUTH_EVERY_S)
            self.note_truth()


@asynccontextmanager
async def open_show(
    stage: Stage,
    children: Children,
    http: aiohttp.ClientSession,
    *,
    hub_at: BrokerAddress,
    broker: BrokerAddress,
) -> AsyncIterator[Show]:
    """The show with its pasts played and its scenery built; its lines and links end on leaving."""
    pasts, scenery = await asyncio.gather(
        asyncio.to_thread(play_pasts, stage), asyncio.to_thread(build_scenery, stage)
    )
    fleet = Fleet(clock=stage.clock, rng=Random())
    async with Lines(stage.script, broker, hub_at) as lines:
        enrolment = Enrolment(stage.chain.tenant_id, stage.places, lines, f"http://{hub_at}", http)
        agents = Agents(
            chain=stage.chain,
            places=stage.places,
            clock=stage.clock,
            fitting=_fitting(stage, pasts, scenery, [hub_at.port, broker.port]),
            children=children,
            lines=lines,
            http=http,
        )
        photographer = Photographer(
            chain=stage.chain,
            outlets=stage.outlets,
            scenery=scenery,
            gallery=stage.places.gallery,
            fleet=fleet,
            agents=agents,
            unheard=frozenset(cut.store_id for cut in stage.script.cuts),
        )
        try:
            yield Show(
                stage=stage,
                pasts=pasts,
                lines=lines,
                fleet=fleet,
                agents=agents,
                enrolment=enrolment,
                photographer=photographer,
                http=http,
                older_photos=[],
            )
        finally:
            await fleet.close()


def _fitting(stage: Stage, pasts: Pasts, scenery: Scenery, taken: list[int]) -> Fitting:
    """The surroundings of the real agents, each with a page, tills and carts with an API; no port
    is one of `taken`."""
    real = [
        device for store in stage.chain.stores for device in store.devices if not device.simulated
    ]
    with_api = [d.device_id for d in real if d.kind in (DeviceKind.TILL, DeviceKind.CART)]
    ports = iter(free_ports(len(real) + len(with_api), but=taken))
    return Fitting(
        shelves={
            f"{outlet.store_id}-a": scenery.shelf_of(outlet.store_id) for outlet in stage.outlets
        }
        | {lobby_fixture_id(lobby.store_id): lobby.scene() for lobby in pasts.lobbies},
        door=scenery.door(),
        gallery=stage.places.gallery,
        api_ports={name: next(ports) for name in with_api},
        page_ports={device.device_id: next(ports) for device in real},
    )
