"""Scales on a serial line that say all the time what lies on them, and the only module that knows
pyserial.

`scale:/dev/ttyUSB0?protocol=mettler&baud=9600`: the line is opened for each look and listened to
until a steady weight comes. Grams, whatever unit the scale shows.
"""

import asyncio
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from device_profiles.failures import in_words
from device_profiles.values.bounds import keepable
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import (
    STALE_AFTER_S,
    Opening,
    Reading,
    nothing,
    options_of,
)
from sync.core.clock import Clock

LISTEN_S = 2.0
POLL_S = 0.2
BYTES_MOST = 4096
"""Of one look; a scale says less than 2 KB in it."""
OPTIONS = {"protocol": "and", "weight": "shown", "baud": "9600", "parity": "N", "bits": "8"}
GRAMS = {"g": 1.0, "kg": 1000.0, "t": 1e6, "lb": 453.59237, "oz": 28.349523125}
AND_LINE = re.compile(
    rb"(?P<state>ST|US|OL),\s*(?:(?P<of>GS|NT|TR),)?"
    rb"(?P<value>[+-]?[ 0-9.]{1,14}?) *(?P<unit>[a-zA-Z]{1,3})"
)
"""As A&D's balances and indicators, and many others, write a line: `ST,GS,+0012.78kg`."""
METTLER_BYTES = 16
"""Of one message, from STX to the last digit of the tare."""
METTLER_UNITS = {1: "g", 2: "t", 3: "oz"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalePoint:
    """What to read of a scale, and how its line is set. `weight`: as `shown`, or `gross`."""

    line: str
    protocol: str
    weight: str
    baud: int
    parity: str
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One message of a scale. `tare_g`: taken off what it shows; None where it does not say how
    much. `is_over`: more or less than it can weigh."""

    shown_g: float
    is_steady: bool
    is_over: bool = False
    tare_g: float | None = 0.0


def scale_point_of(address: str) -> ScalePoint:
    """What an address without its scheme names.  Raises SensorUnusable."""
    line, _, rest = address.partition("?")
    if not line.startswith("/"):
        raise SensorUnusable(f"{line!r} is no path of a serial line")
    options = options_of(rest, OPTIONS)
    allowed = {
        "protocol": tuple(PROTOCOLS),
        "weight": ("shown", "gross"),
        "parity": ("N", "E", "O"),
        "bits": ("7", "8"),
        "baud": ("1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"),
    }
    for name, values in allowed.items():
        if options[name] not in values:
            raise SensorUnusable(f"{name} {options[name]!r} is not one of {', '.join(values)}")
    return ScalePoint(
        line=line,
        protocol=options["protocol"],
        weight=options["weight"],
        baud=int(options["baud"]),
        parity=options["parity"],
        bits=int(options["bits"]),
    )


def check_scale(address: str) -> None:
    """Raises SensorUnusable with what is wrong with the address."""
    scale_point_of(address)


def scale_line_of(address: str) -> str:
    """What is read of one line is read at one look."""
    point = scale_point_of(address)
    return f"{point.line} {point.protocol} {point.baud} {point.parity} {point.bits}"


def open_scales(opening: Opening) -> "ScaleSource":
    """The scale on one line."""
    points = {one.sensor_id: scale_point_of(one.address[6:]) for one in opening.sensors}
    return ScaleSource(points, opening.clock)


def read_and_line(data: bytes) -> Weighed | None:
    """A whole line of A&D's, without its end; None for anything else."""
    found = AND_LINE.fullmatch(data.strip())
    if found is None:
        return None
    unit = found["unit"].decode().lower()
    try:
        value = float(found["value"].replace(b" ", b""))
    except ValueError:
        return None
    if unit not in GRAMS or found["of"] == b"TR":
        return None
    return Weighed(
        shown_g=value * GRAMS[unit],
        is_steady=found["state"] == b"ST",
        is_over=found["state"] == b"OL",
        tare_g=None if found["of"] == b"NT" else 0.0,
    )


def read_mettler(data: bytes) -> Weighed | None:
    """A message of Mettler Toledo's continuous mode, from behind STX to before CR: three words of
    state, six digits of weight, six of tare; None for anything else."""
    words, digits = data[:3], data[3:15]
    # Bit 5 of each word is always set, and what is no digit is a damaged message.
    if len(data) != METTLER_BYTES - 1 or not all(one & 0x20 for one in words):
        return None
    weight, tare = digits[:6].replace(b" ", b"0"), digits[6:].replace(b" ", b"0")
    if not (weight.isdigit() and tare.isdigit()):
        return None
    state = words[1]
    unit = METTLER_UNITS.get(words[2] & 7, "kg" if state & 0x10 else "lb")
    if words[2] & 7 > max(METTLER_UNITS):
        return None
    step_g = 10.0 ** (2 - (words[0] & 7)) * GRAMS[unit]
    return Weighed(
        shown_g=int(weight) * step_g * (-1 if state & 2 else 1),
        is_steady=not state & 8,
        # Before it has found its zero it shows nothing that can be believed.
        is_over=bool(state & 0x44),
        tare_g=int(tare) * step_g if state & 1 else 0.0,
    )


def and_messages(data: bytes) -> list[Weighed]:
    """Every whole line; the first may have begun before we listened."""
    lines = re.split(rb"[\r\n]+", data)[1:-1]
    return [one for one in map(read_and_line, lines) if one is not None]


def mettler_messages(data: bytes) -> list[Weighed]:
    """Every whole message between an STX and the CR that must follow it."""
    starts = [at for at, byte in enumerate(data) if byte & 0x7F == 0x02]
    found = []
    for start, end in pairwise([*starts, len(data)]):
        message = bytes(byte & 0x7F for byte in data[start + 1 : end])
        if message[METTLER_BYTES - 1 : METTLER_BYTES] == b"\r":
            found.append(read_mettler(message[: METTLER_BYTES - 1]))
    return [one for one in found if one is not None]


PROTOCOLS: dict[str, Callable[[bytes], list[Weighed]]] = {
    "and": and_messages,
    "mettler": mettler_messages,
}
"""How each kind of scale says what lies on it."""


@dataclass(slots=True)
class ScaleSource:
    """Listens to one scale at each look, in a thread."""

    points: Mapping[str, ScalePoint]
    clock: Clock
    listen_s: float = LISTEN_S
    _moves_since_s: float | None = field(default=None, init=False)

    async def read(self) -> Mapping[str, Reading]:
        """What lies on the scale now."""
        point = next(iter(self.points.values()))
        try:
            weighed = await asyncio.to_thread(self._listen, point)
        except SensorUnusable as error:
            return dict.fromkeys(self.points, nothing(error))
        if not weighed.is_steady and not weighed.is_over:
            return dict.fromkeys(self.points, self._moving(point.line))
        self._moves_since_s = None
        return {name: _reading(one, weighed) for name, one in self.points.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing is kept open."""
        await stop.wait()

    def _moving(self, line: str) -> Reading:
        """A load that moves is no fault of the scale, unless it never comes to rest."""
        now_s = self.clock.monotonic_s()
        if self._moves_since_s is None:
            self._moves_since_s = now_s
        is_awaited = now_s - self._moves_since_s <= STALE_AFTER_S
        problem = f"the load of the scale at {line} moves"
        return Reading(value=None, problem=problem, is_awaited=is_awaited)

    def _listen(self, point: ScalePoint) -> Weighed:
        """The newest steady message, else the newest.  Raises SensorUnusable."""
        from serial import SerialException

        data, messages = b"", list[Weighed]()
        try:
            with _opened(point) as port:
                for _ in range(math.ceil(self.listen_s / POLL_S)):
                    data += port.read(BYTES_MOST - len(data))
                    messages = PROTOCOLS[point.protocol](data)
                    if any(one.is_steady or one.is_over for one in messages):
                        break
        except (SerialException, OSError) as error:
            cause = error.__context__ if isinstance(error.__context__, OSError) else error
            raise SensorUnusable(f"no scale at {point.line}: {in_words(cause)}") from error
        if messages:
            return next((one for one in messages if one.is_steady), messages[-1])
        if data:
            said = keepable(repr(data[:30]), 60)
            raise SensorUnusable(f"{point.line} says what no such scale says: {said}")
        raise SensorUnusable(f"the scale at {point.line} says nothing; is it on, and continuous?")


def _opened(point: ScalePoint) -> Any:  # noqa: ANN401 - pyserial has no types
    from serial import Serial

    return Serial(
        point.line,
        baudrate=point.baud,
        bytesize=point.bits,
        parity=point.parity,
        timeout=POLL_S,
        exclusive=True,
    )


def _reading(point: ScalePoint, weighed: Weighed) -> Reading:
    if weighed.is_over:
        return nothing(f"the scale at {point.line} cannot weigh that: take the load off, zero it")
    if point.weight == "shown":
        return Reading(value=round(weighed.shown_g, 3))
    if weighed.tare_g is None:
        return nothing(f"the scale at {point.line} shows a net weight, and not its tare")
    return Reading(value=round(weighed.shown_g + weighed.tare_g, 3))
