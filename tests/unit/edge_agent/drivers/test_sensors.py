"""What sensors say, or why they say nothing."""

import pytest

from device_profiles.sensor import Sensor


async def test_a_one_wire_thermometer_is_read_in_thousandths(tmp_path, clock):
    from edge_agent.drivers.sensors import read_sensor

    (tmp_path / "temperature").write_text("4187\n", encoding="ascii")
    sensor = Sensor(sensor_id="air", kind="temperature", address="w1:temperature")
    assert read_sensor(sensor, base=tmp_path, now=clock.now()).value == pytest.approx(4.187)
