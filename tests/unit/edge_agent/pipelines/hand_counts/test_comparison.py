"""What a person counted beside what the device did."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.pipelines.hand_counts.comparison import Mark, compare


def test_sums_that_agree_by_chance_are_told_as_missed_and_surplus():
    hand = [Mark(10.0, True), Mark(20.0, True), Mark(30.0, False)]
    counted = [Mark(12.0, True), Mark(50.0, True), Mark(30.5, False)]
    found = compare(hand, counted)
    assert found.accuracy == 1.0
    assert (found.missed, found.surplus) == (1, 1)


def test_errors_of_both_directions_add_up():
    found = compare([Mark(1.0, True), Mark(2.0, False)], [Mark(1.0, False), Mark(2.0, False)])
    assert found.accuracy == 0.0
    assert compare([], []).accuracy is None


@given(
    times=st.lists(st.tuples(st.floats(0, 900), st.booleans()), max_size=40),
    late_s=st.floats(-3.5, 3.5),
)
def test_a_hand_that_is_evenly_late_finds_every_partner(times, late_s):
    hand = [Mark(at_s, way) for at_s, way in times]
    found = compare(hand, [Mark(mark.at_s + late_s, mark.is_entry) for mark in hand])
    assert (found.missed, found.surplus) == (0, 0)


def marks(*seconds: float, entry: bool = True) -> list[Mark]:
    return [Mark(at_s, entry) for at_s in seconds]


def test_where_nobody_crossed_there_is_no_accuracy() -> None:
    assert compare([], []).accuracy is None
    assert compare([], marks(1.0)).accuracy is None


def test_two_counts_that_agree_are_exact() -> None:
    told = compare(marks(1, 5, 9), marks(2, 5, 10))
    assert (told.accuracy, told.missed, told.surplus) == (1.0, 0, 0)


def test_a_crossing_pairs_only_with_one_of_its_direction() -> None:
    told = compare(marks(1.0), marks(1.0, entry=False))
    assert (told.missed, told.surplus, told.accuracy) == (1, 1, 0.0)


def test_a_partner_is_within_four_seconds() -> None:
    assert compare(marks(10.0), marks(14.0)).missed == 0
    assert compare(marks(10.0), marks(14.1)).missed == 1


def test_one_counted_crossing_is_the_partner_of_one_alone() -> None:
    told = compare(marks(10.0, 11.0), marks(10.5))
    assert (told.missed, told.surplus) == (1, 0)
