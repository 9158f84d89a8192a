"""Crossings and zone visits → one row a minute.

An event is applied once, so a minute that two events share (an agent restarted in it) adds up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cloud_hub.model.facts import FootfallMinute, ZoneMinute
from cloud_hub.upsert import added, insert_or_merge, insert_or_replace
from cloud_hub.work import Fact, Work
from sync.events import FootfallCounted, ZoneOccupied

ADDED = ("entries", "exits", "staff", "watched_s")


def apply_footfall(work: Work, facts: Sequence[Fact[FootfallCounted]]) -> None:
    """Adds every interval to its minute."""
    rows = []
    for fact in facts:
        seen = fact.body
        length = len(seen.in_)
        if len(seen.out) != length or len(seen.watched_s) != length:
            work.refuse(fact, "in, out and watched_s are not equally long")
            continue
        if seen.staff and len(seen.staff) != length:
            work.refuse(fact, "staff is not as long as in and out")
            continue
        for at in range(length):
            rows.append(_minute(work, fact, at))
    insert_or_merge(work.session, FootfallMinute, rows, dict.fromkeys(ADDED, added))


def _minute(work: Work, fact: Fact[FootfallCounted], at: int) -> dict[str, Any]:
    seen = fact.body
    minute_at = _minute_of(seen.started_at + timedelta(seconds=at * seen.interval_s))
    return {
        "tenant_id": fact.tenant_id,
        "store_id": fact.store_id,
        "line_id": seen.line_id,
        "minute_at": minute_at,
        "device_id": fact.device_id,
        "business_day": work.business_day(fact, minute_at),
        "role": seen.role,
        "entries": seen.in_[at],
        "exits": seen.out[at],
        "staff": seen.staff[at] if seen.staff else 0,
        "watched_s": seen.watched_s[at],
        "simulated": seen.simulated,
    }


def _minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


ZoneKey = tuple[str, str, str, datetime, str]


def apply_zones(work: Work, facts: Sequence[Fact[ZoneOccupied]]) -> None:
    """Adds every interval's visits to its minute."""
    rows: dict[ZoneKey, dict[str, Any]] = {}
    for fact in facts:
        minute_at = _minute_of(fact.body.started_at)
        key = (fact.tenant_id, fact.store_id, fact.body.zone_id, minute_at, fact.device_id)
        before = rows.get(key) or _kept_zone(work, key)
        rows[key] = _zone(work, fact, minute_at, before)
    insert_or_replace(work.session, ZoneMinute, list(rows.values()))


def _kept_zone(work: Work, key: ZoneKey) -> dict[str, Any] | None:
    row = work.session.execute(
        sa.select(ZoneMinute.__table__).where(
            *(
                column == value
                for column, value in zip(ZoneMinute.__table__.primary_key, key, strict=True)
            )
        )
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def _zone(
    work: Work, fact: Fact[ZoneOccupied], minute_at: datetime, before: dict[str, Any] | None
) -> dict[str, Any]:
    seen = fact.body
    dwell_s = [*(before["dwell_s"] if before else ()), *seen.dwell_s]
    watched_s = (before["watched_s"] if before else 0.0) + seen.watched_s
    occupied = (before["occupancy_mean"] * before["watched_s"] if before else 0.0) + (
        seen.occupancy_mean * seen.watched_s
    )
    return {
        "tenant_id": fact.tenant_id,
        "store_id": fact.store_id,
        "zone_id": seen.zone_id,
        "minute_at": minute_at,
        "device_id": fact.device_id,
        "business_day": work.business_day(fact, minute_at),
        "dwell_s": sorted(dwell_s),
        "occupancy_mean": occupied / watched_s if watched_s else seen.occupancy_mean,
        "occupancy_max": max(before["occupancy_max"] if before else 0, seen.occupancy_max),
        "watched_s": watched_s,
    }
