"""Cooler readings → one row an interval; what could not be read stays null."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import Merge, greater, insert_or_merge, lesser
from cloud_hub.core.trace import by_body
from sync.events import CoolerRead

SERIES = ("temperature_c", "compressor_duty", "door_open_s")


def apply_coolers(work: Projecting, facts: Sequence[Fact[CoolerRead]]) -> None:
    """Keeps every reading. Where an agent restarted within an interval the higher one stands."""
    rows = []
    for fact in facts:
        read = fact.body
        length = len(read.temperature_c)
        if any(len(getattr(read, name)) not in (0, length) for name in SERIES):
            work.refuse(fact, "the lists of readings are not equally long")
            continue
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


trace_readings: Final = by_body(
    lambda body: f"readings of {body['fixture_id']} from {body['started_at']}"
)
