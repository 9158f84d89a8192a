"""Sensor drivers: a table by the scheme of a sensor's address. A new one is one row.

`json:cooler.json#temperature_c`: a value in a small JSON file that a controller's bridge keeps;
`w1:/sys/bus/w1/devices/28-.../temperature`: a 1-wire thermometer of the Linux kernel.
"""

import logging
import re
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from device_profiles.failures import in_words
from device_profiles.sensor import SENSOR_TYPES, Sensor
from device_profiles.values.bounds import Number, keepable
from edge_agent.core.errors import SensorUnusable

log = logging.getLogger(__name__)

STALE_AFTER_S = 300.0
"""A file nobody has written for so long says nothing about now, nor does one of so far ahead."""
LARGEST_BYTES = 64 * 1024
MODE_CHARACTERS = 40
THOUSANDTHS = re.compile(r"-?[0-9]{1,9}")
ROUNDED_SHARE = 0.01
"""A reading this near to what is plausible was rounded on its way: 60.4 s of 60 are 60."""
READ_NUMBER = TypeAdapter[float](Number)


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
        log.debug("%s (%s)", error, error.__cause__, extra={"action": "sensor"})
        return Reading(value=None, problem=str(error))
    kind = SENSOR_TYPES[sensor.kind]
    if reading.value is None:
        return reading
    slack = ROUNDED_SHARE * (kind.high - kind.low)
    if not kind.low - slack <= reading.value <= kind.high + slack:
        problem = f"{sensor.sensor_id} says {reading.value:g} {kind.unit}, which cannot be"
        return Reading(value=None, problem=problem, mode=reading.mode)
    return replace(reading, value=min(max(reading.value, kind.low), kind.high))


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
        values = from_json(_bytes_of(path).removeprefix(BOM_UTF8), allow_inf_nan=False)
    except (OSError, ValueError) as error:
        raise SensorUnusable(f"cannot read {path}: {in_words(error)}") from error
    if age_s > STALE_AFTER_S:
        raise SensorUnusable(f"{path} was last written {age_s / 60:.0f} min ago")
    if age_s < -STALE_AFTER_S:
        raise SensorUnusable(f"{path} was written {-age_s / 60:.0f} min from now; check the clocks")
    if not isinstance(values, dict) or key not in values:
        raise SensorUnusable(f"{path} has no value {key!r}")
    mode = values.get("mode", "")
    return Reading(
        value=None if values[key] is None else _number(path, key, values[key]),
        problem=f"{path} says {key!r} could not be read" if values[key] is None else "",
        mode=mode if isinstance(mode, str) and len(mode) <= MODE_CHARACTERS else "",
    )


def _number(path: Path, key: str, value: object) -> float:
    """The value as a number. `true` is none, nor is a text, nor what no float can be."""
    try:
        return READ_NUMBER.validate_python(value, strict=True)
    except ValidationError as error:
        said = keepable(repr(value), 40)
        raise SensorUnusable(f"{path}: {key!r} is {said}, not a number") from error


def _bytes_of(path: Path) -> bytes:
    """What a small file holds. Raises OSError, also for what is no file, ValueError for a large
    one."""
    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise ValueError(f"it has more than {LARGEST_BYTES} bytes")
    return data


def _read_one_wire(address: str, base: Path, now: datetime) -> Reading:
    path = base / address
    try:
        text = _bytes_of(path).decode("ascii").strip()
        if not THOUSANDTHS.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no whole number of thousandths")
        return Reading(value=int(text) / 1000)
    except (OSError, ValueError) as error:
        raise SensorUnusable(f"cannot read thermometer {path}: {in_words(error)}") from error


SENSOR_DRIVERS: dict[str, Driver] = {
    "json": _read_json,
    "w1": _read_one_wire,
}
"""Drivers by the scheme of the address."""
