"""Modbus, TCP or a serial line (RTU), and the only module that knows pymodbus.

`modbus:HOST:PORT/UNIT/input/3001?type=int16&scale=0.1`; a path instead of HOST:PORT is a serial
line: `modbus:/dev/ttyUSB0/1/holding/12?baud=9600&parity=E`. Registers count from 0, as on the wire.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from device_profiles.failures import in_words
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import (
    Opening,
    Reading,
    Silent,
    host_and_port,
    nothing,
    options_of,
    scale_of,
    scaled,
)

if TYPE_CHECKING:
    from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

    Client = AsyncModbusTcpClient | AsyncModbusSerialClient

ANSWER_S = 2.0
ROUND_S = 20.0
"""All sensors of one line are asked within this, or those left say why not."""
TCP_PORT = 502
TABLES = ("input", "holding")
TYPES = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
"""Registers that each type fills."""
OPTIONS = {"type": "int16", "scale": "1", "words": "big", "baud": "9600", "parity": "N"}
REFUSALS = {
    1: "knows no such function",
    2: "has no such register",
    3: "does not give so many registers",
    4: "says that it is broken",
    6: "is busy",
    10: "cannot be reached through its gateway",
    11: "does not answer its gateway",
}
"""What a device means by an exception's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a Modbus device."""

    line: str
    unit: int
    table: str
    register: int
    type: str
    scale: float
    words: Literal["big", "little"]
    baud: int
    parity: str

    @property
    def is_serial(self) -> bool:
        """Whether the line is a serial one."""
        return self.line.startswith("/")


def point_of(address: str) -> Point:
    """The value that an address without its scheme names.  Raises SensorUnusable."""
    place, _, rest = address.partition("?")
    options = options_of(rest, OPTIONS)
    parts = place.rsplit("/", 3)
    if len(parts) != 4 or parts[2] not in TABLES:
        raise SensorUnusable(f"{place!r} is not LINE/UNIT/TABLE/REGISTER, TABLE input or holding")
    line, unit, table, register = parts
    if not line.startswith("/"):
        host_and_port(line, TCP_PORT)
    for name, allowed in (("type", tuple(TYPES)), ("words", ("big", "little")), ("parity", "NEO")):
        if options[name] not in allowed:
            raise SensorUnusable(f"{name} {options[name]!r} is not one of {', '.join(allowed)}")
    return Point(
        line=line,
        unit=_whole(unit, "unit", 255),
        table=table,
        register=_whole(register, "register", 65536 - TYPES[options["type"]]),
        type=options["type"],
        scale=scale_of(options["scale"]),
        words=cast(Literal["big", "little"], options["words"]),
        baud=_whole(options["baud"], "baud", 4_000_000),
        parity=options["parity"],
    )


def _whole(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most):
        raise SensorUnusable(f"{name} {text!r} is no whole number from 0 to {most}")
    return int(text)


def check_modbus(address: str) -> None:
    """Raises SensorUnusable with what is wrong with the address."""
    point_of(address)


def line_of(address: str) -> str:
    """All sensors of one line share a connection, and one serial line's settings."""
    point = point_of(address)
    return f"{point.line} {point.baud} {point.parity}" if point.is_serial else point.line


def open_modbus(opening: Opening) -> "ModbusSource":
    """The devices on one line."""
    points = {one.sensor_id: point_of(one.address.partition(":")[2]) for one in opening.sensors}
    return ModbusSource(points)


@dataclass(slots=True)
class ModbusSource:
    """Asks one sensor after the other through one connection, opened anew after any failure: on a
    serial line an answer that comes late would be taken for that to the next question."""

    points: Mapping[str, Point]
    answer_s: float = ANSWER_S
    round_s: float = ROUND_S
    _client: "Client | None" = field(default=None, init=False)

    async def read(self) -> Mapping[str, Reading]:
        """What each sensor says now."""
        told: dict[str, Reading] = {}
        silent: dict[int, str] = {}
        try:
            async with asyncio.timeout(self.round_s):
                for name, point in self.points.items():
                    if point.unit in silent:
                        told[name] = nothing(silent[point.unit])
                        continue
                    try:
                        told[name] = Reading(value=await self._ask(point))
                    except Silent as error:
                        silent[point.unit] = str(error)
                        told[name] = nothing(error)
                    except SensorUnusable as error:
                        told[name] = nothing(error)
        except TimeoutError:
            self._close()
        late = nothing(f"it was not its turn within {self.round_s:g} s: too many do not answer")
        return {name: told.get(name, late) for name in self.points}

    async def run(self, stop: asyncio.Event) -> None:
        """Closes the connection when told to stop."""
        await stop.wait()
        self._close()

    async def _ask(self, point: Point) -> float:
        from pymodbus.exceptions import ModbusException

        where = f"unit {point.unit} at {point.line}"
        try:
            client = await self._connected(point)
            ask = client.read_input_registers
            if point.table == "holding":
                ask = client.read_holding_registers
            answer = await ask(point.register, count=TYPES[point.type], device_id=point.unit)
            if answer.isError():
                raise SensorUnusable(f"{where} {_refusal(answer.exception_code)}")
            kind = client.DATATYPE[point.type.upper()]
            value = client.convert_from_registers(answer.registers, kind, point.words)
        except (ModbusException, OSError, TimeoutError) as error:
            self._close()
            raise Silent(f"{where} does not answer: {in_words(error)}") from error
        except (ValueError, TypeError) as error:
            self._close()
            raise SensorUnusable(f"{where} answers what is no {point.type}") from error
        number = scaled(cast(float, value), point.scale)
        if not math.isfinite(number):
            raise SensorUnusable(f"{where}: register {point.register} is no number")
        return number

    async def _connected(self, point: Point) -> "Client":
        if self._client is not None and self._client.connected:
            return self._client
        self._close()
        client = self._new_client(point)
        if not await client.connect():
            client.close()
            raise ConnectionError("no connection")
        self._client = client
        return client

    def _new_client(self, point: Point) -> "Client":
        from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

        if point.is_serial:
            return AsyncModbusSerialClient(
                point.line,
                baudrate=point.baud,
                parity=point.parity,
                timeout=self.answer_s,
                retries=0,
                reconnect_delay=0,
            )
        host, port = host_and_port(point.line, TCP_PORT)
        return AsyncModbusTcpClient(
            host, port=port, timeout=self.answer_s, retries=0, reconnect_delay=0
        )

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _refusal(code: int) -> str:
    return REFUSALS.get(code, f"refuses with exception {code}")
