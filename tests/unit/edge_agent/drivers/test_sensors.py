"""What sensors say, or why they say nothing."""

import os
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.sensors import STALE_AFTER_S, Reading, driver_of, read_sensor
from sync.core.clock import ManualClock


async def test_a_one_wire_thermometer_is_read_in_thousandths(tmp_path, clock):
    (tmp_path / "temperature").write_text("4187\n", encoding="ascii")
    sensor = Sensor(sensor_id="air", kind="temperature", address="w1:temperature")
    assert read_sensor(sensor, base=tmp_path, now=clock.now()).value == pytest.approx(4.187)


def thermometer(address: str, kind: str = "temperature") -> Sensor:
    return Sensor(sensor_id="t", kind=kind, address=address)


def read(tmp_path: Path, clock: ManualClock, content: str, *, key: str = "t") -> Reading:
    path = tmp_path / "cooler.json"
    path.write_text(content, encoding="utf-8")
    at = clock.now().timestamp()
    os.utime(path, (at, at))
    return read_sensor(thermometer(f"json:cooler.json#{key}"), base=tmp_path, now=clock.now())


def test_a_value_is_read_with_its_mode(tmp_path: Path, clock: ManualClock) -> None:
    told = read(tmp_path, clock, '{"t": 4.5, "mode": "defrost"}')
    assert (told.value, told.problem, told.mode) == (4.5, "", "defrost")
    assert read(tmp_path, clock, '{"t": 4, "mode": 7}').mode == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot read"),
        ("[4]", "has no value 't'"),
        ('{"other": 4}', "has no value 't'"),
        ('{"t": "4"}', "is '4', not a number"),
        ('{"t": null}', "could not be read"),
        ('{"t": 1000}', "which cannot be"),
    ],
)
def test_what_is_no_value_says_why_and_is_none(
    tmp_path: Path, clock: ManualClock, content: str, said: str
) -> None:
    told = read(tmp_path, clock, content)
    assert told.value is None
    assert said in told.problem


def test_a_file_that_nobody_wrote_for_long_says_nothing_about_now(
    tmp_path: Path, clock: ManualClock
) -> None:
    read(tmp_path, clock, '{"t": 4}')
    clock.advance(STALE_AFTER_S + 60)
    told = read_sensor(thermometer("json:cooler.json#t"), base=tmp_path, now=clock.now())
    assert (told.value, told.problem.endswith("was last written 6 min ago")) == (None, True)


@pytest.mark.parametrize("address", ["json:gone.json#t", "w1:gone", "modbus:1", "plain"])
def test_what_cannot_be_read_never_raises(tmp_path: Path, clock: ManualClock, address: str) -> None:
    told = read_sensor(thermometer(address), base=tmp_path, now=clock.now())
    assert told.value is None
    assert told.problem


def test_an_unknown_kind_or_address_is_told_with_those_there_are() -> None:
    with pytest.raises(SensorUnusable, match="known kinds: "):
        driver_of(thermometer("json:a#b", kind="happiness"))
    with pytest.raises(SensorUnusable, match="it must begin with one of: json:, w1:"):
        driver_of(thermometer("modbus:1"))
