"""Footfall: entries at entrances, staff left out and shown, with the share of time watched."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to, total
from cloud_hub.insight.window import MARGIN, Window
from cloud_hub.traffic.places import WatchedAt, places_due
from cloud_hub.traffic.tables import FootfallMinute
from device_profiles.camera import LineRole

REPORTING_DELAY = timedelta(minutes=5)
"""A door's newest minutes may still be on their way: they are not held against its coverage."""

MINUTE_S = 60.0

GOOD_MINUTE_S = 54.0
"""A minute counts as watched when its entrance was watched for nine tenths of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFact:
    """One counting line as one device sees it in one quarter of an hour (`quarter`: its number
    since 1970), which lies in the store's local `hour`. `watched_s` counts opening time only;
    `good_minutes` those watched well enough for conversion. `sure` adds up how sure each of
    `judged` crossings was.

    `is_closed`: outside opening hours ± 15 min, when everybody who crosses is staff. `is_silent`:
    the line should have been watched on this day and said nothing of it."""

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
    is_closed: bool = False
    is_silent: bool = False

    @property
    def place(self) -> WatchedAt:
        """The line as this device watches it."""
        return WatchedAt(self.role.value, self.line_id, self.device_id)


def load_doors(session: Session, window: Window) -> list[DoorFact]:
    """What each line counted, and the lines that should have been watched and were silent."""
    facts = _counted(session, window)
    spoke = {(fact.store_id, fact.day, fact.place) for fact in facts}
    roles = [role.value for role in LineRole]
    silent = [
        _silent(day, place)
        for day, place in places_due(session, window, roles)
        if (day.store_id, day.day, place) not in spoke
    ]
    return [*facts, *silent]


def _silent(day: StoreDay, place: WatchedAt) -> DoorFact:
    return DoorFact(
        store_id=day.store_id,
        day=day.day,
        hour=day.hour_of(day.open_at),
        quarter=int(day.open_at.timestamp()) // QUARTER_S,
        line_id=place.place_id,
        device_id=place.device_id,
        role=LineRole(place.kind),
        entries=0,
        exits=0,
        staff=0,
        watched_s=0.0,
        good_minutes=0,
        simulated=False,
        is_silent=True,
    )


def _counted(session: Session, window: Window) -> list[DoorFact]:
    hour_of = window.hours()
    minute = FootfallMinute
    quarter = (epoch_second(minute.minute_at) // QUARTER_S).label("quarter")
    closed = sa.case((in_hours(window, MARGIN), 0), else_=1).label("closed")
    crossings = minute.entries + minute.exits + minute.staff
    by = (
        minute.store_id,
        minute.business_day,
        quarter,
        minute.line_id,
        minute.device_id,
        minute.role,
        closed,
    )
    query = (
        sa.select(
            *by,
            sa.func.sum(minute.entries),
            sa.func.sum(minute.exits),
            sa.func.sum(minute.staff),
            sa.func.sum(_watched_s(window)),
            sa.func.sum(sa.case((minute.watched_s >= GOOD_MINUTE_S, 1), else_=0)),
            sa.func.max(sa.case((minute.simulated, 1), else_=0)),
            sa.func.coalesce(sa.func.sum(minute.sure), 0.0),
            sa.func.sum(sa.case((minute.sure.is_not(None), crossings), else_=0)),
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
            entries=0 if is_closed else int(entries),
            exits=0 if is_closed else int(exits),
            staff=int(staff + entries + exits if is_closed else staff),
            watched_s=float(watched_s),
            good_minutes=0 if is_closed else int(good_minutes),
            simulated=bool(simulated),
            sure=float(sure),
            judged=int(judged),
            is_closed=bool(is_closed),
        )
        for (
            store_id, day, number, line_id, device_id, role, is_closed,
            entries, exits, staff, watched_s, good_minutes, simulated, sure, judged,
        ) in session.execute(query)
    ]  # fmt: skip


def in_hours(window: Window, margin: timedelta) -> sa.ColumnElement[bool]:
    """SQL: the minute lies in opening hours, give or take `margin`."""
    return window.condition(
        FootfallMinute.store_id,
        FootfallMinute.business_day,
        FootfallMinute.minute_at,
        opening=margin,
    )


def _watched_s(window: Window) -> sa.ColumnElement[float]:
    """SQL: for how much of the minute the line was watched; 0 outside opening time."""
    opening = in_hours(window, timedelta(0))
    return sa.case(
        (sa.and_(opening, FootfallMinute.watched_s < MINUTE_S), FootfallMinute.watched_s),
        (opening, MINUTE_S),
        else_=0.0,
    )


def doors_asked(window: Window) -> list[sa.ColumnElement[bool]]:
    """SQL: the minute belongs to the window, and had arrived by its `as_of`."""
    minute = FootfallMinute
    asked = [
        minute.tenant_id == window.tenant_id,
        window.condition(minute.store_id, minute.business_day, minute.minute_at),
    ]
    return [*asked, *arrived_by(window, minute.arrived_at, minute.minute_at)]


def arrived_by(
    window: Window,
    arrived_at: InstrumentedAttribute[datetime | None],
    minute_at: InstrumentedAttribute[datetime],
) -> list[sa.ColumnElement[bool]]:
    """SQL: the minute had arrived by the window's `as_of`; nothing to ask where that is None. One
    that an earlier release kept without its arrival counts as arrived when it was over."""
    if window.as_of is None:
        return []
    over = window.as_of - timedelta(seconds=MINUTE_S)
    unknown = sa.and_(arrived_at.is_(None), minute_at <= over)
    return [sa.or_(arrived_at <= window.as_of, unknown)]


def entrances_due(doors: Iterable[DoorFact]) -> dict[tuple[str, date], set[WatchedAt]]:
    """The entrances of each store and day that should have been watched."""
    due: dict[tuple[str, date], set[WatchedAt]] = defaultdict(set)
    for fact in doors:
        if fact.role is LineRole.ENTRANCE:
            due[fact.store_id, fact.day].add(fact.place)
    return due


def footfall(doors: Iterable[DoorFact], days: Iterable[StoreDay]) -> Cells:
    """Entries at entrances. Every entrance that a day should have been watched at should have been
    so through its opening hours."""
    doors = list(doors)
    due = entrances_due(doors)
    cells: dict[Cell, Sums] = {}
    for fact in doors:
        if fact.role is LineRole.ENTRANCE and not (fact.is_closed or fact.is_silent):
            cell = Cell(fact.store_id, fact.day, fact.hour)
            add_to(cells, cell, Sums(amount=fact.entries, observed_s=fact.watched_s))
    for each in days:
        count = len(due[each.store_id, each.day])
        for hour, opening_s in expected_s(each) if count else ():
            cell = Cell(each.store_id, each.day, hour)
            add_to(cells, cell, Sums(amount=0, expected_s=count * opening_s))
    return cells


USUAL_DAYS = timedelta(days=28)
"""How far back an hour's usual entries are looked for."""
FULLY_WATCHED = 0.95

Rates = Mapping[int, float]
"""Entries a second of fully watched opening time, by local hour."""


def estimated_footfall(cells: Cells, usual: Mapping[tuple[str, date], Rates]) -> Cells:
    """Footfall with its unwatched time filled in: measured / watched share, where the share of each
    hour weighs as many people as that hour usually has. `usual` are the rates of (store, day); an
    hour that has none weighs as the mean of those that have, and all weigh alike where none has.
    A day is one cell; its coverage is the watched share. Source: METRICS, footfall."""
    measured: dict[tuple[str, date], float] = defaultdict(float)
    watched: dict[tuple[str, date], Sums] = {}
    for cell, sums in cells.items():
        day = (cell.store_id, cell.day)
        measured[day] += float(sums.amount)
        if cell.hour is None or sums.expected_s <= 0:
            continue
        weight = _weight(usual.get(day, {}), cell.hour) * sums.expected_s
        share = Sums(amount=0, observed_s=(sums.coverage or 0.0) * weight, expected_s=weight)
        before = watched.get(day)
        watched[day] = share if before is None else total([before, share]) or share
    return {
        Cell(store_id, day, None): sums._replace(
            amount=round(measured[store_id, day] / sums.coverage) if sums.coverage else 0
        )
        for (store_id, day), sums in watched.items()
    }


def _weight(rates: Rates, hour: int) -> float:
    """People a second in this hour, of whom at least somebody comes: an hour that usually has
    nobody was still to be watched."""
    mean = sum(rates.values()) / len(rates) if rates else 0.0
    return max(rates.get(hour, mean), mean / 100) or 1.0


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
    """Estimated footfall of a window. An hour's usual entries are the mean over its fully watched
    ones on the day itself and the four weeks before, whatever else is asked about."""
    wide = window.with_days_before(USUAL_DAYS)
    doors = load_doors(session, wide)
    cells = footfall(doors, wide.days)
    full: dict[str, dict[date, dict[int, Sums]]] = defaultdict(lambda: defaultdict(dict))
    for cell, sums in cells.items():
        if cell.hour is not None and (sums.coverage or 0.0) >= FULLY_WATCHED:
            full[cell.store_id][cell.day][cell.hour] = sums
    asked = {(day.store_id, day.day) for day in window.days}
    usual = {(store_id, day): _rates(full[store_id], day) for store_id, day in asked}
    return estimated_footfall(
        {cell: sums for cell, sums in cells.items() if (cell.store_id, cell.day) in asked}, usual
    )


def _rates(full: Mapping[date, Mapping[int, Sums]], day: date) -> Rates:
    hours: dict[int, list[Sums]] = defaultdict(list)
    for back in range(USUAL_DAYS.days + 1):
        for hour, sums in full.get(day - timedelta(days=back), {}).items():
            hours[hour].append(sums)
    wholes = {hour: total(each) for hour, each in hours.items()}
    return {hour: float(whole.amount) / whole.expected_s for hour, whole in wholes.items() if whole}


def expected_s(each: StoreDay) -> Iterable[tuple[int, float]]:
    """Each opening hour of a day, and how many of its seconds must have been reported by now."""
    due_at = each.close_at if each.whole else min(each.close_at, each.end_at - REPORTING_DELAY)
    for hour, start, end in each.open_hours():
        if start < due_at:
            yield hour, (min(end, due_at) - start).total_seconds()
