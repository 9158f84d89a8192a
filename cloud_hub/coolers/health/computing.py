"""Features of the days of which something new was read, a bounded number at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.coolers.energy import Energy, energy_of
from cloud_hub.coolers.health.features import DayFeatures, features_of
from cloud_hub.coolers.health.spans import CoolerSpans, cooler_spans
from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.coolers.health.trace import Read, Span, trace_of
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.core.days.business_day import business_day
from cloud_hub.core.days.opening_hours import StoreHours
from device_profiles.opening_hours import Interval

IN_MAINTENANCE = "maintenance"
MOST_AT_ONCE = 300
"""Cooler days that one round computes; the rest wait for the next."""
AGAIN_AFTER = timedelta(hours=1)
"""Today is computed once an hour, however often it is read; days before at once."""
LEAD = timedelta(hours=2)
"""Read before the night, so that it is known what it begins with."""


def due_days(
    session: Session, tenant_id: str, stores: dict[str, StoreHours], now: datetime
) -> list[CoolerDay]:
    """The days to compute, the oldest first; none of a store that is no more."""
    rows = session.scalars(
        sa.select(CoolerDay)
        .where(CoolerDay.tenant_id == tenant_id, CoolerDay.heard != CoolerDay.computed_of)
        .order_by(CoolerDay.business_day, CoolerDay.fixture_id)
    )
    return [row for row in rows if _is_due(row, stores.get(row.store_id), now)][:MOST_AT_ONCE]


def _is_due(row: CoolerDay, hours: StoreHours | None, now: datetime) -> bool:
    if hours is None:
        return False
    today = business_day(now, hours.zone)
    if row.business_day > today:
        return False
    fresh = row.computed_at is not None and row.computed_at > now - AGAIN_AFTER
    return row.business_day < today or not fresh


def compute(
    session: Session, row: CoolerDay, hours: StoreHours, now: datetime
) -> dict[str, object]:
    """The columns of a day as its readings are now."""
    spans = cooler_spans(hours, row.business_day).until(now)
    reads = list(_reads(session, row, spans))
    features = features_of(trace_of(reads), _seconds([spans.night]), _seconds(spans.day))
    energy = energy_of(session, row.tenant_id, row.fixture_id, row.business_day) or Energy()
    return {
        **asdict(features),
        "energy_kwh": energy.kwh,
        "metered_s": energy.metered_s,
        "computed_of": row.heard,
        "computed_at": now,
    }


def features_in(row: CoolerDay) -> DayFeatures:
    """The features that a row keeps."""
    return DayFeatures(**{name: getattr(row, name) for name in DayFeatures.__dataclass_fields__})


def _seconds(spans: Sequence[Interval]) -> list[Span]:
    return [(start.timestamp(), end.timestamp()) for start, end in spans]


def _reads(session: Session, row: CoolerDay, spans: CoolerSpans) -> Iterator[Read]:
    """The readings of the cooler, of one device where several tell of it, in order of time."""
    found = session.execute(
        sa.select(
            CoolerReading.started_at,
            CoolerReading.interval_s,
            CoolerReading.temperature_c,
            CoolerReading.compressor_duty,
            CoolerReading.door_open_s,
            CoolerReading.mode,
        )
        .where(
            CoolerReading.tenant_id == row.tenant_id,
            CoolerReading.fixture_id == row.fixture_id,
            CoolerReading.started_at >= spans.start_at - LEAD,
            CoolerReading.started_at < spans.end_at,
            # What a cooler does while somebody works at it is nothing of its health.
            CoolerReading.mode != IN_MAINTENANCE,
        )
        .order_by(CoolerReading.started_at, CoolerReading.device_id)
    )
    last_s = None
    for started_at, interval_s, temperature_c, duty, open_s, mode in found:
        at_s = started_at.timestamp()
        # A cooler has one controller; a second device that reads it would count everything twice.
        if at_s != last_s:
            yield Read(at_s, float(interval_s), temperature_c, duty, open_s, mode)
        last_s = at_s
