"""Gaps: seen empty, from when to when, and how sure that is."""

from datetime import timedelta

from cloud_hub.shelf.gaps import Look, find_gaps
from tests.small_chain import (
    NOW,
    local,
)


def look(minute: int, *empty: str, hidden: tuple[str, ...] = ()) -> Look:
    taken_at = local(12, 0) + timedelta(minutes=minute)
    return Look(taken_at=taken_at, empty=frozenset(empty), hidden=frozenset(hidden))


def test_a_gap_is_confirmed_by_two_photos_or_ten_minutes() -> None:
    once = find_gaps([look(0), look(5, "A-1-1")])[0]
    assert not once.is_confirmed(local(12, 14))
    assert once.is_confirmed(local(12, 15))
    twice = find_gaps([look(0), look(5, "A-1-1"), look(6, "A-1-1")])[0]
    assert twice.is_confirmed(local(12, 6))


def test_a_gap_ends_with_the_first_photo_that_shows_it_filled() -> None:
    gaps = find_gaps([look(0), look(30, "A-1-1"), look(60, hidden=("A-1-1",)), look(90)])
    assert [(gap.started_at, gap.ended_at) for gap in gaps] == [(local(12, 30), local(13, 30))]
    assert not gaps[0].is_confirmed(NOW), "one photo, and the next clear one showed it filled"


def test_a_gap_in_the_oldest_photo_may_have_begun_before_it() -> None:
    assert find_gaps([look(0, "A-1-1")])[0].open_before
    assert not find_gaps([look(0), look(1, "A-1-1")])[0].open_before
