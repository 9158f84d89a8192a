"""A store's floor today: hour by hour, its queues and zones, where people stood, hand counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.insight.metric import Metric, quantile
from cloud_hub.insight.sums import Cell, Sums, total
from cloud_hub.insight.window import Window
from cloud_hub.traffic.footfall import DoorFact, footfall
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL
from cloud_hub.traffic.tables import FootfallAudit, HeatHour
from cloud_hub.traffic.zone_metrics import QUEUE_LENGTH, QUEUE_WAIT_P90, ZONE_CONVERSION
from cloud_hub.traffic.zones import (
    CategorySales,
    ZoneFact,
    load_zones,
    queue_length,
    queue_waits,
    receipts_by_category,
    zone_conversion,
)

PATHS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """One opening hour of today. None: no data. `queue_max`: the most who waited at once."""

    hour: int
    footfall: int | None
    conversion: float | None
    queue_length: float | None
    queue_max: int | None
    wait_p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """One zone today. `p50_s`/`p90_s`: how long people stayed, or waited where it is a queue;
    `length`: how many waited on average; `conversion` only where the zone has a category."""

    zone_id: str
    is_queue: bool
    visits: int
    staff: int
    p50_s: float | None
    p90_s: float | None
    length: float | None
    length_max: int
    conversion: float | None
    watched: float | None
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """How often somebody went from one zone to another; nobody is known."""

    start: str
    end: str
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorMap:
    """Where people stood before one camera today: person-seconds by cell along the rows of
    `columns` × `rows`; `zones` as outlines, x and y 0..1 of the frame."""

    camera_id: str
    columns: int
    rows: int
    seconds: tuple[float, ...]
    zones: Mapping[str, tuple[tuple[float, float], ...]]
    watched_s: float
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCount:
    """The newest clip of a line that a person counted. `accuracy`: 1 − (differences of both
    directions) / crossings by hand; None where nobody crossed."""

    accuracy: float | None
    minutes: float
    day: date
    hand: int
    missed: int
    surplus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorView:
    """Everything of a store's floor today; empty parts where no camera sees such a thing."""

    hours: tuple[HourRow, ...]
    zones: tuple[ZoneRow, ...]
    paths: tuple[PathRow, ...]
    maps: tuple[FloorMap, ...]


def floor_view(
    session: Session,
    window: Window,
    today: StoreDay,
    doors: Sequence[DoorFact],
    converted: Mapping[Cell, Sums],
) -> FloorView:
    """The floor of one store on `today`, which is one of the window's days."""
    only_today = window.cut_to([today])
    zones = load_zones(session, only_today)
    sold = receipts_by_category(session, only_today)
    return FloorView(
        hours=hour_rows(today, doors, converted, zones),
        zones=_zones(today, zones, sold),
        paths=_paths(zones),
        maps=_maps(session, window.tenant_id, today),
    )


def hand_counts(session: Session, today: StoreDay, tenant_id: str) -> dict[str, HandCount]:
    """The newest hand count of each line of the store."""
    rows = session.scalars(
        sa.select(FootfallAudit)
        .where(FootfallAudit.tenant_id == tenant_id, FootfallAudit.store_id == today.store_id)
        .order_by(FootfallAudit.started_at)
    )
    zone = today.store.zone
    return {row.line_id: _hand_count(row, row.started_at.astimezone(zone).date()) for row in rows}


def _hand_count(row: FootfallAudit, day: date) -> HandCount:
    hand = row.hand_in + row.hand_out
    errors = abs(row.hand_in - row.counted_in) + abs(row.hand_out - row.counted_out)
    return HandCount(
        accuracy=max(0.0, 1.0 - errors / hand) if hand else None,
        minutes=row.seconds / 60,
        day=day,
        hand=hand,
        missed=row.missed,
        surplus=row.surplus,
    )


def hour_rows(
    today: StoreDay,
    doors: Sequence[DoorFact],
    converted: Mapping[Cell, Sums],
    zones: Sequence[ZoneFact],
) -> tuple[HourRow, ...]:
    """Each opening hour of the store's today."""
    todays = [fact for fact in doors if fact.day == today.day]
    walked = footfall(todays, [today])
    lengths, waits = queue_length(zones, [today]), queue_waits(zones, [today])
    longest: dict[int, int] = defaultdict(int)
    for fact in zones:
        if fact.is_queue:
            longest[fact.hour] = max(longest[fact.hour], fact.queue_max)
    rows = []
    for hour in today.shown_hours():
        cell = Cell(today.store_id, today.day, hour)
        people = FOOTFALL.value(walked.get(cell))
        length = QUEUE_LENGTH.value(lengths.get(cell))
        rows.append(
            HourRow(
                hour=hour,
                footfall=None if people is None else int(people),
                conversion=_number(CONVERSION, converted.get(cell)),
                queue_length=None if length is None else float(length),
                queue_max=None if length is None else longest[hour],
                wait_p90_s=_number(QUEUE_WAIT_P90, waits.get(cell)),
            )
        )
    return tuple(rows)


def _zones(today: StoreDay, zones: Sequence[ZoneFact], sold: CategorySales) -> tuple[ZoneRow, ...]:
    facts: dict[str, list[ZoneFact]] = defaultdict(list)
    for fact in zones:
        if not fact.is_silent:
            facts[fact.zone_id].append(fact)
    return tuple(_zone(zone_id, each, today, sold) for zone_id, each in sorted(facts.items()))


def _zone(zone_id: str, facts: Sequence[ZoneFact], today: StoreDay, sold: CategorySales) -> ZoneRow:
    is_queue = facts[0].is_queue
    stays = [stay for fact in facts for stay in (fact.waits_s if is_queue else fact.dwell_s)]
    watched_s = sum(fact.watched_s for fact in facts)
    due_s = today.open_s * len({fact.place for fact in facts})
    return ZoneRow(
        zone_id=zone_id,
        is_queue=is_queue,
        visits=len(stays),
        staff=sum(fact.staff for fact in facts),
        p50_s=quantile(stays, 0.5),
        p90_s=quantile(stays, 0.9),
        length=sum(fact.queue_s for fact in facts) / watched_s if is_queue and watched_s else None,
        length_max=max(fact.queue_max for fact in facts),
        conversion=_number(ZONE_CONVERSION, total(zone_conversion(facts, sold).values())),
        watched=min(1.0, watched_s / due_s) if due_s else None,
        simulated=any(fact.simulated for fact in facts),
    )


def _paths(zones: Sequence[ZoneFact]) -> tuple[PathRow, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for fact in zones:
        for start, visits in fact.came_from.items():
            counts[start, fact.zone_id] += visits
    return tuple(
        PathRow(start=start, end=end, visits=visits)
        for (start, end), visits in counts.most_common(PATHS_SHOWN)
    )


def _maps(session: Session, tenant_id: str, today: StoreDay) -> tuple[FloorMap, ...]:
    rows = session.scalars(
        sa.select(HeatHour)
        .where(
            HeatHour.tenant_id == tenant_id,
            HeatHour.store_id == today.store_id,
            HeatHour.business_day == today.day,
        )
        .order_by(HeatHour.camera_id, HeatHour.hour_at)
    )
    maps: dict[tuple[str, int, int], list[HeatHour]] = defaultdict(list)
    for row in rows:
        maps[row.camera_id, row.columns, row.rows].append(row)
    return tuple(_map(hours) for hours in maps.values())


def _map(hours: Sequence[HeatHour]) -> FloorMap:
    last = hours[-1]
    return FloorMap(
        camera_id=last.camera_id,
        columns=last.columns,
        rows=last.rows,
        seconds=tuple(sum(cells) for cells in zip(*(hour.seconds for hour in hours), strict=True)),
        zones={name: tuple((x, y) for x, y in outline) for name, outline in last.zones.items()},
        watched_s=sum(hour.watched_s for hour in hours),
        simulated=any(hour.simulated for hour in hours),
    )


def _number(metric: Metric, sums: Sums | None) -> float | None:
    value = metric.value(sums)
    return None if value is None else float(value)
