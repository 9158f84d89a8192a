"""A day of readings in a few numbers."""

import pytest

from cloud_hub.coolers.health.features import DayFeatures, features_of
from cloud_hub.coolers.health.trace import Read, trace_of
from tests.stage.coolers.days import STEP_S, quiet_hours, read

HOUR_S = 3600.0
NIGHT, DAY = [(2 * HOUR_S, 10 * HOUR_S)], [(10 * HOUR_S, 20 * HOUR_S)]


def features(reads: list[Read]) -> DayFeatures:
    return features_of(trace_of(reads), NIGHT, DAY)


def day_of(*, night_duty: float = 0.3, day_duty: float = 0.5, cold_again: int = 2) -> list[Read]:
    """Two hours before, eight of night with a defrost after four, ten of day."""
    reads = quiet_hours(0.0, 6, duty=night_duty)
    for warm in (6.0, 7.5, 9.0):
        reads.append(read(reads[-1].at_s + STEP_S, warm=warm, duty=0.0, mode="defrost"))
    for _ in range(cold_again):
        reads.append(read(reads[-1].at_s + STEP_S, warm=8.0, duty=1.0))
    rest = (10 * HOUR_S - reads[-1].at_s - STEP_S) / HOUR_S
    reads += quiet_hours(reads[-1].at_s + STEP_S, rest, duty=night_duty)
    return reads + quiet_hours(10 * HOUR_S, 10, duty=day_duty)


def test_a_day_is_told_in_its_units() -> None:
    found = features(day_of())
    assert found.night_duty == pytest.approx(0.3)
    assert found.day_duty == pytest.approx(0.5)
    assert found.night_c == pytest.approx(4.0, abs=0.15)
    assert found.defrost_min == 15
    assert found.pull_down_min == 15
    assert found.read == 1.0
    assert not found.is_restarted


def test_a_weak_cooler_pulls_down_slowlier() -> None:
    assert features(day_of(cold_again=8)).pull_down_min == 45


def test_a_busy_hour_and_warm_goods_say_nothing_of_the_cooler() -> None:
    reads = [
        each._replace(duty=1.0, temperature_c=7.0) if 4 <= each.at_s / HOUR_S < 6 else each
        for each in quiet_hours(0.0, 20, duty=0.3)
    ]
    found = features(reads)
    assert found.night_duty == pytest.approx(0.3)
    assert found.night_c == pytest.approx(4.1)


def test_what_was_not_read_is_none_and_never_nought() -> None:
    found = features([])
    assert (found.night_duty, found.day_c, found.open_s, found.read) == (None, None, None, 0.0)
    blind = [each._replace(temperature_c=None, duty=None) for each in day_of()]
    assert (features(blind).night_duty, features(blind).night_c) == (None, None)


def test_a_cooler_that_stood_still_and_was_warm_began_anew() -> None:
    reads = quiet_hours(0.0, 5)
    reads += quiet_hours(9 * HOUR_S, 8, warm=19.0)
    assert features(reads).is_restarted
    after_a_gap = quiet_hours(0.0, 5) + quiet_hours(9 * HOUR_S, 8, warm=6.0)
    assert not features(after_a_gap).is_restarted
