"""Sensor types: a table of frozen rows. A new type is one row: its readings are taken, guarded by
the limit of each sensor, sent and kept; what is measured of it is a row of the hub's metrics."""

from dataclasses import dataclass

from device_profiles.names import Identifier, Profile
from device_profiles.values.bounds import Amount, Number, Path, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorType:
    """One kind of reading: its unit, what is plausible, how often it is taken."""

    kind: str
    unit: str
    low: float
    high: float
    interval_s: float


SENSOR_TYPES: dict[str, SensorType] = {
    row.kind: row
    for row in (
        SensorType(kind="temperature", unit="c", low=-40.0, high=60.0, interval_s=60.0),
        SensorType(kind="compressor-duty", unit="ratio", low=0.0, high=1.0, interval_s=60.0),
        SensorType(kind="door-open", unit="s", low=0.0, high=60.0, interval_s=60.0),
        SensorType(kind="power", unit="w", low=0.0, high=20_000.0, interval_s=60.0),
        SensorType(kind="energy", unit="kwh", low=0.0, high=10_000_000.0, interval_s=60.0),
        SensorType(kind="weight", unit="g", low=0.0, high=60_000.0, interval_s=0.5),
    )
}


class Sensor(Profile):
    """One fitted sensor. `kind` is a row of SENSOR_TYPES; `address` is what its driver opens.
    Above `limit_high` for `alarm_after_s` on end, the device raises an alarm by itself."""

    sensor_id: Identifier
    kind: Word
    address: Path = ""
    limit_high: Number | None = None
    alarm_after_s: Amount | None = None
