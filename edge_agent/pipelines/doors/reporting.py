"""Minutes at lines and in zones → events."""

from dataclasses import dataclass
from datetime import datetime

from sync.events import FloorHeated, FootfallCounted, ZoneOccupied


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMinute:
    """Crossings of one line in one minute; `watched_s` of its 60 s the picture could be counted.
    `confidence` is None where nobody crossed."""

    line_id: str
    role: str
    started_at: datetime
    entries: int
    exits: int
    staff: int
    watched_s: float
    confidence: float | None
    frames_per_s: float
    simulated: bool


def report_footfall(minute: LineMinute) -> FootfallCounted:
    """One minute of one line."""
    return FootfallCounted(
        line_id=minute.line_id,
        role=minute.role,
        started_at=minute.started_at,
        interval_s=60,
        in_=(minute.entries,),
        out=(minute.exits,),
        staff=(minute.staff,),
        watched_s=(round(minute.watched_s, 1),),
        confidence=(None if minute.confidence is None else round(minute.confidence, 2),),
        frames_per_s=(round(minute.frames_per_s, 1),),
        simulated=minute.simulated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMinute:
    """Visits to one zone that ended in one minute, how many people stood there and waited."""

    zone_id: str
    started_at: datetime
    dwell_s: tuple[float, ...]
    occupancy_mean: float
    occupancy_max: int
    watched_s: float
    is_queue: bool
    queue_mean: float
    queue_max: int
    came_from: dict[str, int]
    staff: int
    category: str | None
    simulated: bool


def report_zone(minute: ZoneMinute) -> ZoneOccupied:
    """One minute of one zone."""
    return ZoneOccupied(
        zone_id=minute.zone_id,
        started_at=minute.started_at,
        interval_s=60,
        dwell_s=tuple(round(one, 1) for one in minute.dwell_s),
        occupancy_mean=round(minute.occupancy_mean, 2),
        occupancy_max=minute.occupancy_max,
        watched_s=round(minute.watched_s, 1),
        is_queue=minute.is_queue,
        queue_mean=round(minute.queue_mean, 2),
        queue_max=minute.queue_max,
        came_from=minute.came_from,
        staff=minute.staff,
        category=minute.category,
        simulated=minute.simulated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMinute:
    """Person-seconds by cell of one camera's floor map in one minute."""

    camera_id: str
    started_at: datetime
    columns: int
    rows: int
    cells: dict[int, float]
    zones: dict[str, tuple[tuple[float, float], ...]]
    watched_s: float
    simulated: bool


def report_heat(minute: HeatMinute) -> FloorHeated:
    """One minute of one camera's floor map."""
    return FloorHeated(
        camera_id=minute.camera_id,
        started_at=minute.started_at,
        interval_s=60,
        columns=minute.columns,
        rows=minute.rows,
        cells=tuple((cell, round(seconds, 1)) for cell, seconds in sorted(minute.cells.items())),
        zones=minute.zones,
        watched_s=round(minute.watched_s, 1),
        simulated=minute.simulated,
    )
