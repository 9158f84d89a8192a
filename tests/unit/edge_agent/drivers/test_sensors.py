"""The table of drivers: what an address must be, and what the documentation says of it."""

import sys
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.sensors import SENSOR_DRIVERS, SensorDriver, driver_of

DOCS = Path(__file__).parents[4] / "docs" / "edge.md"


def thermometer(address: str, kind: str = "temperature") -> Sensor:
    return Sensor(sensor_id="t", kind=kind, address=address)


def test_an_unknown_kind_or_address_is_told_with_those_there_are() -> None:
    with pytest.raises(SensorUnusable, match="known kinds: "):
        driver_of(thermometer("json:a#b", kind="happiness"))
    with pytest.raises(SensorUnusable, match="it must begin with one of: json:, w1:"):
        driver_of(thermometer("plain"))


@pytest.mark.parametrize("driver", SENSOR_DRIVERS.values(), ids=lambda one: one.scheme)
def test_every_driver_takes_its_own_example_and_stands_in_the_documentation(
    driver: SensorDriver,
) -> None:
    assert driver_of(thermometer(driver.example)) is driver
    assert driver.as_table_row() in DOCS.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("scheme", SENSOR_DRIVERS)
def test_an_address_without_a_place_is_refused_with_an_example(scheme: str) -> None:
    with pytest.raises(SensorUnusable, match="write it such as") as error:
        driver_of(thermometer(f"{scheme}:"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("driver", [one for one in SENSOR_DRIVERS.values() if one.module])
def test_a_missing_extra_is_named(driver: SensorDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, driver.module, None)
    with pytest.raises(SensorUnusable, match=rf"pip install 'aisleos\[{driver.extra}\]'"):
        driver_of(thermometer(driver.example))


@pytest.mark.parametrize(
    ("scheme", "said"), [("mqtt", "asks for a password"), ("mqtts", "it must begin with one of")]
)
def test_a_password_in_an_address_is_refused_and_not_shown(scheme: str, said: str) -> None:
    with pytest.raises(SensorUnusable, match=said) as error:
        driver_of(thermometer(f"{scheme}://me:se@cret@10.0.0.1:1883/a/b"))
    assert "cret" not in str(error.value)
