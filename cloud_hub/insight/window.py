"""Which stores, on which business days, from when until when: what every formula is asked over."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from cloud_hub.core.days.business_day import business_day
from cloud_hub.core.days.opening_hours import StoreDay, StoreHours, store_day
from cloud_hub.core.days.time_buckets import QUARTER_S, start_of
from device_profiles.opening_hours import local_to_utc

MARGIN = timedelta(minutes=15)
"""People count from a quarter of an hour before opening until one after closing.
Source: METRICS, footfall."""

WEEKS_BACK = 4
"""How far back a comparable day is looked for when the weeks between are exceptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a formula is asked over. `as_of`: only what had arrived by then (None: everything)."""

    tenant_id: str
    days: tuple[StoreDay, ...]
    as_of: datetime | None = None

    @property
    def store_ids(self) -> frozenset[str]:
        """The stores asked about."""
        return frozenset(each.store_id for each in self.days)

    def of(self, store_id: str, day: date) -> StoreDay | None:
        """The store day, if it is asked about."""
        return next((d for d in self.days if (d.store_id, d.day) == (store_id, day)), None)

    def cut_to(self, days: Iterable[StoreDay]) -> "Window":
        """The same question over other days."""
        return replace(self, days=tuple(days))

    def with_days_before(self, span: timedelta) -> "Window":
        """The same question, with the days of so long before each of its days."""
        found = {(day.store_id, day.day): day for day in self.days}
        for each in self.days:
            for back in range(1, span.days + 1):
                day = each.day - timedelta(days=back)
                if (each.store_id, day) not in found and each.store.is_there_on(day):
                    found[each.store_id, day] = store_day(each.store, day, each.end_at)
        return self.cut_to(found[key] for key in sorted(found))

    def known_by(self, as_of: datetime | None) -> "Window":
        """The same question, of what had arrived by `as_of`, of the time until then; of everything
        where that is None."""
        if as_of is None:
            return self
        days = (store_day(day.store, day.day, min(as_of, day.end_at)) for day in self.days)
        return replace(self, as_of=as_of, days=tuple(day for day in days if day.start_at < as_of))

    def hours(self) -> Callable[[str, int], int]:
        """Which local hour of a store a quarter of an hour (number since 1970) lies in."""
        zones = {each.store_id: each.store.zone for each in self.days}
        known: dict[tuple[str, int], int] = {}

        def hour_of(store_id: str, quarter: int) -> int:
            zone = zones[store_id]
            key = (zone.key, quarter)
            if key not in known:
                known[key] = start_of(quarter, QUARTER_S).astimezone(zone).hour
            return known[key]

        return hour_of

    def groups(self) -> Iterator[tuple[StoreDay, list[str]]]:
        """Store days with equal times, once each, with the stores that share them."""
        alike: dict[tuple[object, ...], tuple[StoreDay, list[str]]] = {}
        for each in self.days:
            key = (each.day, each.start_at, each.end_at, each.intervals)
            alike.setdefault(key, (each, []))[1].append(each.store_id)
        yield from alike.values()

    def condition(
        self,
        store_id: InstrumentedAttribute[str],
        day: InstrumentedAttribute[date],
        at: InstrumentedAttribute[datetime],
        *,
        opening: timedelta | None = None,
    ) -> sa.ColumnElement[bool]:
        """SQL: the row's store, business day and time are asked about. With `opening`, only from
        that long before opening until that long after closing."""
        parts = []
        for each, stores in self.groups():
            part = [store_id.in_(stores), day == each.day]
            if opening is not None:
                spans = [sa.and_(at >= start, at < end) for start, end in each.opening(opening)]
                part.append(sa.or_(sa.false(), *spans))
            elif not each.whole:
                part += [at < each.end_at]
            parts.append(sa.and_(*part))
        if not parts:
            return sa.false()
        # Said twice, because an index is only used for what every branch has in common.
        days = sorted({each.day for each in self.days})
        return sa.and_(store_id.in_(self.store_ids), day.in_(days), sa.or_(*parts))


def today(tenant_id: str, stores: Sequence[StoreHours], now: datetime) -> Window:
    """Every store's own today until `now`."""
    return Window(
        tenant_id=tenant_id,
        days=tuple(store_day(store, business_day(now, store.zone), now) for store in stores),
    )


def between(
    tenant_id: str, stores: Sequence[StoreHours], first: date, last: date, now: datetime
) -> Window:
    """Business days `first` to `last` of every store, both included, cut at `now`; none on which
    the store was retired."""
    count = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(max(count, 0))]
    there = ((store, day) for store in stores for day in days if store.is_there_on(day))
    found = [store_day(store, day, now) for store, day in there]
    return Window(tenant_id=tenant_id, days=tuple(each for each in found if each.start_at < now))


def comparable(asked: StoreDay) -> StoreDay | None:
    """The same weekday of an earlier week until the same time of day; weeks that are exceptions in
    the store's opening hours are skipped. None when `asked` itself is one, or all are."""
    if asked.store.hours.is_exception(asked.day):
        return None
    for weeks in range(1, WEEKS_BACK + 1):
        day = asked.day - timedelta(weeks=weeks)
        if asked.store.on(day).hours.is_exception(day) or not asked.store.is_there_on(day):
            continue
        zone = asked.store.zone
        end = asked.end_at.astimezone(zone).replace(tzinfo=None) - timedelta(weeks=weeks)
        return store_day(asked.store, day, local_to_utc(end.date(), end.time(), zone))
    return None


def by_store(days: Iterable[StoreDay]) -> dict[str, list[StoreDay]]:
    """The store days of each store."""
    found: dict[str, list[StoreDay]] = defaultdict(list)
    for each in days:
        found[each.store_id].append(each)
    return found
