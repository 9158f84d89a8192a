"""Coolers as machines: sound ones keep cold, and each fault shows as it does in a shop."""

import numpy as np
import pytest

from simulators.day.cooler_physics import (
    MINUTES_A_DAY,
    Around,
    Breaking,
    Fault,
    Machines,
    Sensed,
    play,
)

COUNT, DAYS = 6, 4


def around() -> Around:
    shape = (DAYS * MINUTES_A_DAY, COUNT)
    return Around(
        room_c=np.full(shape, 22.0),
        open_s=np.zeros(shape),
        warm_w=np.zeros(shape),
        has_power=np.ones(shape, bool),
        saves=np.zeros(shape, bool),
        defrost_longer=np.ones(shape),
        leaks_more=np.ones(shape),
    )


def played(*broken: Breaking, where: Around | None = None) -> Sensed:
    rng = np.random.default_rng(5)
    return play(Machines.drawn(COUNT, rng), where or around(), broken, rng)


def last_day(values: np.ndarray) -> np.ndarray:
    return values[-MINUTES_A_DAY // 5 :].mean(axis=0)


def test_sound_coolers_keep_cold_and_rest_more_than_they_run() -> None:
    seen = played()
    assert (last_day(seen.temperature_c) < 7.0).all()
    assert (last_day(seen.duty) < 0.6).all()
    assert seen.defrosts.any(axis=0).all()


def test_it_follows_from_the_seed() -> None:
    assert np.array_equal(played().temperature_c, played().temperature_c)


@pytest.mark.parametrize("fault", [Fault.LEAK, Fault.DIRTY, Fault.FAN, Fault.GASKET])
def test_a_worn_machine_runs_more_than_before(fault: Fault) -> None:
    worn = Breaking(cooler=0, fault=fault, since=MINUTES_A_DAY, over_min=4 * MINUTES_A_DAY)
    ill, sound = last_day(played(worn).duty), last_day(played().duty)
    assert ill[0] > 1.2 * sound[0]
    assert ill[1:] == pytest.approx(sound[1:])


@pytest.mark.parametrize("by_sensor", [False, True])
def test_what_drifts_reads_warmer(by_sensor: bool) -> None:
    drift = Breaking(
        cooler=0,
        fault=Fault.DRIFT,
        since=MINUTES_A_DAY,
        over_min=4 * MINUTES_A_DAY,
        by_sensor=by_sensor,
    )
    ill, sound = played(drift), played()
    assert last_day(ill.temperature_c)[0] > last_day(sound.temperature_c)[0] + 2.0
    assert last_day(ill.duty)[0] < last_day(sound.duty)[0] + 0.02


def test_a_mended_one_is_sound() -> None:
    mended = Breaking(cooler=0, fault=Fault.LEAK, since=10, over_min=100, mended=200)
    assert (mended.severity(5), mended.severity(60), mended.severity(200)) == (0.0, 0.5, 0.0)


def test_without_power_nothing_is_read_and_it_warms() -> None:
    dark = around()
    dark.has_power[MINUTES_A_DAY : MINUTES_A_DAY + 240] = False
    seen = played(where=dark)
    first = MINUTES_A_DAY // 5
    assert np.isnan(seen.temperature_c[first : first + 48]).all()
    assert (seen.temperature_c[first + 48] > seen.temperature_c[first - 1] + 2.0).all()
