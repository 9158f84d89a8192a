"""A cooler's minute → event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.events import CoolerRead


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerMinute:
    """A cooler's readings of one interval; None where a sensor could not be read. `others` are
    those of further kinds of sensors, by kind."""

    fixture_id: str
    started_at: datetime
    interval_s: int
    temperature_c: float | None
    compressor_duty: float | None
    door_open_s: float | None
    others: Mapping[str, float | None]
    mode: str


def report_cooler(minute: CoolerMinute) -> CoolerRead:
    """One interval of one cooler."""
    return CoolerRead(
        fixture_id=minute.fixture_id,
        started_at=minute.started_at,
        interval_s=minute.interval_s,
        temperature_c=(minute.temperature_c,),
        compressor_duty=(minute.compressor_duty,),
        door_open_s=(minute.door_open_s,),
        others={kind: (value,) for kind, value in minute.others.items()},
        mode=minute.mode,
    )
