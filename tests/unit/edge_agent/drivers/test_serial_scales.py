"""Scales that talk over a pseudo terminal, whose messages are as their protocols say."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import Opening, Reading
from edge_agent.drivers.sensors import SensorBank
from edge_agent.drivers.serial_scales import (
    ScaleSource,
    and_messages,
    mettler_messages,
    read_and_line,
    read_mettler,
    scale_line_of,
    scale_point_of,
)
from sync.core.clock import ManualClock

STX, KG, NET, BELOW, OVER, MOVES = 0x02, 0x10, 0x01, 0x02, 0x04, 0x08


def mettler(
    weight: int, *, places: int = 3, state: int = KG, tare: int = 0, unit: int = 0
) -> bytes:
    words = bytes((0x20 | 0x08 | places + 2, 0x20 | state, 0x20 | unit))
    return bytes((STX,)) + words + b"%6d%6d\r" % (weight, tare)


@asynccontextmanager
async def scale(says: bytes) -> AsyncIterator[str]:
    """A line at whose other end a scale says the same again and again."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)

    async def talk() -> None:
        while True:
            with suppress(BlockingIOError):
                os.write(ours, says)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(talk())
    yield os.ttyname(theirs)
    task.cancel()
    os.close(ours)
    os.close(theirs)


async def read(clock: ManualClock, says: bytes, options: str, listen_s: float = 10.0) -> Reading:
    """One look, which ends as soon as there is something to tell."""
    async with scale(says) as line:
        source = ScaleSource({"s": scale_point_of(f"{line}?{options}")}, clock, listen_s)
        return (await source.read())["s"]


@pytest.mark.parametrize(
    ("says", "options", "grams"),
    [
        (b"ST,+00012.78  g\r\n", "protocol=and", 12.78),
        (b"ST,GS,+0001.278kg\r\n", "", 1278),
        (b"ST,NT,-  0.150 kg\r\n", "bits=7&parity=E&baud=2400", -150),
        (b"US,GS,+0009.000kg\r\nST,GS,+0002.000kg\r\n", "", 2000),
        (mettler(1250), "protocol=mettler", 1250),
        (mettler(420, state=NET | KG, tare=80), "protocol=mettler", 420),
        (mettler(420, state=NET | KG, tare=80), "protocol=mettler&weight=gross", 500),
        (mettler(100, places=0, unit=1), "protocol=mettler&bits=7&parity=E", 100),
    ],
)
async def test_a_steady_weight_is_read_in_grams(
    clock: ManualClock, says: bytes, options: str, grams: float
) -> None:
    assert await read(clock, says, options) == Reading(value=grams)


@pytest.mark.parametrize(
    ("says", "options", "said"),
    [
        (b"OL,GS,+9999.999kg\r\n", "", "cannot weigh that"),
        (mettler(0, state=OVER), "protocol=mettler", "cannot weigh that"),
        (b"ST,NT,+0001.000kg\r\n", "weight=gross", "shows a net weight, and not its tare"),
        (mettler(1), "protocol=and", "says what no such scale says"),
        (b"ST,GS,+0001.000kg\r\n", "protocol=mettler", "says what no such scale says"),
        (b"", "", "says nothing; is it on, and continuous?"),
    ],
)
async def test_what_is_no_weight_is_told_in_words(
    clock: ManualClock, says: bytes, options: str, said: str
) -> None:
    told = await read(clock, says, options, 1.5 if says else 0.2)
    assert (told.value, told.is_awaited, said in told.problem) == (None, False, True), told


async def test_a_load_that_moves_is_awaited_and_one_that_never_rests_is_a_fault(
    clock: ManualClock,
) -> None:
    async with scale(b"US,GS,+0001.000kg\r\n") as line:
        source = ScaleSource({"s": scale_point_of(line)}, clock, listen_s=1.0)
        first = (await source.read())["s"]
        clock.advance(301)
        last = (await source.read())["s"]
    assert (first.value, first.is_awaited, last.is_awaited) == (None, True, False)


async def test_a_line_that_is_not_there_says_so_and_two_sensors_share_one(
    clock: ManualClock, tmp_path: Path
) -> None:
    async with scale(mettler(420, state=NET | KG, tare=80)) as line:
        sensors = tuple(
            Sensor(sensor_id=name, kind="weight", address=f"scale:{line}?{options}")
            for name, options in (
                ("net", "protocol=mettler"),
                ("gross", "weight=gross&protocol=mettler"),
            )
        )
        bank = SensorBank.open(Opening(sensors=sensors, base=tmp_path, clock=clock))
        assert len(bank.sources) == 1
        told = await bank.read()
        assert (told["net"].value, told["gross"].value) == (420, 500)
    assert (
        "no scale at /dev/no-such-line: it is not there"
        in (await ScaleSource({"s": scale_point_of("/dev/no-such-line")}, clock).read())[
            "s"
        ].problem
    )
    assert scale_line_of("/dev/a") != scale_line_of("/dev/b")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ST",
        b"ST,+kg",
        b"ST,+1.2.3kg",
        b"XX,+1kg",
        b"ST,+1st",
        b"ST,TR,+1kg",
        b"ST,+1",
        b"ST,+nan kg",
        b"\xff,+1kg",
    ],
)
def test_a_line_that_is_damaged_is_no_weight(data: bytes) -> None:
    assert read_and_line(data) is None


def test_pounds_and_ounces_are_grams_and_the_sign_and_places_count() -> None:
    def grams(message: bytes) -> float:
        (weighed,) = mettler_messages(message)
        return weighed.shown_g

    assert grams(mettler(250, places=2, state=0)) == pytest.approx(1133.98, abs=0.01)
    assert grams(mettler(10, places=0, unit=3)) == pytest.approx(283.495, abs=0.001)
    assert grams(mettler(5, state=KG | BELOW)) == -5
    assert grams(mettler(3, places=-2)) == 300_000
    line = read_and_line(b"ST,+1.5lb")
    assert line is not None
    assert line.shown_g == pytest.approx(680.39, abs=0.01)


def test_messages_that_are_cut_or_damaged_are_left_out() -> None:
    good = mettler(1250)
    assert len(mettler_messages(good[4:] + good + good[:9])) == 1
    assert mettler_messages(good.replace(b"\r", b"")) == []
    assert mettler_messages(good[:5] + b"x" + good[6:]) == []
    assert mettler_messages(good[:2] + b"\x00" + good[3:]) == []
    assert mettler_messages(mettler(1, unit=7)) == []
    # The parity bit of 7 bits, read as the eighth.
    assert len(mettler_messages(bytes(byte | 0x80 for byte in good))) == 1
    assert read_mettler(b"") is None
    assert [one.shown_g for one in and_messages(b"0.5kg\r\nST,+1kg\r\nST,+2")] == [1000]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "is no path of a serial line"),
        ("COM3", "is no path of a serial line"),
        ("/dev/a?protocol=8217", "protocol '8217' is not one of and, mettler"),
        ("/dev/a?weight=net", "weight 'net' is not one of shown, gross"),
        ("/dev/a?parity=e", "parity 'e'"),
        ("/dev/a?bits=9", "bits '9'"),
        ("/dev/a?baud=9601", "baud '9601'"),
        ("/dev/a?unit=kg", "option 'unit' is not one of"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(address: str, said: str) -> None:
    with pytest.raises(SensorUnusable) as error:
        scale_point_of(address)
    assert said in str(error.value)
