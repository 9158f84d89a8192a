"""Simulated queues: who waits at the till when, as zone events, marked as simulated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np

from simulators.chain.chain import CLOSES_H, OPENS_H
from simulators.chain.goods import Good
from simulators.chain.script import Rush
from simulators.core.clock import DemoTime
from simulators.day.shoppers import Assortment, Visit, Wish
from sync.events import ZoneOccupied

ZONE_ID = "till-queue"
PIECE_MIN = 15
"""Minutes in one event of the past; from the start on there is one a minute."""
USUAL_SHARE = 0.6
"""Of the time between paying and leaving, how long somebody had waited before."""
WAITS_AFTER_S = 5.0
GIVES_UP_SHARE = 0.75
TO_THE_QUEUE_S = 80.0
LONGEST_WAIT_S = 400.0
LONGER_EACH_S = 18.0
MINUTE = timedelta(minutes=1)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wait:
    """One person in the queue."""

    begins_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.ends_at - self.begins_at).total_seconds()

    @property
    def told_s(self) -> float:
        """How long as an event tells it."""
        return round(self.seconds, 1)


def waits_of(visits: Iterable[Visit]) -> list[Wait]:
    """Everybody who queued: who paid, and who gave up."""
    waits = []
    for visit in visits:
        waited_s = visit.waited_s
        if waited_s is None:
            waited_s = USUAL_SHARE * (visit.left_at - visit.paid_at).total_seconds()
            if not visit.wishes:
                continue
        waits.append(Wait(visit.paid_at - timedelta(seconds=waited_s), visit.paid_at))
    return waits


def rush_visits(
    rush: Rush, day: date, time: DemoTime, assortment: Assortment, rng: Random
) -> list[Visit]:
    """The people of a rush while one till of two is shut: each waits longer than the one before,
    and three of four give up and leave without a receipt."""
    if time.local(rush.since).date() != day:
        return []
    visits: list[Visit] = []
    buyers = set(rng.sample(range(rush.people), round(rush.people * (1 - GIVES_UP_SHARE))))
    span_s = (rush.until - rush.since).total_seconds()
    meals, drinks = assortment.goods["meal"], assortment.goods["tea"]
    for number in range(rush.people):
        joins_at = rush.since + timedelta(seconds=span_s * number / rush.people)
        waited_s = min(LONGEST_WAIT_S, 30.0 + LONGER_EACH_S * number)
        done_at = joins_at + timedelta(seconds=waited_s)
        wishes = (_one_of(meals, rng), _one_of(drinks, rng)) if number in buyers else ()
        visits.append(
            Visit(
                entered_at=(joins_at - timedelta(seconds=TO_THE_QUEUE_S)).replace(microsecond=0),
                left_at=(done_at + timedelta(seconds=15)).replace(microsecond=0),
                paid_at=done_at.replace(microsecond=0),
                wishes=wishes,
                identities=(),
                tender="wechat-pay",
                waited_s=waited_s,
            )
        )
    return visits


def without_others(usual: list[Visit], rushed: list[Visit]) -> list[Visit]:
    """The usual visits but those during a rush."""
    if not rushed:
        return usual
    begins_at = min(visit.entered_at for visit in rushed)
    ends_at = max(visit.left_at for visit in rushed)
    return [v for v in usual if v.left_at < begins_at or v.entered_at > ends_at]


def _one_of(goods: tuple[Good, ...], rng: Random) -> Wish:
    return Wish(good=rng.choice(goods), quantity=ONE)


def queue_events(
    waits: Iterable[Wait], begins_at: datetime, until: datetime, *, piece_min: int
) -> list[ZoneOccupied]:
    """The queue from `begins_at` until `until`, one event for each whole piece."""
    waits = sorted(waits, key=lambda wait: wait.ends_at)
    piece = piece_min * MINUTE
    events = []
    while begins_at + piece <= until:
        events.append(_event(waits, begins_at, piece))
        begins_at += piece
    return events


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHour:
    """What is true of a queue in one of the store's hours: how many stood in it at most at once,
    how many waited whose turn came, and how long one in ten of them did at least."""

    hour: int
    most: int
    waited: int
    wait_p90_s: float | None


def queue_hours(waits: Iterable[Wait], day: date, time: DemoTime) -> list[QueueHour]:
    """A queue's hours of `day` that were over when the demonstration began."""
    late = timedelta(seconds=WAITS_AFTER_S)
    waits = tuple(waits)
    spans = [(wait.begins_at + late, wait.ends_at) for wait in waits]
    hours = []
    for hour in range(OPENS_H, CLOSES_H):
        begins_at, ends_at = time.at(day, hour), time.at(day, hour + 1)
        if ends_at > time.started_at:
            break
        told = [wait.told_s for wait in waits if begins_at <= wait.ends_at < ends_at]
        ended = [told_s for told_s in told if told_s >= WAITS_AFTER_S]
        hours.append(
            QueueHour(
                hour=hour,
                most=_most(spans, begins_at, ends_at),
                waited=len(ended),
                wait_p90_s=float(np.quantile(ended, 0.9)) if ended else None,
            )
        )
    return hours


def _event(waits: list[Wait], begins_at: datetime, piece: timedelta) -> ZoneOccupied:
    ends_at = begins_at + piece
    seconds = piece.total_seconds()
    inside = [wait for wait in waits if wait.begins_at < ends_at and wait.ends_at > begins_at]
    late = timedelta(seconds=WAITS_AFTER_S)
    waiting = [(wait.begins_at + late, wait.ends_at) for wait in inside]
    stood_s = sum(_overlap_s(w.begins_at, w.ends_at, begins_at, ends_at) for w in inside)
    waited_s = sum(_overlap_s(start, end, begins_at, ends_at) for start, end in waiting)
    return ZoneOccupied(
        zone_id=ZONE_ID,
        started_at=begins_at,
        interval_s=int(seconds),
        dwell_s=tuple(wait.told_s for wait in waits if begins_at <= wait.ends_at < ends_at),
        occupancy_mean=round(stood_s / seconds, 2),
        occupancy_max=_most([(w.begins_at, w.ends_at) for w in inside], begins_at, ends_at),
        watched_s=seconds,
        is_queue=True,
        queue_mean=round(waited_s / seconds, 2),
        queue_max=_most(waiting, begins_at, ends_at),
        simulated=True,
    )


def _overlap_s(start: datetime, end: datetime, begins_at: datetime, ends_at: datetime) -> float:
    return max(0.0, (min(end, ends_at) - max(start, begins_at)).total_seconds())


def _most(spans: list[tuple[datetime, datetime]], begins_at: datetime, ends_at: datetime) -> int:
    """The most spans that hold one moment between the two."""
    starts = [max(start, begins_at) for start, end in spans if start < min(end, ends_at)]
    return max(
        (sum(start <= at < end for start, end in spans) for at in starts),
        default=0,
    )
