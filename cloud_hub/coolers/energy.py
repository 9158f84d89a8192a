"""Energy of a cooler on a business day: watts over time, or what a meter's counter went up by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.coolers.tables import SensorReading

POWER, COUNTER = "power", "energy"
WS_PER_KWH = 3_600_000.0
KW_MOST = 20.0
"""No cooler takes more: a counter that jumps further was exchanged."""
SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Kilowatt hours that were metered, in so many seconds; None where there is no meter."""

    kwh: float | None = None
    metered_s: float = 0.0


def energy_of(session: Session, tenant_id: str, fixture_id: str, day: date) -> Energy:
    """What was metered of one fixture on one business day, by its counter where it has one."""
    rows = session.execute(
        sa.select(
            SensorReading.kind,
            SensorReading.started_at,
            SensorReading.interval_s,
            SensorReading.value,
        )
        .where(
            SensorReading.tenant_id == tenant_id,
            SensorReading.fixture_id == fixture_id,
            SensorReading.business_day == day,
            SensorReading.kind.in_((POWER, COUNTER)),
        )
        .order_by(SensorReading.started_at)
    ).all()
    counted = [(at, value) for kind, at, _, value in rows if kind == COUNTER]
    if len(counted) > 1:
        return counter_energy(counted)
    return power_energy((s, value) for kind, _, s, value in rows if kind == POWER)


def power_energy(readings: Iterable[tuple[float, float]]) -> Energy:
    """Of (seconds, watts): only the time that was read counts."""
    seconds = amount = 0.0
    for interval_s, watts in readings:
        seconds += interval_s
        amount += watts * interval_s
    return Energy(kwh=amount / WS_PER_KWH if seconds else None, metered_s=seconds)


def counter_energy(readings: Iterable[tuple[datetime, float]]) -> Energy:
    """Of (moment, counter in kWh), in order. A counter that fell began anew at nothing; a rise that
    no cooler can have used was another meter, and its time is not metered."""
    kwh = seconds = 0.0
    last: tuple[datetime, float] | None = None
    for at, value in readings:
        if last is not None:
            between_s = (at - last[0]).total_seconds()
            used = value - last[1] if value >= last[1] else value
            if used <= KW_MOST * between_s / SECONDS_AN_HOUR:
                kwh += used
                seconds += between_s
        last = (at, value)
    return Energy(kwh=kwh if seconds else None, metered_s=seconds)
