"""Whether a version does harm, by a metric: what it was before and is after on those asked, against
what it was and is on those that are not asked yet. Of too little nothing is said: never "fine"."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import TURNS_AT_H, business_day, day_start
from cloud_hub.core.text import Amount, Said, Text
from cloud_hub.fleet.rollouts.plan import HealthBar, metric_of
from cloud_hub.insight.metric import Aspect, Direction, Filter, Grain, Metric, MetricKind
from cloud_hub.insight.sums import Cell, Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import Chain
from device_profiles.opening_hours import local_to_utc

BEFORE: Final = timedelta(days=7)
"""So far back it is looked how it was before, at the same hours of the day."""
MOST_PLACES: Final = 100
"""Of more devices or fixtures, on either side, the first are looked at."""

_FEW_AFTER = Text("{metric}: {n} of {least} hours with data so far")
_FEW_BEFORE = Text("{metric}: too few data of before")
_FEW_OTHERS = Text("{metric}: too few data of those not asked yet")
_OTHERS_STILL = Text("{metric}: 0 on those not asked yet, too")
_NONE_BEFORE = Text("{metric}: was 0 before at these hours")
_WELL = Text("{metric}: {after}, expected {expected}")
_WORSE = Text("{metric} is worse: {after}, expected {expected}")
_COVERED = Text("{metric}, watched share")


class HealthVerdict(StrEnum):
    """WAIT: too few data to say anything."""

    WAIT = "wait"
    WELL = "well"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a metric says, and why."""

    verdict: HealthVerdict
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A device that a rollout means, and since when the version is wanted of it."""

    device_id: str
    store_id: str
    fixture_id: str | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What a metric is asked of: a store, or one device or fixture of it; `since` is when the
    version came there."""

    store_id: str
    aspect: Aspect
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A figure, None for no data, and of how many hours."""

    value: float | None
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthQuestion:
    """By which bar of which metrics `subjects` are judged, as known at `now`."""

    bar: HealthBar
    metrics: Mapping[str, Metric]
    chain: Chain
    now: datetime


def judge(session: Session, question: HealthQuestion, subjects: Sequence[Subject]) -> Judgement:
    """What the metric says of those asked. Raises Refused for a metric that there is not."""
    metric, is_coverage = metric_of(question.metrics, question.bar.metric)
    first = min(one.asked_at for one in subjects if one.asked_at is not None)
    asked = _places(metric, [one for one in subjects if one.asked_at is not None], first)
    touched = {(one.store_id, one.aspect) for one in asked}
    rest = _places(metric, [one for one in subjects if one.asked_at is None], first)
    others = [one for one in rest if (one.store_id, one.aspect) not in touched]
    look = _Look(session, question, metric, is_coverage)
    name: Said = _COVERED.filled(metric=metric.title) if is_coverage else metric.title
    return _compared(look, name, look.levels(asked), look.levels(others) if others else None)


def _places(metric: Metric, subjects: Iterable[Subject], first: datetime) -> list[_Place]:
    found: dict[tuple[str, Aspect], _Place] = {}
    for one in subjects:
        aspect = Aspect()
        if Filter.DEVICE in metric.filters:
            aspect = Aspect(device_id=one.device_id)
        elif Filter.FIXTURE in metric.filters and one.fixture_id is not None:
            aspect = Aspect(fixture_id=one.fixture_id)
        since = one.asked_at or first
        known = found.get((one.store_id, aspect))
        if known is None or since < known.since:
            found[one.store_id, aspect] = _Place(store_id=one.store_id, aspect=aspect, since=since)
    places = sorted(found.values(), key=lambda one: (one.since, one.store_id))
    return places if all(one.aspect == Aspect() for one in places) else places[:MOST_PLACES]


@dataclass(frozen=True, slots=True)
class _Look:
    session: Session
    question: HealthQuestion
    metric: Metric
    is_coverage: bool

    def levels(self, places: Sequence[_Place]) -> tuple[_Level, _Level]:
        """Before and after the version came to these places, at the same hours of the day."""
        before, after = list[Sums](), list[Sums]()
        cells = self._cells(places)
        for place in places:
            mine = cells.get((place.store_id, place.aspect), {})
            early = {c: s for c, s in mine.items() if self._span(c)[1] <= place.since}
            late = {
                c: s
                for c, s in mine.items()
                if self._span(c)[0] >= place.since and self._span(c)[1] <= self.question.now
            }
            hours = {cell.hour for cell in late} & self._told_hours(early)
            # Of hours at which nothing is known of before, nothing can be said after.
            before += [sums for cell, sums in early.items() if cell.hour in hours]
            after += [sums for cell, sums in late.items() if cell.hour in hours]
        return self._level(before), self._level(after)

    def _told_hours(self, early: Mapping[Cell, Sums]) -> set[int | None]:
        """The hours of the day at which something was counted before: where a till sells nothing at
        night, its nights say nothing."""
        is_flow = self.metric.kind is MetricKind.FLOW and not self.is_coverage
        return {cell.hour for cell, sums in early.items() if sums.amount or not is_flow}

    def _level(self, sums: Sequence[Sums]) -> _Level:
        metric = self.metric
        if self.is_coverage:
            watched = [one for one in sums if one.expected_s > 0]
            whole = total(watched)
            return _Level(value=whole.coverage if whole else None, hours=len(watched))
        if metric.kind in (MetricKind.RATIO, MetricKind.QUANTILE):
            value = metric.value(total(sums))
            counted = sum(bool(one.base or one.samples) for one in sums)
            return _Level(value=None if value is None else float(value), hours=counted)
        values = [value for one in sums if (value := metric.value(one)) is not None]
        mean = float(sum(float(value) for value in values)) / len(values) if values else None
        return _Level(value=mean, hours=len(values))

    def _cells(self, places: Sequence[_Place]) -> Mapping[tuple[str, Aspect], dict[Cell, Sums]]:
        by_aspect: dict[Aspect, list[_Place]] = defaultdict(list)
        for place in places:
            by_aspect[place.aspect].append(place)
        is_daily = self.metric.grain is Grain.DAY
        found: dict[tuple[str, Aspect], dict[Cell, Sums]] = defaultdict(dict)
        for aspect, alike in by_aspect.items():
            cells = self.metric.measure(self.session, self._window(alike), aspect)
            for cell, sums in cells.items():
                if (cell.hour is None) == is_daily:
                    found[cell.store_id, aspect][cell] = sums
        return found

    def _window(self, places: Sequence[_Place]) -> Window:
        chain, now = self.question.chain, self.question.now
        hours = [chain.stores[store_id].hours for store_id in {one.store_id for one in places}]
        first = min(one.since for one in places) - BEFORE
        return between(
            chain.tenant_id,
            hours,
            min(business_day(first, store.zone) for store in hours),
            max(business_day(now, store.zone) for store in hours),
            now,
        )

    def _span(self, cell: Cell) -> tuple[datetime, datetime]:
        zone = self.question.chain.stores[cell.store_id].hours.zone
        if cell.hour is None:
            return day_start(cell.day, zone), day_start(cell.day + timedelta(days=1), zone)
        # The small hours belong to the business day of the evening before.
        day = cell.day + timedelta(days=cell.hour < TURNS_AT_H)
        start = local_to_utc(day, time(cell.hour), zone)
        return start, start + timedelta(hours=1)


def _compared(
    look: _Look,
    name: Said,
    asked: tuple[_Level, _Level],
    others: tuple[_Level, _Level] | None,
) -> Judgement:
    bar = look.question.bar
    (before, after), least = asked, bar.least_hours

    def wait(said: Text) -> Judgement:
        return Judgement(verdict=HealthVerdict.WAIT, said=said.filled(metric=name))

    if after.value is None or after.hours < least:
        return wait(_FEW_AFTER.filled(n=after.hours, least=least))
    if before.value is None or before.hours < least:
        return wait(_FEW_BEFORE)
    shares = look.is_coverage or look.metric.kind is MetricKind.RATIO
    expected = before.value
    if others is not None:
        theirs_before, theirs_after = others
        if theirs_before.value is None or theirs_after.value is None:
            return wait(_FEW_OTHERS)
        if min(theirs_before.hours, theirs_after.hours) < least:
            return wait(_FEW_OTHERS)
        if shares:
            expected += theirs_after.value - theirs_before.value
        elif 0 in (theirs_before.value, theirs_after.value):
            # A holiday, or a cut way home: where all stands still, nothing can be told.
            return wait(_OTHERS_STILL)
        else:
            expected *= theirs_after.value / theirs_before.value
    if not shares and before.value == 0:
        return wait(_NONE_BEFORE)
    margin = bar.worse_by if shares else bar.worse_by * abs(expected)
    is_down = look.metric.direction is Direction.DOWN and not look.is_coverage
    distance = after.value - expected if is_down else expected - after.value
    said = (_WORSE if distance > margin else _WELL).filled(
        metric=name, after=_amount(after.value), expected=_amount(expected)
    )
    return Judgement(
        verdict=HealthVerdict.WORSE if distance > margin else HealthVerdict.WELL, said=said
    )


def _amount(value: float) -> Amount:
    return Amount(Decimal(str(round(value, 3))), 3)
