"""Energy of a day: watts over time, a counter with its resets."""

from datetime import timedelta

import pytest

from cloud_hub.coolers.energy import Energy, counter_energy, power_energy
from tests.small_chain import local


def test_only_the_time_that_was_read_counts() -> None:
    assert power_energy([(1800.0, 400.0), (1800.0, 200.0)]) == Energy(kwh=0.3, metered_s=3600.0)
    assert power_energy([]) == Energy(kwh=None, metered_s=0.0)


def counted(*values: float) -> Energy:
    return counter_energy((local(8) + timedelta(hours=n), value) for n, value in enumerate(values))


def test_a_counter_tells_what_it_went_up_by() -> None:
    assert counted(100.0, 100.4, 101.0).kwh == pytest.approx(1.0)
    assert counted(100.0).kwh is None


def test_a_counter_that_began_anew_loses_nothing_that_it_shows() -> None:
    assert counted(99.5, 100.0, 0.25, 0.5).kwh == pytest.approx(1.0)


def test_a_jump_that_no_cooler_can_use_is_another_meter() -> None:
    assert counted(100.0, 100.5, 5000.0, 5000.5) == Energy(kwh=1.0, metered_s=7200.0)
