"""Cooler readings → one row an interval; what could not be read stays null. Those of further kinds
of sensors → one row a reading."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from cloud_hub.coolers.health.marks import mark_days
from cloud_hub.coolers.tables import CoolerReading, SensorReading
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import Merge, greater, insert_or_merge, lesser
from cloud_hub.core.trace import by_body
from sync.events import CoolerRead

SERIES = ("temperature_c", "compressor_duty", "door_open_s")


def apply_coolers(work: Projecting, facts: Sequence[Fact[CoolerRead]]) -> None:
    """Keeps every reading. Where an agent restarted within an interval the higher one stands."""
    rows: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    taken: list[Fact[CoolerRead]] = []
    for fact in facts:
        read = fact.body
        length = len(read.temperature_c)
        series_of = [getattr(read, name) for name in SERIES]
        if any(len(series) not in (0, length) for series in (*series_of, *read.others.values())):
            work.refuse(fact, "the lists of readings are not equally long")
            continue
        taken.append(fact)
        others += _others(work, fact)
        for at in range(length):
            values = {
                name: series[at] if (series := getattr(read, name)) else None for name in SERIES
            }
            rows.append(
                {
                    "tenant_id": fact.tenant_id,
                    "fixture_id": read.fixture_id,
                    "started_at": read.started_at + timedelta(seconds=at * read.interval_s),
                    "device_id": fact.device_id,
                    "store_id": fact.store_id,
                    "interval_s": read.interval_s,
                    "mode": read.mode,
                }
                | values
            )
    merge: dict[str, Merge] = {**dict.fromkeys(SERIES, greater), "mode": lesser}
    insert_or_merge(work.session, CoolerReading, rows, merge)
    highest: dict[str, Merge] = {"value": greater}
    insert_or_merge(work.session, SensorReading, others, highest)
    mark_days(work, taken)


def _others(work: Projecting, fact: Fact[CoolerRead]) -> list[dict[str, Any]]:
    read = fact.body
    return [
        {
            "tenant_id": fact.tenant_id,
            "fixture_id": read.fixture_id,
            "kind": kind,
            "started_at": started_at,
            "device_id": fact.device_id,
            "store_id": fact.store_id,
            "business_day": work.business_day(fact, started_at),
            "interval_s": read.interval_s,
            "value": value,
        }
        for kind, series in read.others.items()
        for at, value in enumerate(series)
        if value is not None
        for started_at in [read.started_at + timedelta(seconds=at * read.interval_s)]
    ]


trace_readings: Final = by_body(
    lambda body: f"readings of {body['fixture_id']} from {body['started_at']}"
)
