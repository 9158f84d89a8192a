"""Simulated door counts."""

from datetime import UTC, datetime, timedelta

import pytest

from simulators.core.clock import demo_time
from simulators.day.footfall import FIRST_H, LAST_H, by_the_hour, door_minutes, footfall_of
from simulators.day.shoppers import Visit

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
DAY = TIME.days_ago(1)
EVENING = TIME.at(DAY, 24)


def visit(hour: int, minute: int, *, stays_s: float = 100.0) -> Visit:
    entered_at = TIME.at(DAY, hour, minute, 30)
    return Visit(
        entered_at=entered_at,
        left_at=entered_at + timedelta(seconds=stays_s),
        paid_at=entered_at,
        wishes=(),
        identities=(),
        tender="cash",
    )


def test_every_minute_of_the_watched_day_is_there_even_when_nobody_came() -> None:
    minutes = door_minutes((), (), DAY, TIME, until=EVENING)
    assert len(minutes) == (LAST_H - FIRST_H) * 60
    assert minutes[0].starts_at == TIME.at(DAY, FIRST_H)
    assert sum(minute.entries + minute.exits + minute.staff for minute in minutes) == 0


def test_only_whole_minutes_before_now_are_told() -> None:
    until = TIME.at(DAY, 7, 0, 59)
    minutes = door_minutes((), (), DAY, TIME, until=until)
    assert minutes[-1].starts_at == TIME.at(DAY, 6, 59)
    assert door_minutes((), (), DAY, TIME, until=TIME.at(DAY, FIRST_H)) == []


def test_who_comes_in_goes_out_in_another_minute() -> None:
    minutes = {
        minute.starts_at: minute
        for minute in door_minutes(
            [visit(9, 0), visit(9, 0)], [TIME.at(DAY, 6, 46, 5)], DAY, TIME, until=EVENING
        )
    }
    assert minutes[TIME.at(DAY, 9, 0)].entries == 2
    assert minutes[TIME.at(DAY, 9, 2)].exits == 2
    assert minutes[TIME.at(DAY, 6, 46)].staff == 1


def test_visits_may_be_handed_over_as_they_come() -> None:
    minutes = door_minutes((one for one in [visit(9, 0)]), (), DAY, TIME, until=EVENING)
    assert (sum(m.entries for m in minutes), sum(m.exits for m in minutes)) == (1, 1)


def test_pieces_end_with_the_clocks_hours() -> None:
    minutes = door_minutes((), (), DAY, TIME, until=TIME.at(DAY, 7, 30))
    assert [len(piece) for piece in by_the_hour(minutes)] == [60, 30]
    assert by_the_hour([]) == []


def test_an_event_holds_consecutive_minutes_and_says_that_it_is_simulated() -> None:
    minutes = door_minutes([visit(9, 0)], (), DAY, TIME, until=EVENING)
    piece = by_the_hour(minutes)[9 - FIRST_H]
    event = footfall_of(piece)
    assert (event.started_at, event.interval_s, event.simulated) == (TIME.at(DAY, 9), 60, True)
    assert (sum(event.in_), sum(event.out), len(event.in_)) == (1, 1, 60)
    assert event.watched_s == (60.0,) * 60
    with pytest.raises(IndexError):
        footfall_of([])
