"""Footfall: entries at entrances, staff left out and shown, with the share of time watched."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import MARGIN, Window
from cloud_hub.traffic.tables import FootfallMinute
from device_profiles.camera import LineRole

REPORTING_DELAY = timedelta(minutes=5)
"""A door's newest minutes may still be on their way: they are not held against its coverage."""

MINUTE_S = 60.0

GOOD_MINUTE_S = 54.0
"""A minute counts as watched when its entrance was watched for nine tenths of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFact:
    """One counting line in one quarter of an hour (`quarter`: its number since 1970), which lies in
    the store's local `hour`. `watched_s` counts opening time only; `good_minutes` those watched
    well enough for conversion. `sure` adds up how sure each of `judged` crossings was."""

    store_id: str
    day: date
    hour: int
    quarter: int
    line_id: str
    device_id: str
    role: LineRole
    entries: int
    exits: int
    staff: int
    watched_s: float
    good_minutes: int
    simulated: bool
    sure: float = 0.0
    judged: int = 0


def load_doors(session: Session, window: Window) -> list[DoorFact]:
    """What each line counted, from a quarter of an hour before opening until one after closing."""
    hour_of = window.hours()
    quarter = (epoch_second(FootfallMinute.minute_at) // QUARTER_S).label("quarter")
    crossings = FootfallMinute.entries + FootfallMinute.exits + FootfallMinute.staff
    by = (
        FootfallMinute.store_id,
        FootfallMinute.business_day,
        quarter,
        FootfallMinute.line_id,
        FootfallMinute.device_id,
        FootfallMinute.role,
    )
    query = (
        sa.select(
            *by,
            sa.func.sum(FootfallMinute.entries),
            sa.func.sum(FootfallMinute.exits),
            sa.func.sum(FootfallMinute.staff),
            sa.func.sum(_watched_s(window)),
            sa.func.sum(sa.case((FootfallMinute.watched_s >= GOOD_MINUTE_S, 1), else_=0)),
            sa.func.max(sa.case((FootfallMinute.simulated, 1), else_=0)),
            sa.func.coalesce(sa.func.sum(FootfallMinute.sure), 0.0),
            sa.func.sum(sa.case((FootfallMinute.sure.is_not(None), crossings), else_=0)),
        )
        .where(*doors_asked(window))
        .group_by(*by)
    )
    return [
        DoorFact(
            store_id=store_id,
            day=day,
            hour=hour_of(store_id, number),
            quarter=number,
            line_id=line_id,
            device_id=device_id,
            role=LineRole(role),
            entries=int(entries),
            exits=int(exits),
            staff=int(staff),
            watched_s=float(watched_s),
            good_minutes=int(good_minutes),
            simulated=bool(simulated),
            sure=float(sure),
            judged=int(judged),
        )
        for (
            store_id, day, number, line_id, device_id, role,
            entries, exits, staff, watched_s, good_minutes, simulated, sure, judged,
        ) in session.execute(query)
    ]  # fmt: skip


def _watched_s(window: Window) -> sa.ColumnElement[float]:
    """SQL: for how much of the minute the line was watched; 0 outside opening time."""
    opening = window.condition(
        FootfallMinute.store_id,
        FootfallMinute.business_day,
        FootfallMinute.minute_at,
        opening=timedelta(0),
    )
    return sa.case(
        (sa.and_(opening, FootfallMinute.watched_s < MINUTE_S), FootfallMinute.watched_s),
        (opening, MINUTE_S),
        else_=0.0,
    )


def doors_asked(window: Window) -> list[sa.ColumnElement[bool]]:
    """SQL: the minute belongs to the window."""
    return [
        FootfallMinute.tenant_id == window.tenant_id,
        window.condition(
            FootfallMinute.store_id,
            FootfallMinute.business_day,
            FootfallMinute.minute_at,
            opening=MARGIN,
        ),
    ]


def footfall(doors: Iterable[DoorFact], days: Iterable[StoreDay]) -> Cells:
    """Entries at entrances. A store expects every entrance that reported on any of the days to be
    watched through the opening hours of each."""
    entrances = [fact for fact in doors if fact.role is LineRole.ENTRANCE]
    lines: dict[str, set[str]] = defaultdict(set)
    for fact in entrances:
        lines[fact.store_id].add(fact.line_id)
    entries: dict[Cell, int] = defaultdict(int)
    watched_s: dict[Cell, float] = defaultdict(float)
    for fact in entrances:
        cell = Cell(fact.store_id, fact.day, fact.hour)
        entries[cell] += fact.entries
        watched_s[cell] += fact.watched_s
    due_s: dict[Cell, float] = defaultdict(float)
    for each in days:
        count = len(lines[each.store_id])
        for hour, opening_s in expected_s(each) if count else ():
            due_s[Cell(each.store_id, each.day, hour)] += count * opening_s
    return {
        cell: Sums(
            amount=entries.get(cell, 0),
            observed_s=watched_s.get(cell, 0.0),
            expected_s=due_s.get(cell, 0.0),
        )
        for cell in {*entries, *due_s}
    }


def estimated_footfall(cells: Cells, usual: dict[tuple[str, int], float]) -> Cells:
    """Footfall with its unwatched time filled in: measured / watched share, where the share of each
    hour weighs as many people as that hour usually has. `usual` is the mean entries of
    (store, hour). A day is one cell: its numerator measured, its base the watched share.
    Source: METRICS, footfall."""
    days: dict[Cell, Sums] = {}
    for cell, sums in cells.items():
        if cell.hour is None or sums.expected_s <= 0:
            continue
        weight = usual.get((cell.store_id, cell.hour), 0.0)
        share = sums.coverage or 0.0
        add_to(
            days,
            Cell(cell.store_id, cell.day, None),
            Sums(amount=sums.amount, observed_s=share * weight, expected_s=weight),
        )
    return {
        cell: Sums(
            amount=round(float(sums.amount) / sums.coverage) if sums.coverage else sums.amount,
            observed_s=sums.observed_s,
            expected_s=sums.expected_s,
        )
        for cell, sums in days.items()
    }


def staff_left_out(doors: Iterable[DoorFact]) -> dict[str, int]:
    """Staff crossings of entrances by store: removed from footfall, and shown."""
    found: dict[str, int] = defaultdict(int)
    for fact in doors:
        if fact.role is LineRole.ENTRANCE:
            found[fact.store_id] += fact.staff
    return dict(found)


def staff_share(doors: Iterable[DoorFact]) -> float | None:
    """Share of all crossings of entrances left out as staff's; None where nobody crossed."""
    entrances = [fact for fact in doors if fact.role is LineRole.ENTRANCE]
    crossings = sum(fact.entries + fact.exits + fact.staff for fact in entrances)
    return sum(fact.staff for fact in entrances) / crossings if crossings else None


def confidence(doors: Iterable[DoorFact]) -> float | None:
    """How sure the crossings are on average, 0..1; None where no crossing was judged."""
    doors = list(doors)
    judged = sum(fact.judged for fact in doors)
    return min(1.0, sum(fact.sure for fact in doors) / judged) if judged else None


def measure_footfall(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Footfall of a window."""
    return footfall(load_doors(session, window), window.days)


def measure_estimated_footfall(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Estimated footfall of a window; an hour's usual entries are the mean over the window's own
    fully watched hours."""
    cells = measure_footfall(session, window, aspect)
    seen: dict[tuple[str, int], list[float]] = defaultdict(list)
    for cell, sums in cells.items():
        if cell.hour is not None and (sums.coverage or 0.0) >= FULLY_WATCHED:
            seen[cell.store_id, cell.hour].append(float(sums.amount))
    return estimated_footfall(cells, {key: sum(each) / len(each) for key, each in seen.items()})


FULLY_WATCHED = 0.95


def expected_s(each: StoreDay) -> Iterable[tuple[int, float]]:
    """Each opening hour of a day, and how many of its seconds must have been reported by now."""
    due_at = each.close_at if each.whole else min(each.close_at, each.end_at - REPORTING_DELAY)
    for hour, start, end in each.open_hours():
        if start < due_at:
            yield hour, (min(end, due_at) - start).total_seconds()
