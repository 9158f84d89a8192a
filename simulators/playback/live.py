"""After the history the chain goes on by the clock: shoppers, doors, coolers, photos."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from device_profiles.store import DeviceKind
from simulators.chain.chain import CLOSES_H, OPENS_H, Outlet, device_id
from simulators.chain.script import OddCooler, Script
from simulators.core.clock import DemoTime
from simulators.day.coolers import READING_S, as_planted, readings_of_hour
from simulators.day.footfall import DoorMinute, door_minutes, footfall_of
from simulators.day.photos import PhotoDue, photo_due
from simulators.day.queues import queue_events, waits_of
from simulators.day.store_day import Recorded, StoreDay, StoreSimulation
from simulators.day.truth import Truth
from simulators.playback.journal import openings_of
from simulators.playback.profiles import COOLER_FILE
from sync.core.clock import Clock
from sync.events import EventBody, Receipt, ZoneOccupied

log = logging.getLogger(__name__)

Record = Callable[[str, EventBody], Awaitable[None]]
"""Give an event body to the device of that name: its outbox, or its till's API."""
TakePhoto = Callable[[PhotoDue], Awaitable[None]]
"""Take a photo and give it to the store's cooler."""

COOLER_FILE_EVERY_S = 30.0
PHOTO_EVERY_MIN = 5
"""Photos come oftener than they are due, so that something moves on the page."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStore:
    """A store that goes on: its simulation, its day so far, and the folder of its real cooler."""

    outlet: Outlet
    simulation: StoreSimulation
    days: list[StoreDay]
    cooler_folder: Path | None

    @property
    def store_id(self) -> str:
        """Its identifier."""
        return self.outlet.store_id

    def is_real(self, kind: DeviceKind) -> bool:
        """Whether a process of its own plays the device."""
        return kind in self.outlet.real


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The chain from the start of the demonstration on. `run` never returns by itself."""

    stores: tuple[LiveStore, ...]
    time: DemoTime
    script: Script
    truth: Truth
    clock: Clock
    seed: int
    record: Record
    take_photo: TakePhoto

    async def run(self) -> None:
        """Play every store until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for store in self.stores:
                tasks.create_task(self._tills(store), name=f"shoppers {store.store_id}")
                tasks.create_task(self._photos(store), name=f"photos {store.store_id}")
                if not store.is_real(DeviceKind.DOOR):
                    tasks.create_task(self._doors(store), name=f"door {store.store_id}")
                if store.is_real(DeviceKind.COOLER):
                    tasks.create_task(self._cooler_file(store), name=f"cooler {store.store_id}")
                else:
                    tasks.create_task(self._coolers(store), name=f"cooler {store.store_id}")

    async def _until(self, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - self.clock.now()).total_seconds()))

    async def _tills(self, store: LiveStore) -> None:
        """Receipts and stock moves, each when it happens, day after day."""
        till = device_id(store.store_id, DeviceKind.TILL)
        while True:
            for recorded in still_to_come(store.days[-1], self.time.started_at):
                await self._until(recorded.at)
                await self.record(till, recorded.body)
                if isinstance(recorded.body, Receipt):
                    self.truth.add_receipt(store.store_id, recorded.body)
            tomorrow = store.days[-1].day + timedelta(days=1)
            await self._until(self.time.at(tomorrow, 5))
            store.days.append(await asyncio.to_thread(store.simulation.play, tomorrow))

    async def _doors(self, store: LiveStore) -> None:
        """One event a minute, when the minute is over."""
        door = device_id(store.store_id, DeviceKind.DOOR)
        starts_at = self.time.started_at.replace(second=0, microsecond=0)
        while True:
            await self._until(starts_at + MINUTE)
            day = self.time.local(starts_at).date()
            minutes = self._minutes(store, starts_at)
            if minutes:
                await self.record(door, footfall_of(minutes))
                self.truth.add_minutes(store.store_id, day, minutes)
                for event in self._queue(store, starts_at):
                    await self.record(door, event)
            starts_at += MINUTE

    def _queue(self, store: LiveStore, starts_at: datetime) -> list[ZoneOccupied]:
        """The queue in the minute from `starts_at`; none where the device has no zone."""
        if any(disk.store_id == store.store_id for disk in self.script.small_disks):
            return []
        waits = waits_of(store.days[-1].visits)
        return queue_events(waits, starts_at, starts_at + MINUTE, piece_min=1)

    def _minutes(self, store: LiveStore, starts_at: datetime) -> list[DoorMinute]:
        """The minute from `starts_at`, or nothing where the door is not watched at that hour."""
        local_day = self.time.local(starts_at).date()
        day = next((day for day in store.days if day.day == local_day), None)
        if day is None:
            return []
        until = starts_at + MINUTE
        minutes = door_minutes(day.visits, (), day.day, self.time, until=until)
        return [minute for minute in minutes if minute.starts_at == starts_at]

    async def _coolers(self, store: LiveStore) -> None:
        """A reading a quarter of an hour."""
        cooler = device_id(store.store_id, DeviceKind.COOLER)
        quarter = timedelta(seconds=READING_S)
        starts_at = next_quarter(self.time.started_at) - quarter
        while True:
            await self._until(starts_at + quarter)
            local = self.time.local(starts_at)
            rng = Random(f"{self.seed}/{store.store_id}/cooler/{local:%H%M}")
            openings = openings_of(store.days[-1:])
            body = readings_of_hour(f"{store.store_id}-a", local, 1, openings, rng)
            odd = self.script.odd_cooler_of(store.store_id)
            await self.record(cooler, as_planted(body, odd, local.tzinfo))
            starts_at += quarter

    async def _cooler_file(self, store: LiveStore) -> None:
        """The file in which a real cooler's controller keeps its readings."""
        if store.cooler_folder is None:
            return
        rng = Random(f"{self.seed}/{store.store_id}/controller")
        while True:
            now = self.time.local(self.clock.now())
            odd = self.script.odd_cooler_of(store.store_id)
            write_cooler_file(store.cooler_folder, now, rng, odd=odd)
            await asyncio.sleep(COOLER_FILE_EVERY_S)

    async def _photos(self, store: LiveStore) -> None:
        """Photos as planned, and more of them from a real cooler."""
        every = PHOTO_EVERY_MIN if store.cooler_folder else store.outlet.photo_interval_min
        for at in photo_times(self.time, every, store.outlet):
            await self._until(at)
            if OPENS_H <= self.time.local(at).hour < CLOSES_H:
                due = photo_due(store.store_id, at, self.script)
                await self.take_photo(due)
                self.truth.photos.append(due)


def still_to_come(day: StoreDay, now: datetime) -> Iterable[Recorded]:
    """What a day's till has not recorded at `now`."""
    return (record for record in day.records if record.at > now)


def next_quarter(at: datetime) -> datetime:
    """The next full quarter of an hour after `at`."""
    whole = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return whole + timedelta(seconds=READING_S)


def photo_times(time: DemoTime, every_min: int, outlet: Outlet) -> Iterable[datetime]:
    """When photos are taken after the start, without end: by the plan's minute, every so often.

    Stores take turns within the minute, so that one computer is not asked for all at once.
    """
    at = time.at(time.today, OPENS_H, 10, 5 * int(outlet.store_id[1:]))
    while True:
        if at > time.started_at:
            yield at
        at += timedelta(minutes=every_min)


def write_cooler_file(
    folder: Path,
    now: datetime,
    rng: Random,
    *,
    open_s: float | None = None,
    odd: Sequence[OddCooler] = (),
) -> None:
    """One reading of a cooler, healthy but for what is `odd`, whole or not at all, written at `now`
    by the store's clock; with its door open for `open_s`, or as long as a shopper usually takes."""
    body = readings_of_hour("controller", now, 1, lambda begins_at, ends_at: 1, rng)
    body = as_planted(body, odd, now.tzinfo)
    values = {
        "temperature_c": body.temperature_c[0],
        "compressor_duty": body.compressor_duty[0],
        "door_open_s": body.door_open_s[0] if open_s is None else round(open_s, 1),
        "mode": body.mode,
    }
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{COOLER_FILE}.part"
    draft.write_text(json.dumps(values), encoding="utf-8")
    # As old as the demonstration's clock says: that may be on another day than the machine's.
    os.utime(draft, (now.timestamp(), now.timestamp()))
    draft.replace(folder / COOLER_FILE)
