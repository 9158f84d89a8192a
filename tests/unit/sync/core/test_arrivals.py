import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.arrivals import RangeSet

ranges = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda p: (p[0], p[0] + p[1]))
operations = st.lists(st.tuples(st.sampled_from(["add", "subtract"]), ranges), max_size=40)


def played(steps):
    made, model = RangeSet(), set()
    for name, (first, last) in steps:
        numbers = set(range(first, last + 1))
        if name == "add":
            assert made.add(first, last) == len(numbers - model)
            model |= numbers
        else:
            assert made.subtract(first, last) == len(numbers & model)
            model -= numbers
    return made, model


@given(operations, ranges)
def test_ranges_hold_exactly_what_a_set_of_numbers_would(steps, asked):
    made, model = played(steps)
    assert {n for first, last in made for n in range(first, last + 1)} == model
    assert len(made) == len(model)
    assert bool(made) == bool(model)
    assert made.highest() == max(model, default=0)
    first, last = asked
    inside = {n for n in range(first, last + 1) if n in model}
    assert made.covered(first, last) == len(inside)
    gaps = {n for a, b in made.missing(first, last) for n in range(a, b + 1)}
    assert gaps == set(range(first, last + 1)) - inside
    assert made.contains(first) == (first in model)
    expected = 0
    while expected + 1 in model:
        expected += 1
    assert made.watermark() == expected


@given(operations)
def test_ranges_never_touch_each_other(steps):
    made, _ = played(steps)
    for (_, last), (first, _) in zip(made.ranges(), made.ranges()[1:], strict=False):
        assert first > last + 1


def test_the_watermark_waits_for_the_first_number():
    arrived = RangeSet.of([(101, 200)])
    assert arrived.watermark() == 0
    arrived.add(1, 100)
    assert arrived.watermark() == 200


def test_a_copy_is_independent():
    arrived = RangeSet.of([(1, 5)])
    arrived.copy().add(6, 9)
    assert arrived.ranges() == [(1, 5)]


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        RangeSet().add(5, 4)
