"""Gaps: seen empty, from when to when, and how sure that is."""

from datetime import timedelta
from pathlib import Path

from cloud_hub.shelf.gaps import Look, find_gaps, load_looks
from cloud_hub.shelf.tables import ShelfObservation
from tests.small_chain import (
    NOW,
    TENANT,
    SmallChain,
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


def test_a_gap_that_nothing_shows_filled_is_still_open() -> None:
    (gap,) = find_gaps([look(0), look(5, "A-1-1"), look(9, hidden=("A-1-1",))])
    assert (gap.ended_at, gap.seen_at, gap.photos) == (None, local(12, 5), 1)


def test_a_slot_that_is_emptied_again_has_a_second_gap() -> None:
    gaps = find_gaps([look(0, "A-1-1"), look(5), look(9, "A-1-1")])
    assert [(gap.started_at, gap.ended_at) for gap in gaps] == [
        (local(12), local(12, 5)),
        (local(12, 9), None),
    ]
    assert [gap.open_before for gap in gaps] == [True, False]


def test_gaps_come_by_their_beginning_and_their_slot() -> None:
    gaps = find_gaps([look(0, "A-2-1", "A-1-1"), look(5, "A-1-2", "A-2-1", "A-1-1")])
    assert [gap.slot_id for gap in gaps] == ["A-1-1", "A-2-1", "A-1-2"]


def test_without_photos_there_are_no_gaps() -> None:
    assert find_gaps([]) == []


def test_only_clear_photos_are_looked_at_oldest_first(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path, stores=2)
    chain.photo(local(12), seen={})
    chain.photo(local(11), quality="fogged")
    chain.photo(local(10))
    chain.photo(local(9), store_id="s02")
    with chain.reading() as session:
        looks = load_looks(session, TENANT)
        late = load_looks(session, TENANT, ShelfObservation.taken_at > local(11))
    assert [(each.taken_at, len(each.empty)) for each in looks["s01-a"]] == [
        (local(10), 0),
        (local(12), 6),
    ]
    assert sorted(looks) == ["s01-a", "s02-a"]
    assert [each.taken_at for each in late["s01-a"]] == [local(12)]
