"""Figures from cells: today's value, its hours, and the same weekday before at the same time."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.text import Said, Text
from cloud_hub.insight.figure import Figure, Unit
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Number, Sums, total
from cloud_hub.insight.window import Window, comparable
from cloud_hub.master_data.chain import Chain

PHOTO_SOURCE = "shelf"
WELL_KNOWN = 0.9
"""Share of an hour that must be known on both days for the hour to be compared."""
OVER_FULL = Text("above 100 %: check the counting")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAge:
    """How new what is here is: when each store's newest data was recorded, and when the oldest of
    its fixtures' last clear pictures of today was taken."""

    data_at: Mapping[str, datetime | None]
    photo_at: Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Today's store days, and the comparable day of each store that has one. `age`: how
    new the data are."""

    chain: Chain
    now: datetime
    today: tuple[StoreDay, ...]
    earlier: Mapping[str, StoreDay]
    age: DataAge
    without: tuple[Said, ...]

    @property
    def window(self) -> Window:
        """Both, to be read at once."""
        return Window(tenant_id=self.chain.tenant_id, days=(*self.today, *self.earlier.values()))

    def only(self, store_id: str) -> "Comparison":
        """The same for one store."""
        return Comparison(
            chain=self.chain,
            now=self.now,
            today=tuple(day for day in self.today if day.store_id == store_id),
            earlier={k: day for k, day in self.earlier.items() if k == store_id},
            age=self.age,
            without=(),
        )


def compare(
    snapshot: Snapshot, age: DataAge, store_ids: Collection[str], without: Collection[str] = ()
) -> Comparison:
    """Today of these stores against the same weekday before; `without` are named as left out."""
    days = tuple(day for day in snapshot.today.days if day.store_id in store_ids)
    earlier = {day.store_id: before for day in days if (before := comparable(day)) is not None}
    return Comparison(
        chain=snapshot.chain,
        now=snapshot.now,
        today=days,
        earlier=earlier,
        age=age,
        without=tuple(snapshot.chain.stores[store_id].name for store_id in sorted(without)),
    )


def figure(
    metric: Metric,
    cells: Mapping[Cell, Sums],
    comparison: Comparison,
    as_of: datetime | None = None,
) -> Figure:
    """The metric over a comparison's stores, as old as their newest data unless `as_of` says
    otherwise. The change is over the stores and hours that both days know: a relative one, but for
    a share the difference."""
    days = {(day.store_id, day.day) for day in comparison.today}
    today = {cell: sums for cell, sums in cells.items() if (cell.store_id, cell.day) in days}
    whole = total(today.values())
    value = metric.value(whole)
    before, alike = _comparable(metric, cells, today, comparison)
    extent = metric.range(whole)
    hours = _hours(comparison.today)
    over_full = metric.unit is Unit.RATIO and value is not None and value > 1
    return Figure(
        metric=metric.name,
        name=metric.title,
        value=value,
        unit=metric.unit,
        currency=comparison.chain.currency
        if metric.unit in (Unit.MONEY, Unit.MONEY_PER_M2)
        else None,
        coverage=whole.coverage if whole else None,
        as_of=as_of or _as_of(metric, comparison),
        previous=before,
        change=_change(metric, alike, before),
        hours=_by_hour(metric, today, hours),
        first_hour=hours[0] if hours else 0,
        provisional=True,
        low=extent[0] if extent else None,
        high=extent[1] if extent else None,
        note=OVER_FULL if over_full else None,
        without=comparison.without,
        better=metric.direction,
    )


def _as_of(metric: Metric, comparison: Comparison) -> datetime:
    """How old a figure is. One made of pictures is as old as the oldest of them, so that an old
    picture never passes for a live one."""
    stores = [day.store_id for day in comparison.today]
    taken = [comparison.age.photo_at[each] for each in stores if each in comparison.age.photo_at]
    if PHOTO_SOURCE in metric.sources and taken:
        return min(taken)
    heard = [at for each in stores if (at := comparison.age.data_at.get(each)) is not None]
    return min(max(heard, default=comparison.now), comparison.now)


def cells_by_store(cells: Mapping[Cell, Sums]) -> Mapping[str, Mapping[Cell, Sums]]:
    """The cells of each store; none for a store that has none."""
    found: dict[str, dict[Cell, Sums]] = defaultdict(dict)
    for cell, sums in cells.items():
        found[cell.store_id][cell] = sums
    return found


def _comparable(
    metric: Metric,
    cells: Mapping[Cell, Sums],
    today: Mapping[Cell, Sums],
    comparison: Comparison,
) -> tuple[Number | None, Number | None]:
    """The value before, and today's, over the same stores and the hours that both days know."""
    before: list[Sums] = []
    now: list[Sums] = []
    of_store = cells_by_store(cells)
    days = {day.store_id: day for day in comparison.today}
    for store_id, day in comparison.earlier.items():
        mine = of_store[store_id]
        then = {cell.hour: sums for cell, sums in mine.items() if cell.day == day.day}
        here = {cell.hour: sums for cell, sums in mine.items() if cell in today}
        unlike = _unlike_hours(day, days[store_id])
        hours = [
            hour
            for hour in then
            if hour not in unlike and _is_known(metric, then[hour], here.get(hour))
        ]
        both = [then[hour] for hour in hours], [here[hour] for hour in hours]
        if all(metric.value(total(sums)) is not None for sums in both):
            before += both[0]
            now += both[1]
    return metric.value(total(before)), metric.value(total(now))


def _unlike_hours(one: StoreDay, other: StoreDay) -> set[int]:
    """The local hours in which the store was open for much longer on one of the days."""
    open_s: list[dict[int, float]] = [defaultdict(float), defaultdict(float)]
    for of_day, day in zip(open_s, (one, other), strict=True):
        for hour, start, end in day.open_hours():
            of_day[hour] += (end - start).total_seconds()
    return {
        hour
        for hour in open_s[0].keys() | open_s[1].keys()
        if min(each.get(hour, 0.0) for each in open_s)
        < WELL_KNOWN * max(each.get(hour, 0.0) for each in open_s)
    }


def _is_known(metric: Metric, then: Sums, here: Sums | None) -> bool:
    """Whether enough of an hour is known on both days to compare it."""
    enough = metric.minimum_coverage or WELL_KNOWN
    shares = [] if here is None else [then.coverage, here.coverage]
    return bool(shares) and all(share is None or share >= enough for share in shares)


def _change(metric: Metric, value: Number | None, before: Number | None) -> float | None:
    if value is None or before is None:
        return None
    if metric.unit is Unit.RATIO:
        return float(value) - float(before)
    return float(value) / float(before) - 1 if before else None


def _hours(days: tuple[StoreDay, ...]) -> list[int]:
    """The local opening hours of today so far, in order: those of the store with the most."""
    return max((day.shown_hours() for day in days), key=len, default=[])


def _by_hour(
    metric: Metric, today: Mapping[Cell, Sums], hours: list[int]
) -> tuple[Number | None, ...]:
    by_hour: dict[int, list[Sums]] = {hour: [] for hour in hours}
    for cell, sums in today.items():
        if cell.hour in by_hour:
            by_hour[cell.hour].append(sums)
    if not any(by_hour.values()):
        return ()
    return tuple(metric.value(total(by_hour[hour])) for hour in hours)


def day_values(metric: Metric, cells: Mapping[Cell, Sums]) -> dict[date, Number | None]:
    """The metric of each business day."""
    days: dict[date, list[Sums]] = {}
    for cell, sums in cells.items():
        days.setdefault(cell.day, []).append(sums)
    return {day: metric.value(total(each)) for day, each in days.items()}
