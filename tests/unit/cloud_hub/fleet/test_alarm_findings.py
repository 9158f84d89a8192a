"""Alarms that devices raised."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.fleet.alarm_findings import ALARM
from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def found(chain: SmallChain) -> list[Finding]:
    with chain.reading() as session:
        return list(find_problems(session, TENANT, NOW, SEARCHES))


def test_an_open_alarm_is_first_and_one_that_is_over_is_told(chain: SmallChain) -> None:
    chain.alarm("too-warm", local(13, 40), value=11.0, limit=8.0)
    chain.alarm("picture-covered", local(9), cleared_at=local(10, 10), device_id="s01-door")
    warm, covered = found(chain)
    assert (warm.kind, warm.severity) == (ALARM, Severity.ALARM)
    assert "too warm since 13:40 (11, limit 8)" in warm.sentence.text("en")
    assert warm.owner is LoginRole.TECHNICIAN
    assert covered.severity is Severity.INFORMATION
    assert "lens covered from 09:00 to 10:10" in covered.sentence.text("en")


def test_an_alarm_of_an_earlier_day_that_is_over_is_not_told(chain: SmallChain) -> None:
    day = TODAY - timedelta(days=1)
    chain.alarm("too-warm", local(9, day=day), cleared_at=local(10, day=day))
    assert found(chain) == []


def test_a_sensor_without_a_reading_is_named(chain: SmallChain) -> None:
    for sensor in ("freezer-air", "door-left"):
        chain.alarm("sensor-lost", local(13), subject=sensor)
    told = {each.sentence.text("en") for each in found(chain)}
    assert len(told) == 2
    assert any("no reading of sensor freezer-air since 13:00" in each for each in told)
