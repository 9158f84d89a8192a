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
