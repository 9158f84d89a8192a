"""Zone visits → one row a minute; where people stood → one row an hour.

An event is applied once: what two events say of one minute, or many of one hour, comes together.
"""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import chunks, insert_or_replace
from cloud_hub.core.storage.table import Base
from cloud_hub.core.trace import by_body
from cloud_hub.traffic.footfall_events import minute_of
from cloud_hub.traffic.places import QUEUE, ZONE, Seen, WatchedAt, note_places
from cloud_hub.traffic.tables import HeatHour, ZoneMinute
from sync.events import FloorHeated, ZoneOccupied

VISITS_MOST = 10_000
"""Visits that may end in one zone in one minute."""

Key = tuple[str, str, str, datetime, str]
"""tenant, store, zone or camera, minute or hour, device."""
Row = dict[str, Any]


def apply_zones(work: Projecting, facts: Sequence[Fact[ZoneOccupied]]) -> None:
    """Adds every interval's visits to its minute. An interval of many minutes is as many rows with
    the same people in them; visits are told when they end, so they stand in the last."""
    minutes = [
        (fact, (fact.tenant_id, fact.store_id, seen.zone_id, minute_at, fact.device_id), seen)
        for fact in facts
        for minute_at, seen in _minutes(fact.body)
    ]
    rows = _kept(work, ZoneMinute, {key for _, key, _ in minutes})
    told: dict[Key, Row] = {}
    for fact, key, seen in minutes:
        if (before := rows.get(key)) and before["visits"] + len(seen.dwell_s) > VISITS_MOST:
            work.refuse(fact, f"more than {VISITS_MOST} visits to one zone in a minute")
            continue
        rows[key] = told[key] = _zone(work, fact, seen, key[3], before)
    insert_or_replace(work.session, ZoneMinute, list(told.values()))
    note_places(work.session, (_seen(row) for row in told.values()))


def _seen(row: Row) -> Seen:
    place = WatchedAt(QUEUE if row["is_queue"] else ZONE, row["zone_id"], row["device_id"])
    return Seen(row["tenant_id"], row["store_id"], place, row["business_day"])


def _minutes(seen: ZoneOccupied) -> Iterator[tuple[datetime, ZoneOccupied]]:
    """Each minute of an interval, and what was seen in it."""
    count = max(1, seen.interval_s // 60)
    start_at = minute_of(seen.started_at)
    if count == 1:
        yield start_at, seen
        return
    still = {"dwell_s": (), "came_from": {}, "staff": 0, "watched_s": seen.watched_s / count}
    for number in range(count - 1):
        yield start_at + timedelta(minutes=number), seen.model_copy(update=still)
    last = seen.model_copy(update={"watched_s": seen.watched_s / count})
    yield start_at + timedelta(minutes=count - 1), last


def apply_heat(work: Projecting, facts: Sequence[Fact[FloorHeated]]) -> None:
    """Adds every interval to its hour. A camera whose grid changed begins its hour anew."""
    hours = {_hour_key(fact) for fact in facts}
    kept, rows = _kept(work, HeatHour, hours), dict[Key, Row]()
    for fact in facts:
        seen = fact.body
        if any(not 0 <= cell < seen.columns * seen.rows for cell, _ in seen.cells):
            work.refuse(fact, "a cell lies outside columns x rows")
            continue
        key = _hour_key(fact)
        before = rows.get(key) or kept.get(key)
        if before and (before["columns"], before["rows"]) != (seen.columns, seen.rows):
            before = None
        rows[key] = _hour(work, fact, key[3], before)
    insert_or_replace(work.session, HeatHour, list(rows.values()))


def _hour_key(fact: Fact[FloorHeated]) -> Key:
    hour_at = fact.body.started_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return (fact.tenant_id, fact.store_id, fact.body.camera_id, hour_at, fact.device_id)


def _kept(work: Projecting, model: type[Base], keys: Set[Key]) -> dict[Key, Row]:
    """What is kept under some keys, in a handful of queries."""
    columns = tuple(model.__table__.primary_key)
    at = sa.tuple_(*columns)
    return {
        tuple(row._mapping[column] for column in columns): dict(row._mapping)
        for some in chunks(sorted(keys))
        for row in work.session.execute(sa.select(model.__table__).where(at.in_(some)))
    }


def _zone(
    work: Projecting,
    fact: Fact[ZoneOccupied],
    seen: ZoneOccupied,
    minute_at: datetime,
    before: Row | None,
) -> Row:
    dwell_s = [*(before["dwell_s"] if before else ()), *seen.dwell_s]
    watched_s = (before["watched_s"] if before else 0.0) + seen.watched_s
    came_from = Counter(before["came_from"] if before else {}) + Counter(seen.came_from)

    def mean(name: str, now: float) -> float:
        total = (before[name] * before["watched_s"] if before else 0.0) + now * seen.watched_s
        return total / watched_s if watched_s else now

    return {
        "tenant_id": fact.tenant_id,
        "store_id": fact.store_id,
        "zone_id": seen.zone_id,
        "minute_at": minute_at,
        "device_id": fact.device_id,
        "business_day": work.business_day(fact, minute_at),
        "dwell_s": sorted(dwell_s),
        "visits": len(dwell_s),
        "staff": (before["staff"] if before else 0) + seen.staff,
        "occupancy_mean": mean("occupancy_mean", seen.occupancy_mean),
        "occupancy_max": max(before["occupancy_max"] if before else 0, seen.occupancy_max),
        "is_queue": seen.is_queue,
        "queue_mean": mean("queue_mean", seen.queue_mean),
        "queue_max": max(before["queue_max"] if before else 0, seen.queue_max),
        "came_from": dict(came_from),
        "category": seen.category,
        "watched_s": watched_s,
        "simulated": seen.simulated,
        "arrived_at": max(fact.received_at, (before and before["arrived_at"]) or fact.received_at),
    }


def _hour(work: Projecting, fact: Fact[FloorHeated], hour_at: datetime, before: Row | None) -> Row:
    seen = fact.body
    cells = seen.columns * seen.rows
    seconds = list(before["seconds"]) if before else [0.0] * cells
    for cell, stood_s in seen.cells:
        seconds[cell] = round(seconds[cell] + stood_s, 1)
    return {
        "tenant_id": fact.tenant_id,
        "store_id": fact.store_id,
        "camera_id": seen.camera_id,
        "hour_at": hour_at,
        "device_id": fact.device_id,
        "business_day": work.business_day(fact, hour_at),
        "columns": seen.columns,
        "rows": seen.rows,
        "seconds": seconds,
        "zones": {name: [list(point) for point in corners] for name, corners in seen.zones.items()},
        "watched_s": (before["watched_s"] if before else 0.0) + seen.watched_s,
        "simulated": seen.simulated,
    }


trace_zone: Final = by_body(lambda body: f"visits to {body['zone_id']} from {body['started_at']}")
trace_heat: Final = by_body(
    lambda body: f"where people stood before {body['camera_id']} from {body['started_at']}"
)
