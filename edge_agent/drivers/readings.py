"""What a sensor says, or why it says nothing: what all drivers of sensors share."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError

from device_profiles.sensor import Sensor
from device_profiles.values.bounds import Number, keepable
from edge_agent.core.errors import SensorUnusable
from sync.core.clock import Clock

LARGEST_BYTES = 64 * 1024
STALE_AFTER_S = 300.0
"""What nobody told anew for so long says nothing about now, nor does what is of so far ahead."""
READ_NUMBER = TypeAdapter[float](Number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sensor's value now, or why there is none. `mode` where the driver knows it; `age_s` how
    old the value is, where the sensor tells by itself; `is_awaited`: it has told nothing yet, and
    nothing is known to be wrong."""

    value: float | None
    problem: str = ""
    mode: str = ""
    age_s: float | None = None
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a driver opens: the sensors behind one connection. Relative paths stand beside the
    profile, at `base`; `hosts` may be asked although they are outside of the store's network."""

    sensors: tuple[Sensor, ...]
    base: Path
    clock: Clock
    hosts: frozenset[str] = frozenset()


class Source(Protocol):
    """The sensors behind one connection."""

    async def read(self) -> Mapping[str, Reading]:
        """What each sensor says now, by its id. Never raises; ends within seconds."""

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps what it opened until told to stop, then closes it."""


class Silent(SensorUnusable):
    """A device that does not answer: it is not asked for its other values in this round."""


def nothing(error: Exception | str) -> Reading:
    """No value, and why."""
    return Reading(value=None, problem=str(error))


def number_or_none(value: object, path: str, where: str) -> float | None:
    """The value as a number, None for null. `true` is none, nor is a text, nor what no float can
    be.  Raises SensorUnusable."""
    if value is None:
        return None
    try:
        return READ_NUMBER.validate_python(value, strict=True)
    except ValidationError as error:
        said = keepable(repr(value), 40)
        raise SensorUnusable(f"{where}: {path!r} is {said}, not a number") from error


def value_at(told: object, path: str, where: str) -> object:
    """What stands at `path` in what was told as JSON: keys, and places in lists from 0, with dots
    between them; a key may have dots itself.  Raises SensorUnusable."""
    found, rest, dot = told, path, "."
    while dot:
        if isinstance(found, dict) and rest in found:
            return found[rest]
        name, dot, rest = rest.partition(".")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and _is_place_in(found, name):
            found = found[int(name)]
        else:
            raise SensorUnusable(f"{where} has no value {path!r}")
    return found


def _is_place_in(told: list[object], name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(told)


def reading_at(told: object, path: str, where: str, scale: float = 1.0) -> Reading:
    """The number at `path` of what was told as JSON.  Raises SensorUnusable."""
    value = number_or_none(value_at(told, path, where), path, where)
    if value is None:
        return Reading(value=None, problem=f"{where} says {path!r} could not be read")
    return Reading(value=scaled(value, scale))


def scaled(value: float, scale: float) -> float:
    """The product as people would write it: -184 times 0.1 is no -18.400000000000002."""
    return float(f"{value * scale:.10g}")


def scale_of(text: str) -> float:
    """An address's factor.  Raises SensorUnusable."""
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not math.isfinite(scale) or scale == 0:
        raise SensorUnusable(f"scale {text!r} is no number, or 0")
    return scale


def options_of(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """The options behind an address's `?`, with those left out as `known` has them.

    Raises SensorUnusable for one that is not known, or is there twice.
    """
    try:
        pairs = parse_qsl(text, strict_parsing=True, max_num_fields=20) if text else []
    except ValueError as error:
        raise SensorUnusable(f"what stands behind '?' is not NAME=VALUE: {text!r}") from error
    names = [name for name, _ in pairs]
    for name in names:
        if name not in known or names.count(name) > 1:
            raise SensorUnusable(f"option {name!r} is not one of {', '.join(known)}, each once")
    return dict(known) | dict(pairs)


def host_and_port(text: str, port: int | None = None) -> tuple[str, int]:
    """HOST:PORT, or `[IPv6]:PORT`; `port` where it is left out.  Raises SensorUnusable."""
    host, colon, number = text.rpartition(":")
    if port is not None and (not colon or text.endswith("]")):
        host, number = text, str(port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not number.isascii() or not number.isdigit() or not 0 < int(number[:6]) < 65536:
        raise SensorUnusable(f"{text!r} is not HOST:PORT")
    return host, int(number)
