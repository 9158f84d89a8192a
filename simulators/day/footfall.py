"""Simulated door counts: visits as footfall minutes, marked as simulated."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulators.chain.chain import CLOSES_H, OPENS_H
from simulators.core.clock import DemoTime
from simulators.day.shoppers import Visit
from sync.events import FootfallCounted

LINE_ID = "entrance"
MINUTE = timedelta(minutes=1)
FIRST_H = OPENS_H - 1
"""The camera counts from an hour before the doors open, when staff comes, to an hour after."""
LAST_H = CLOSES_H + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorMinute:
    """Crossings of the entrance in the minute from `starts_at`."""

    starts_at: datetime
    entries: int
    exits: int
    staff: int


def door_minutes(
    visits: Iterable[Visit],
    staff: Iterable[datetime],
    day: date,
    time: DemoTime,
    *,
    until: datetime,
) -> list[DoorMinute]:
    """Every whole minute that the door is watched on `day` before `until`."""
    visits = tuple(visits)
    entries = Counter(_minute_of(visit.entered_at) for visit in visits)
    exits = Counter(_minute_of(visit.left_at) for visit in visits)
    crossings = Counter(_minute_of(at) for at in staff)
    minutes: list[DoorMinute] = []
    starts_at = time.at(day, FIRST_H)
    while starts_at < time.at(day, LAST_H) and starts_at + MINUTE <= until:
        minutes.append(
            DoorMinute(
                starts_at=starts_at,
                entries=entries[starts_at],
                exits=exits[starts_at],
                staff=crossings[starts_at],
            )
        )
        starts_at += MINUTE
    return minutes


def footfall_of(minutes: list[DoorMinute]) -> FootfallCounted:
    """One event for consecutive minutes."""
    return FootfallCounted(
        line_id=LINE_ID,
        started_at=minutes[0].starts_at,
        interval_s=60,
        in_=tuple(minute.entries for minute in minutes),
        out=tuple(minute.exits for minute in minutes),
        staff=tuple(minute.staff for minute in minutes),
        watched_s=(60.0,) * len(minutes),
        simulated=True,
    )


def by_the_hour(minutes: list[DoorMinute]) -> list[list[DoorMinute]]:
    """The minutes in pieces that end with the clock's hours."""
    hours: dict[datetime, list[DoorMinute]] = {}
    for minute in minutes:
        hours.setdefault(minute.starts_at.replace(minute=0), []).append(minute)
    return list(hours.values())


def _minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
