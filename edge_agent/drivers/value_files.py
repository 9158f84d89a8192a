"""Sensors that another program keeps as small files.

`json:cooler.json#temperature_c`: a value in a small JSON file that a controller's bridge keeps;
`w1:/sys/bus/w1/devices/28-.../temperature`: a 1-wire thermometer of the Linux kernel.
"""

import asyncio
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic_core import from_json

from device_profiles.failures import in_words
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import (
    LARGEST_BYTES,
    STALE_AFTER_S,
    Opening,
    Reading,
    nothing,
    reading_at,
)

MODE_CHARACTERS = 40
THOUSANDTHS = re.compile(r"-?[0-9]{1,9}")

ReadFile = Callable[[str, Path, datetime], Reading]
"""Address, base folder, now: the reading.  Raises SensorUnusable."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """Files, read when they are asked for, in a thread: a disk may be slow."""

    opening: Opening
    read_file: ReadFile

    async def read(self) -> Mapping[str, Reading]:
        """What the files say now."""
        return await asyncio.to_thread(self._read_all)

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing is kept open."""
        await stop.wait()

    def _read_all(self) -> dict[str, Reading]:
        return {one.sensor_id: self._read_one(one.address) for one in self.opening.sensors}

    def _read_one(self, address: str) -> Reading:
        try:
            place = address.partition(":")[2]
            return self.read_file(place, self.opening.base, self.opening.clock.now())
        except SensorUnusable as error:
            return nothing(error)


def open_json(opening: Opening) -> FileSource:
    """JSON files."""
    return FileSource(opening, _read_json)


def open_one_wire(opening: Opening) -> FileSource:
    """The kernel's files of 1-wire thermometers."""
    return FileSource(opening, _read_one_wire)


def check_json(address: str) -> None:
    """Raises SensorUnusable where the file or the key is missing from the address."""
    name, _, key = address.partition("#")
    if not name or not key:
        raise SensorUnusable("it names no file, or no key behind '#'")


def check_one_wire(address: str) -> None:
    """Raises SensorUnusable where the address names no file."""
    if not address:
        raise SensorUnusable("it names no file")


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
    mode = values.get("mode", "") if isinstance(values, dict) else ""
    return replace(
        reading_at(values, key, str(path)),
        mode=mode if isinstance(mode, str) and len(mode) <= MODE_CHARACTERS else "",
    )


def _bytes_of(path: Path) -> bytes:
    """What a small file holds. Raises OSError, also for what is no file, ValueError for a large
    one."""
    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise ValueError(f"it has more than {LARGEST_BYTES} bytes")
    return data


def _read_one_wire(address: str, base: Path, _: datetime) -> Reading:
    path = base / address
    try:
        text = _bytes_of(path).decode("ascii").strip()
        if not THOUSANDTHS.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no whole number of thousandths")
        return Reading(value=int(text) / 1000)
    except (OSError, ValueError) as error:
        raise SensorUnusable(f"cannot read thermometer {path}: {in_words(error)}") from error
