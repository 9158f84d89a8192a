from datetime import UTC, datetime, timedelta

import pytest

from sync.core.clock import AHEAD_VARIABLE, Anchor, ManualClock, SystemClock, placed_at
from sync.core.errors import InvalidClock
from sync.events import ClockState

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_system_clock_far_from_the_hubs_is_not_trusted_until_it_is_near():
    clock = SystemClock()
    clock.learn(clock.now() + timedelta(hours=2))
    assert clock.stamp().clock is ClockState.UNTRUSTED
    clock.learn(clock.now() + timedelta(seconds=2))
    assert clock.stamp().boot_id == SystemClock().stamp().boot_id


def test_monotonic_time_stands_still_when_the_wall_clock_goes_back():
    clock = ManualClock(NOW)
    clock.advance(10)
    clock.set(NOW - timedelta(days=1))
    assert clock.monotonic_s() == 10
    clock.jump(-3600)
    assert clock.monotonic_s() == 10


def test_an_event_of_1970_is_placed_by_an_anchor_of_its_boot():
    clock = ManualClock(datetime(1970, 1, 1, tzinfo=UTC), boot_id="b", trusted=False)
    clock.advance(100)
    stamp = clock.stamp()
    anchor = Anchor(boot_id="b", monotonic_ms=160_000, true_at=NOW)
    assert placed_at(stamp, anchor) == NOW - timedelta(seconds=60)
    assert placed_at(stamp, None).year == 1970
    assert placed_at(stamp, Anchor(boot_id="c", monotonic_ms=0, true_at=NOW)).year == 1970


def test_a_trusted_stamp_keeps_its_own_time():
    stamp = ManualClock(NOW, boot_id="b").stamp()
    assert (
        placed_at(stamp, Anchor(boot_id="b", monotonic_ms=0, true_at=NOW.replace(year=2027))) == NOW
    )


def test_another_day_is_rehearsed_by_a_wall_clock_that_is_ahead(monkeypatch):
    plain = SystemClock(ahead=timedelta())
    monkeypatch.setenv(AHEAD_VARIABLE, "-86400")
    rehearsed = SystemClock()
    assert plain.now() - rehearsed.now() < timedelta(days=1)
    assert rehearsed.now() + timedelta(days=1) - plain.now() < timedelta(minutes=1)
    assert abs(rehearsed.stamp().monotonic_ms - plain.stamp().monotonic_ms) < 60_000
    assert SystemClock(ahead=timedelta()).ahead == timedelta()


@pytest.mark.parametrize("said", ["tomorrow", "", "nan", "inf", "1e15"])
def test_a_senseless_shift_of_the_clock_is_one_clear_line(monkeypatch, said):
    monkeypatch.setenv(AHEAD_VARIABLE, said)
    with pytest.raises(InvalidClock, match=f"{AHEAD_VARIABLE}.*86400"):
        SystemClock()
