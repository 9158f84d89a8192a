"""Simulated queues say what their waits are."""

from datetime import UTC, datetime, timedelta

import pytest

from simulators.day.queues import Wait, queue_events

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def wait(begins_s: float, seconds: float) -> Wait:
    begins_at = NOON + timedelta(seconds=begins_s)
    return Wait(begins_at, begins_at + timedelta(seconds=seconds))


def test_a_minute_holds_who_stood_in_it_and_the_waits_that_ended() -> None:
    waits = [wait(-30, 60), wait(0, 120), wait(10, 3)]
    first, second = queue_events(waits, NOON, NOON + timedelta(minutes=2), piece_min=1)
    assert first.dwell_s == (3.0, 60.0)
    assert second.dwell_s == ()
    assert first.occupancy_mean == pytest.approx((30 + 60 + 3) / 60, abs=0.01)
    assert first.queue_mean == pytest.approx((30 + 55) / 60, abs=0.01)
    assert (first.occupancy_max, first.queue_max) == (3, 2)
    assert (second.queue_mean, second.queue_max) == (1.0, 1)


def test_pieces_are_whole_and_everybody_ends_in_one_of_them() -> None:
    waits = [wait(60 * number, 90) for number in range(40)]
    events = queue_events(waits, NOON, NOON + timedelta(minutes=50), piece_min=15)
    assert [event.interval_s for event in events] == [900] * 3
    ended = sum(w.ends_at < NOON + timedelta(minutes=45) for w in waits)
    assert sum(len(event.dwell_s) for event in events) == ended
