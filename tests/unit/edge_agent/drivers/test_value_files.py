"""What files of sensors say, or why they say nothing."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.drivers.readings import STALE_AFTER_S, Opening, Reading
from edge_agent.drivers.sensors import SensorBank
from sync.core.clock import ManualClock


def read_sensor(sensor: Sensor, *, base: Path, now: datetime) -> Reading:
    opening = Opening(sensors=(sensor,), base=base, clock=ManualClock(now))
    return asyncio.run(SensorBank.open(opening).read())[sensor.sensor_id]


def test_a_one_wire_thermometer_is_read_in_thousandths(tmp_path, clock):
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


@pytest.mark.parametrize("address", ["json:gone.json#t", "w1:gone"])
def test_what_cannot_be_read_never_raises(tmp_path: Path, clock: ManualClock, address: str) -> None:
    told = read_sensor(thermometer(address), base=tmp_path, now=clock.now())
    assert told.value is None
    assert told.problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'\xef\xbb\xbf{"temperature_c": 4.1}', 4.1),
        (b'{"temperature_c": true}', None),
        (b'{"temperature_c": false}', None),
        (b'{"temperature_c": "4.1"}', None),
        (b'{"temperature_c": [4.1]}', None),
        (b'{"temperature_c": NaN}', None),
        (b'{"temperature_c": 1e999}', None),
        (b'{"temperature_c": 1' + b"0" * 400 + b"}", None),
        (b'{"temperature_c": 1' + b"0" * 5000 + b"}", None),
        (b"[" * 50_000, None),
        (b"[" * 100_000, None),
        (b"", None),
        (b"\xff\xfe{", None),
        (b'{"temperature_c": 4}', 4.0),
        (b'{"temperature_c": 60.4}', 60.0),
        (b'{"temperature_c": 85}', None),
        (b'{"temperature_c": -127}', None),
    ],
)
def test_only_a_number_is_a_reading(tmp_path, text, value):
    (tmp_path / "c.json").write_bytes(text)
    sensor = Sensor(sensor_id="x", kind="temperature", address="json:c.json#temperature_c")
    reading = read_sensor(sensor, base=tmp_path, now=datetime.now(UTC))
    assert reading.value == value
    assert (reading.problem == "") == (value is not None)
    assert len(reading.problem) < 1000


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("door-open", 60.4, 60.0),
        ("door-open", 60.61, None),
        ("compressor-duty", 1.0000001, 1.0),
        ("compressor-duty", -0.001, 0.0),
        ("compressor-duty", 55, None),
    ],
)
def test_what_was_rounded_on_its_way_still_counts(tmp_path, kind, said, value):
    (tmp_path / "c.json").write_text(f'{{"v": {said}}}')
    sensor = Sensor(sensor_id="x", kind=kind, address="json:c.json#v")
    assert read_sensor(sensor, base=tmp_path, now=datetime.now(UTC)).value == value


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_file_of_another_day_past_or_to_come_says_nothing(tmp_path, days):
    (tmp_path / "c.json").write_text('{"v": 4.1}')
    sensor = Sensor(sensor_id="x", kind="temperature", address="json:c.json#v")
    reading = read_sensor(sensor, base=tmp_path, now=datetime.now(UTC) + timedelta(days=days))
    assert reading.value is None
    assert "min" in reading.problem


@pytest.mark.parametrize("text", ["nan", "", "4_125", "４１２５", "9" * 5000, "1" + "0" * 400])
def test_a_one_wire_file_of_no_number_is_no_reading(tmp_path, text):
    (tmp_path / "w").write_text(text, encoding="utf-8")
    sensor = Sensor(sensor_id="x", kind="temperature", address="w1:w")
    assert read_sensor(sensor, base=tmp_path, now=datetime.now(UTC)).value is None
