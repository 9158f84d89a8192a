"""Modbus against pymodbus' own server, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.modbus import ModbusSource, line_of, point_of
from edge_agent.drivers.readings import Opening, Reading
from edge_agent.drivers.sensors import SensorBank
from sync.core.clock import ManualClock

INPUTS = [215, 65352, 0x0001, 0x86A0, 0x86A0, 0x0001, 0x41AC, 0x0000, 0x7FC0, 0x0000]
"""21.5, -18.4, 100000, the same with its words turned, 21.5 as a float, no number."""


@asynccontextmanager
async def device(port: int) -> AsyncIterator[None]:
    def block(values: list[int]) -> list[SimData]:
        return [SimData(3000, values=values, datatype=DataType.REGISTERS)]

    bits = [SimData(0, values=[False] * 8, datatype=DataType.BITS)]
    unit = SimDevice(id=1, simdata=(bits, bits, block([7]), block(INPUTS)))
    server = ModbusTcpServer(unit, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await server.shutdown()


@asynccontextmanager
async def stranger(
    port: int, answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> AsyncIterator[None]:
    """A server that is no Modbus device; at the end every connection of it is over."""
    over: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over.append(asyncio.Event())
        mine = over[-1]
        await answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        mine.set()

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield
        for event in over:
            await event.wait()


def sources(port: int, *places: str) -> ModbusSource:
    points = {place: point_of(f"127.0.0.1:{port}/{place}") for place in places}
    return ModbusSource(points, answer_s=0.5)


async def closed(source: ModbusSource) -> None:
    stop = asyncio.Event()
    stop.set()
    await source.run(stop)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("1/input/3000?type=int16&scale=0.1", 21.5),
        ("1/input/3001?scale=0.1", -18.4),
        ("1/input/3001?type=uint16", 65352.0),
        ("1/input/3002?type=int32", 100000.0),
        ("1/input/3004?type=uint32&words=little", 100000.0),
        ("1/input/3006?type=float32", 21.5),
        ("1/holding/3000", 7.0),
    ],
)
async def test_a_register_is_read_with_its_type_order_and_scale(
    free_port: Callable[[], int], place: str, value: float
) -> None:
    port = free_port()
    async with device(port):
        source = sources(port, place)
        assert await source.read() == {place: Reading(value=value)}
        await closed(source)


async def test_a_refusal_is_told_in_words_and_the_next_sensor_is_still_read(
    free_port: Callable[[], int],
) -> None:
    port = free_port()
    async with device(port):
        source = sources(port, "1/input/99", "1/input/3008?type=float32", "1/holding/3000")
        refused, no_number, good = (await source.read()).values()
        assert "has no such register" in refused.problem
        assert "register 3008 is no number" in no_number.problem
        assert good.value == 7
        await closed(source)


async def test_a_lost_connection_is_told_and_comes_back(free_port: Callable[[], int]) -> None:
    port = free_port()
    source = sources(port, "1/holding/3000")

    async def read() -> Reading:
        return (await source.read())["1/holding/3000"]

    assert f"unit 1 at 127.0.0.1:{port} does not answer" in (await read()).problem
    async with device(port):
        assert (await read()).value == 7
    assert "does not answer" in (await read()).problem
    async with device(port):
        assert (await read()).value == 7
        await closed(source)


async def test_a_device_that_is_silent_is_asked_once_a_round(free_port: Callable[[], int]) -> None:
    asked: list[bytes] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            asked.append(data)

    port = free_port()
    async with stranger(port, swallow):
        source = sources(port, "1/holding/1", "1/holding/2", "1/holding/3")
        told = await source.read()
        await closed(source)
    assert all("does not answer" in one.problem for one in told.values())
    assert len(asked) == 1


async def test_what_is_no_modbus_is_no_reading(free_port: Callable[[], int]) -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    port = free_port()
    async with stranger(port, chatter):
        source = sources(port, "1/holding/1")
        (told,) = (await source.read()).values()
        await closed(source)
    assert (told.value, bool(told.problem)) == (None, True)


async def test_the_sensors_of_one_line_share_a_connection(
    free_port: Callable[[], int], tmp_path: Path, clock: ManualClock
) -> None:
    port = free_port()
    sensors = tuple(
        Sensor(sensor_id=name, kind="temperature", address=f"modbus:127.0.0.1:{port}/{place}")
        for name, place in (("air", "1/input/3000?scale=0.1"), ("odd", "1/input/3000"))
    )
    bank = SensorBank.open(Opening(sensors=sensors, base=tmp_path, clock=clock))
    assert len(bank.sources) == 1
    stop = asyncio.Event()
    async with device(port):
        told = await bank.read()
        stop.set()
        await bank.run(stop)
    assert told["air"].value == 21.5
    assert told["odd"].problem == "odd says 215 c, which cannot be"


def test_a_serial_line_is_shared_where_its_settings_are_equal() -> None:
    assert line_of("/dev/ttyUSB0/1/input/1?baud=9600") == line_of("/dev/ttyUSB0/2/holding/9")
    assert line_of("/dev/ttyUSB0/1/input/1") != line_of("/dev/ttyUSB0/1/input/1?parity=E")
    assert point_of("/dev/ttyUSB0/1/input/1").is_serial


async def test_a_serial_line_that_is_not_there_says_so() -> None:
    source = ModbusSource({"a": point_of("/dev/no-such-line/1/input/1")}, answer_s=0.2)
    assert "unit 1 at /dev/no-such-line does not answer" in (await source.read())["a"].problem
    await closed(source)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "is not LINE/UNIT/TABLE/REGISTER"),
        ("h:502/1/input", "is not LINE/UNIT/TABLE/REGISTER"),
        ("h:502/1/coils/3", "TABLE input or holding"),
        ("h:0/1/input/3", "is not HOST:PORT"),
        (":502/1/input/3", "is not HOST:PORT"),
        ("h:502/256/input/3", "unit '256' is no whole number from 0 to 255"),
        ("h:502/1/input/65536", "register '65536'"),
        ("h:502/1/input/65535?type=int32", "register '65535'"),
        ("h:502/1/input/-1", "register '-1'"),
        ("h:502/1/input/３", "register '３'"),
        ("h:502/1/input/3?type=int8", "type 'int8' is not one of int16"),
        ("h:502/1/input/3?words=middle", "words 'middle' is not one of big, little"),
        ("h:502/1/input/3?scale=nan", "scale 'nan' is no number"),
        ("h:502/1/input/3?scale=0", "or 0"),
        ("h:502/1/input/3?sclae=1", "option 'sclae' is not one of"),
        ("h:502/1/input/3?scale=1&scale=2", "each once"),
        ("h:502/1/input/3?scale", "is not NAME=VALUE"),
        ("/dev/ttyUSB0/1/input/3?parity=X", "parity 'X'"),
    ],
)
def test_an_address_that_makes_no_sense_is_told_in_one_line(address: str, said: str) -> None:
    with pytest.raises(SensorUnusable, match=said.replace("?", r"\?")) as error:
        point_of(address)
    assert "\n" not in str(error.value)
