"""Sensor drivers: a table by the scheme of a sensor's address. A new one is one row.

`json:cooler.json#temperature_c`: a value in a small JSON file that a controller's bridge keeps;
`w1:/sys/bus/w1/devices/28-.../temperature`: a 1-wire thermometer of the Linux kernel.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from device_profiles.sensor import SENSOR_TYPES, Sensor
from edge_agent.core.errors import SensorUnusable

STALE_AFTER_S = 300.0
"""A file nobody has written for so long says nothing about now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sensor's value now, or why there is none. `mode` where the driver knows it."""

    value: float | None
    problem: str = ""
    mode: str = ""


Driver = Callable[[str, Path, datetime], Reading]
"""Address, base folder, now: the reading.  Raises SensorUnusable."""


def read_sensor(sensor: Sensor, *, base: Path, now: datetime) -> Reading:
    """What `sensor` says now; a value that is not plausible is none. Never raises.

    Relative paths stand beside the profile, at `base`.
    """
    try:
        _, _, address = sensor.address.partition(":")
        reading = driver_of(sensor)(address, base, now)
    except SensorUnusable as error:
        return Reading(value=None, problem=str(error))
    kind = SENSOR_TYPES[sensor.kind]
    if reading.value is not None and not kind.low <= reading.value <= kind.high:
        problem = f"{sensor.sensor_id} says {reading.value:g} {kind.unit}, which cannot be"
        return Reading(value=None, problem=problem, mode=reading.mode)
    return reading


def driver_of(sensor: Sensor) -> Driver:
    """The driver for a sensor's address.  Raises SensorUnusable where there is none."""
    if sensor.kind not in SENSOR_TYPES:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} is of kind {sensor.kind!r};"
            f" known kinds: {', '.join(sorted(SENSOR_TYPES))}"
        )
    scheme, _, _ = sensor.address.partition(":")
    driver = SENSOR_DRIVERS.get(scheme)
    if driver is None:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} has the address {sensor.address!r};"
            f" it must begin with one of: {', '.join(f'{name}:' for name in SENSOR_DRIVERS)}"
        )
    return driver


def _read_json(address: str, base: Path, now: datetime) -> Reading:
    name, _, key = address.partition("#")
    path = base / name
    try:
        age_s = now.timestamp() - path.stat().st_mtime
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SensorUnusable(f"cannot read {path}: {error}") from error
    if age_s > STALE_AFTER_S:
        raise SensorUnusable(f"{path} was last written {age_s / 60:.0f} min ago")
    if not isinstance(values, dict) or key not in values:
        raise SensorUnusable(f"{path} has no value {key!r}")
    value = values[key]
    if value is not None and not isinstance(value, int | float):
        raise SensorUnusable(f"{path}: {key!r} is {value!r}, not a number")
    mode = values.get("mode", "")
    return Reading(
        value=None if value is None else float(value),
        problem=f"{path} says {key!r} could not be read" if value is None else "",
        mode=mode if isinstance(mode, str) else "",
    )


def _read_one_wire(address: str, base: Path, now: datetime) -> Reading:
    path = base / address
    try:
        return Reading(value=int(path.read_text(encoding="ascii").strip()) / 1000)
    except (OSError, ValueError) as error:
        raise SensorUnusable(f"cannot read thermometer {path}: {error}") from error


SENSOR_DRIVERS: dict[str, Driver] = {
    "json": _read_json,
    "w1": _read_one_wire,
}
"""Drivers by the scheme of the address."""
