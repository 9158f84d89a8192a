"""What every device of a store had recorded before the demonstration began, and when."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from device_profiles.store import DeviceKind
from simulators.chain.chain import OPENS_H, Outlet, device_id
from simulators.chain.script import OddCooler, Script, SmallDisk
from simulators.core.clock import DemoTime
from simulators.day.coolers import (
    READING_S,
    READINGS_AN_HOUR,
    Openings,
    as_planted,
    readings_of_hour,
)
from simulators.day.footfall import DoorMinute, by_the_hour, door_minutes, footfall_of
from simulators.day.queues import PIECE_MIN, queue_events, waits_of
from simulators.day.store_day import StoreDay
from sync.events import CoolerRead, EventBody

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event body, and when its device recorded it. `is_given_up`: its device's disk will be too
    small to keep it until the hub has it."""

    at: datetime
    body: EventBody
    is_given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreJournal:
    """A store's past: entries by device, in order of time, and the minutes its door counted."""

    store_id: str
    entries: dict[str, list[Entry]]
    minutes: dict[date, list[DoorMinute]]
    given_up: dict[date, list[DoorMinute]]


def journal_of(
    outlet: Outlet, days: Iterable[StoreDay], time: DemoTime, script: Script, seed: int
) -> StoreJournal:
    """Everything the store's till, door and cooler recorded until the start."""
    days = tuple(days)
    minutes = {day.day: _minutes(day, outlet.store_id, time, script) for day in days}
    disk = next((d for d in script.small_disks if d.store_id == outlet.store_id), None)
    given_up = {
        day: [minute for minute in of_day if disk and _is_given_up(minute, disk)]
        for day, of_day in minutes.items()
    }
    door = [
        entry for day, of_day in minutes.items() for entry in _door_entries(of_day, given_up[day])
    ]
    if disk is None:
        door += _queue(days[-1], time)
        door.sort(key=lambda entry: entry.at)
    till = [
        Entry(at=record.at, body=record.body)
        for day in days
        for record in day.records
        if record.at <= time.started_at
    ]
    return StoreJournal(
        store_id=outlet.store_id,
        entries={
            device_id(outlet.store_id, DeviceKind.TILL): till,
            device_id(outlet.store_id, DeviceKind.DOOR): door,
            device_id(outlet.store_id, DeviceKind.COOLER): _as_planted(
                cooler_entries(
                    f"{outlet.store_id}-a",
                    time.at(days[0].day, 0),
                    openings_of(days),
                    time,
                    Random(f"{seed}/{outlet.store_id}/cooler"),
                ),
                script.odd_cooler_of(outlet.store_id),
                time,
            ),
        },
        minutes=minutes,
        given_up=given_up,
    )


def _as_planted(entries: list[Entry], odd: tuple[OddCooler, ...], time: DemoTime) -> list[Entry]:
    zone = time.local(time.started_at).tzinfo
    return [
        replace(entry, body=as_planted(entry.body, odd, zone))
        if odd and isinstance(entry.body, CoolerRead)
        else entry
        for entry in entries
    ]


def openings_of(days: Iterable[StoreDay]) -> Openings:
    """How often shoppers opened the cooler between two moments."""
    moments = sorted(
        visit.paid_at - timedelta(seconds=45)
        for day in days
        for visit in day.visits
        if any(wish.good.in_cooler for wish in visit.wishes)
    )
    return lambda begins_at, ends_at: (
        bisect_left(moments, ends_at) - bisect_left(moments, begins_at)
    )


def _minutes(day: StoreDay, store_id: str, time: DemoTime, script: Script) -> list[DoorMinute]:
    staff = [
        at for crossings in script.staff if crossings.store_id == store_id for at in crossings.times
    ]
    return door_minutes(day.visits, staff, day.day, time, until=time.started_at)


def _is_given_up(minute: DoorMinute, disk: SmallDisk) -> bool:
    return disk.since <= minute.starts_at < disk.since + timedelta(minutes=disk.events)


def _door_entries(minutes: list[DoorMinute], given_up: list[DoorMinute]) -> list[Entry]:
    """One entry an hour; one a minute for what will be given up."""
    kept = [minute for minute in minutes if minute not in given_up]
    pieces = [(piece, False) for piece in by_the_hour(kept)]
    pieces += [([minute], True) for minute in given_up]
    pieces.sort(key=lambda piece: piece[0][0].starts_at)
    return [
        Entry(
            at=piece[-1].starts_at + timedelta(minutes=1),
            body=footfall_of(piece),
            is_given_up=is_given_up,
        )
        for piece, is_given_up in pieces
    ]


def _queue(today: StoreDay, time: DemoTime) -> list[Entry]:
    """The queue of today so far. A device whose disk is small has no zone: exactly its crossings
    are given up."""
    events = queue_events(
        waits_of(today.visits),
        time.at(today.day, OPENS_H),
        time.started_at,
        piece_min=PIECE_MIN,
    )
    return [
        Entry(at=event.started_at + timedelta(seconds=event.interval_s), body=event)
        for event in events
    ]


def cooler_entries(
    fixture_id: str, starts_at: datetime, openings: Openings, time: DemoTime, rng: Random
) -> list[Entry]:
    """What a cooler's controller read: an entry an hour, day and night; the last one so far as
    quarters are over."""
    entries: list[Entry] = []
    while (over := time.started_at - starts_at) >= timedelta(seconds=READING_S):
        readings = min(READINGS_AN_HOUR, int(over.total_seconds()) // READING_S)
        body = readings_of_hour(fixture_id, time.local(starts_at), readings, openings, rng)
        entries.append(Entry(at=starts_at + timedelta(seconds=READING_S * readings), body=body))
        starts_at += HOUR
    return entries
