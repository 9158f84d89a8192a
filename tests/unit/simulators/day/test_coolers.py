"""A healthy cooler's simulated readings."""

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean

from simulators.chain.script import OddCooler
from simulators.day.coolers import OPENING_S, READING_S, as_planted, readings_of_hour
from sync.events import CoolerRead

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)


def read(at: datetime = AT, readings: int = 4, openings: int = 0, seed: int = 1) -> CoolerRead:
    return readings_of_hour("s01-a", at, readings, lambda _a, _b: openings, Random(seed))


def test_an_hour_is_as_many_quarters_as_are_asked_for() -> None:
    for readings in (1, 3, 4):
        body = read(readings=readings)
        assert len(body.temperature_c) == len(body.door_open_s) == readings
        assert len(body.compressor_duty) == readings
    assert (body.fixture_id, body.interval_s, body.started_at) == ("s01-a", READING_S, AT)


def test_each_quarter_asks_for_its_own_openings() -> None:
    asked: list[tuple[datetime, datetime]] = []

    def openings(begins_at: datetime, ends_at: datetime) -> int:
        asked.append((begins_at, ends_at))
        return len(asked)

    body = readings_of_hour("s01-a", AT, 3, openings, Random(1))
    quarter = timedelta(seconds=READING_S)
    assert asked == [(AT + quarter * n, AT + quarter * (n + 1)) for n in range(3)]
    assert body.door_open_s == (OPENING_S, 2 * OPENING_S, 3 * OPENING_S)


def test_afternoons_and_opened_doors_are_warmer() -> None:
    def mean(**how: object) -> float:
        return fmean(t for seed in range(40) for t in read(seed=seed, **how).temperature_c if t)

    night = mean(at=AT.replace(hour=3))
    assert night < mean() < mean(openings=9)
    assert 2.0 < night < mean(openings=9) < 6.0


def test_a_compressor_is_never_busier_than_a_healthy_one() -> None:
    assert all(duty <= 0.72 for duty in read(openings=500).compressor_duty if duty is not None)


def test_the_time_told_is_utc() -> None:
    assert read(at=AT.astimezone()).started_at == AT


def planted(**how: object) -> CoolerRead:
    body = readings_of_hour("s01-a", AT, 4, lambda _a, _b: 0, Random(1))
    return as_planted(body, [OddCooler(store_id="s01", **how)], AT.tzinfo)


def test_what_is_odd_is_so_from_then_on_and_within_its_hours_alone() -> None:
    quarter = timedelta(minutes=15)
    sound = readings_of_hour("s01-a", AT, 4, lambda _a, _b: 0, Random(1))
    read = planted(since=AT + quarter, until=AT + 3 * quarter, duty=0.97, warmer_c=2.0)
    assert read.temperature_c == (
        sound.temperature_c[0],
        *(round(warm + 2.0, 2) for warm in sound.temperature_c[1:3]),
        sound.temperature_c[3],
    )
    assert [duty > 0.9 for duty in read.compressor_duty] == [False, True, True, False]
    hour = AT.hour
    inside = planted(since=AT, duty=0.3, between_h=(hour, hour + 1), mode="night")
    assert (inside.mode, max(inside.compressor_duty) < 0.4) == ("night", True)
    assert planted(since=AT, duty=0.3, between_h=(hour + 1, hour), mode="night") == sound
