"""Fourteen days and today, through the road: every device's past from its outbox to the hub.

Devices that this process plays send theirs from here. A real agent finds its past in its own
outbox, as a device does that has run for two weeks, and sends what is left of it itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from device_profiles.store import DeviceKind, StoreDevice, StoreProfile
from simulators.chain.chain import Outlet
from simulators.chain.script import LinkCut, SmallDisk
from simulators.connections.lines import Lines
from simulators.connections.tills import Till
from simulators.playback.fleet import Fleet
from simulators.playback.journal import Entry
from simulators.playback.pasts import open_outbox, write_past, write_past_on_small_disk
from simulators.playback.stage import Pasts, Stage
from sync.events import Receipt, StockMoved
from sync.outbox.outbox import Outbox

log = logging.getLogger(__name__)

HISTORY_TAKES_S = 180.0
FIRST_SENT_IN_S = 2.0

Connect = Callable[[StoreDevice], Awaitable[None]]
"""Carry a played device's outbox to the hub."""
StartAgent = Callable[[StoreProfile, StoreDevice], Awaitable[None]]
"""Start the real agent of a device; its outbox is shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Loads the past of every store. The till of a cut-off store gets what it sold meanwhile by
    its own API, as does every real till today's receipts."""

    stage: Stage
    pasts: Pasts
    fleet: Fleet
    connect: Connect
    start_agent: StartAgent
    till_of: Callable[[str], Till]
    until_sent: Callable[[str], Awaitable[None]]
    lines: Lines

    async def load(self) -> None:
        """Everything was recorded, and what has a line is on its way."""
        async with asyncio.TaskGroup() as tasks:
            for outlet in self.stage.outlets:
                store = next(s for s in self.stage.chain.stores if s.store_id == outlet.store_id)
                cut = self.stage.script.cut_of(store.store_id)
                if cut is not None:
                    tasks.create_task(self._load_cut_off(store, cut), name=store.store_id)
                    continue
                for device in store.devices:
                    tasks.create_task(self._load(outlet, store, device), name=device.device_id)

    def _entries(self, store: StoreProfile, device: StoreDevice) -> list[Entry]:
        return self.pasts.journals[store.store_id].entries.get(device.device_id, [])

    async def _load(self, outlet: Outlet, store: StoreProfile, device: StoreDevice) -> None:
        entries = self._entries(store, device)
        disk = next(
            (d for d in self.stage.script.small_disks if d.device_id == device.device_id), None
        )
        if device.kind in outlet.real:
            await self._load_real(store, device, entries)
        elif disk is not None:
            await self._load_small_disk(device, entries, disk)
        else:
            await self._play(device, entries)

    async def _play(self, device: StoreDevice, entries: list[Entry]) -> None:
        """A device of this process: its past in its outbox, then its line."""
        outbox = await asyncio.to_thread(self._written, device, entries)
        self.fleet.take(device.device_id, outbox)
        await self.connect(device)

    async def _load_real(
        self, store: StoreProfile, device: StoreDevice, entries: list[Entry]
    ) -> None:
        """A real agent with its line up: the days before in its outbox, a till's today by API."""
        kept, sold = entries, list[Entry]()
        if device.kind is DeviceKind.TILL:
            midnight = self.stage.time.at(self.stage.time.today, 0)
            kept = [entry for entry in entries if entry.at < midnight]
            sold = [entry for entry in entries if entry.at >= midnight]
        await self._leave_past(device, kept)
        await self.start_agent(store, device)
        if any(lost.device_id == device.device_id for lost in self.stage.script.lost_acks):
            await self._sell_unheard(device, sold)
        else:
            await self._sell(device, sold)

    async def _sell_unheard(self, device: StoreDevice, entries: list[Entry]) -> None:
        """Today's sales while no acknowledgement comes back: the till sends them again; then its
        line breaks once. The days before must have arrived, so that they are not revised by it."""
        await self.until_sent(device.device_id)
        self.lines.deafen(device.device_id)
        await self._sell(device, entries)
        # What was just sold goes out within a moment; what comes after that was sent before.
        await asyncio.sleep(FIRST_SENT_IN_S)
        await self.lines.until_sent_again(device.device_id)
        self.lines.break_once(device.device_id)

    async def _load_cut_off(self, store: StoreProfile, cut: LinkCut) -> None:
        """Real agents whose store's line was cut in the middle: what they had sent by then has
        arrived, and they keep the rest until the line is back."""
        for device in store.devices:
            before = [e for e in self._entries(store, device) if e.at <= cut.since]
            await self._play(device, before)
        names = [device.device_id for device in store.devices]
        await self.fleet.until_sent(*names, within_s=HISTORY_TAKES_S)
        for name in names:
            await self.fleet.release(name)
        self.lines.cut(store.store_id)
        async with asyncio.TaskGroup() as tasks:
            for device in store.devices:
                after = [e for e in self._entries(store, device) if e.at > cut.since]
                tasks.create_task(self._go_on_offline(store, device, after))

    async def _go_on_offline(
        self, store: StoreProfile, device: StoreDevice, entries: list[Entry]
    ) -> None:
        """The real agent takes over behind the dead line, a till with its sales by its API."""
        sells = device.kind is DeviceKind.TILL
        if not sells:
            await self._leave_past(device, entries)
        await self.start_agent(store, device)
        if sells:
            await self._sell(device, entries)

    async def _load_small_disk(
        self, device: StoreDevice, entries: list[Entry], disk: SmallDisk
    ) -> None:
        """A device that gives up events for want of room while its line is down."""
        first = next(index for index, entry in enumerate(entries) if entry.is_given_up)
        await self._play(device, entries[:first])
        await self.fleet.until_sent(device.device_id, within_s=HISTORY_TAKES_S)
        await self.fleet.release(device.device_id)
        folder = self._folder(device)
        await asyncio.to_thread(
            write_past_on_small_disk, folder, entries[first:], disk.events, rng=self._rng(device)
        )
        await self._play(device, [])

    async def _leave_past(self, device: StoreDevice, entries: list[Entry]) -> None:
        def leave() -> None:
            self._written(device, entries).close()

        await asyncio.to_thread(leave)

    def _written(self, device: StoreDevice, entries: list[Entry]) -> Outbox:
        at = entries[0].at if entries else self.stage.time.started_at
        outbox = open_outbox(self._folder(device), at=at, rng=self._rng(device))
        write_past(outbox, entries)
        return outbox

    async def _sell(self, device: StoreDevice, entries: list[Entry]) -> None:
        """Receipts and stock moves by a real till's API."""
        if not entries:
            return
        till = self.till_of(device.device_id)
        # One after another: a return that comes before its sale must stay before it.
        for entry in entries:
            if isinstance(entry.body, Receipt | StockMoved):
                await till.record(entry.body)

    def _folder(self, device: StoreDevice) -> Path:
        return self.stage.places.data(device.device_id)

    def _rng(self, device: StoreDevice) -> Random:
        """Outboxes name each of their openings by it, so it must differ each time: the one thing
        that does not follow from the seed."""
        return Random()
