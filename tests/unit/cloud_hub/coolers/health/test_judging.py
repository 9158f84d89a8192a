"""A cooler against its own past: what speaks, what stays silent, and when it is over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cloud_hub.coolers.health.features import DayFeatures
from cloud_hub.coolers.health.judging import Excess, JudgedDay, base_of, company_of, judge_day

FIRST = date(2026, 5, 1)
SOUND = DayFeatures(
    night_duty=0.40, day_duty=0.55, night_c=4.0, day_c=4.3, pull_down_min=18.0, read=1.0
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def wobbling(number: int) -> DayFeatures:
    """No two days are alike."""
    by = 0.01 * (number * 7 % 5 - 2)
    return replace(SOUND, night_duty=0.40 + by, day_duty=0.55 - by, night_c=4.0 + 3 * by)


def verdicts(ill: dict[int, DayFeatures], days: int = 40, others: int = 0) -> list[JudgedDay]:
    """Each day's verdict of a cooler that is sound but on the days named, among others that are
    as it is."""
    names = ["ill", *(f"other {n}" for n in range(others))]
    histories = {name: {day(n): ill.get(n, wobbling(n)) for n in range(days)} for name in names}
    companies = company_of([(name, "s", "town") for name in names])
    sums: dict[str, Excess] = {}
    found = []
    for number in range(days):
        verdict = judge_day(histories, companies, day(number), sums)
        sums = {name: each.sums for name, each in verdict.items()}
        found.append(verdict["ill"])
    return found


def warned(found: list[JudgedDay]) -> list[int]:
    return [number for number, each in enumerate(found) if each.is_warning]


def test_a_sound_cooler_is_never_told() -> None:
    found = verdicts({})
    assert warned(found) == []
    assert not found[4].is_judged
    assert found[30].is_judged


def test_a_compressor_that_runs_all_night_is_told_after_one_night_with_its_reason() -> None:
    ill = replace(SOUND, night_duty=0.97, day_duty=0.98, pull_down_min=41.0)
    found = verdicts({38: ill, 39: ill})
    assert warned(found) == [38, 39]
    reasons = {each.feature: each for each in found[38].reasons}
    assert reasons["night_duty"].value == 0.97
    assert reasons["night_duty"].usual == pytest.approx(0.40)
    assert (reasons["pull_down_min"].value, reasons["pull_down_min"].usual) == (41.0, 18.0)


def test_a_slow_change_is_told_after_some_days_and_it_is_over_soon_after_the_repair() -> None:
    slow = {
        25 + n: replace(SOUND, night_duty=0.40 * 1.03**n, day_duty=0.55 * 1.03**n)
        for n in range(10)
    }
    told = warned(verdicts(slow))
    assert 28 <= told[0] <= 32
    assert told[-1] <= 36


@pytest.mark.parametrize(
    "unlike",
    [
        {"night_duty": 0.25, "night_c": 7.0},
        {"night_duty": 0.52},
        {"day_duty": 0.95, "day_c": 5.6},
        {"defrost_min": 40.0, "spread_c": 5.0},
        {"night_duty": 0.2, "day_duty": 0.3},
    ],
    ids=["night saving set", "night saving taken away", "busy days", "long defrosts", "refit"],
)
def test_settings_busy_days_and_defrosts_stay_silent(unlike: dict[str, float]) -> None:
    ill = {n: replace(SOUND, **unlike) for n in range(30, 33)}
    assert warned(verdicts(ill)) == []


def test_one_warm_day_is_no_warning_and_warmth_that_stays_is() -> None:
    warm = replace(SOUND, night_c=5.5, day_c=5.8)
    assert warned(verdicts({30: warm})) == []
    assert warned(verdicts({30: warm, 31: warm}))[0] == 31


def test_what_all_coolers_of_a_region_do_together_is_the_weather() -> None:
    heat = {n: replace(SOUND, night_duty=0.8, day_duty=0.95) for n in range(30, 35)}
    assert warned(verdicts(heat)) != []
    assert warned(verdicts(heat, others=6)) == []


def test_after_it_was_emptied_and_moved_its_past_says_nothing_of_it() -> None:
    moved = replace(SOUND, night_duty=0.7, day_duty=0.9)
    ill = {30: replace(moved, is_restarted=True)} | dict.fromkeys(range(31, 40), moved)
    assert warned(verdicts(ill)) == []
    history = {day(n): ill.get(n, wobbling(n)) for n in range(40)}
    assert base_of(history, day(31)) == []
    assert base_of(history, day(36)) == [moved] * 4 + [ill[30]]


def test_a_day_that_was_hardly_read_is_not_judged_and_a_gap_ends_no_warning() -> None:
    ill = replace(SOUND, night_duty=0.97, day_duty=0.98)
    found = verdicts({36: ill, 37: replace(ill, read=0.1), 38: ill})
    assert not found[37].is_judged
    assert warned(found)[:2] == [36, 38]


def test_a_small_region_is_judged_with_the_whole_chain() -> None:
    places = [(f"c{n}", "s", "town" if n < 6 else "village") for n in range(8)]
    companies = company_of(places)
    assert companies["c0"] == "region town"
    assert companies["c7"] == "chain"
