"""Beliefs about lanes: what a look at the front says, and what it cannot say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision_models.shelf.openings.lanes import (
    Change,
    DoorOpening,
    LaneLook,
    Odds,
    Priors,
    Showing,
    SlidingLane,
    StillLane,
    minus,
    plus,
    replaced_odds,
)

TEA, COLA = "09520001000010", "09520001000027"
PRIORS = Priors()
SHOPPING, REFILL = DoorOpening(), DoorOpening(is_service=True)
odds = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5).map(
    lambda some: tuple(float(p) for p in np.array(some) / sum(some))
)


def still() -> StillLane:
    """Six packs of tea, 65 mm apart."""
    return StillLane(lane_mm=390.0, widths_mm={TEA: 63.0, COLA: 63.0}).filled(TEA)


def sliding() -> SlidingLane:
    return SlidingLane(places=6).filled(TEA, PRIORS)


def mean(some: Odds) -> float:
    return sum(count * p for count, p in enumerate(some))


def same(depth_mm: float = 0.0) -> LaneLook:
    return LaneLook(showing=Showing.SAME, gtin=TEA, depth_mm=depth_mm)


def test_a_pack_one_pitch_further_back_means_that_one_was_taken() -> None:
    lane, (change,) = still().after(same(68.0), SHOPPING, PRIORS)

    assert mean(change.taken) == pytest.approx(1.0, abs=0.05)
    assert len(lane.stood) == 5
    assert lane.front_mm == 68.0


def test_three_pitches_further_back_mean_three() -> None:
    _, (change,) = still().after(same(198.0), SHOPPING, PRIORS)

    assert mean(change.taken) == pytest.approx(3.0, abs=0.05)


def test_a_pack_turned_in_its_place_was_not_taken() -> None:
    _, changes = still().after(same(9.0), SHOPPING, PRIORS)

    assert changes == ()


def test_a_pack_put_back_at_the_edge_is_one_pack_whatever_the_gap_behind_it() -> None:
    lane, _ = still().after(same(195.0), SHOPPING, PRIORS)
    lane, (back,) = lane.after(same(0.0), SHOPPING, PRIORS)
    assert mean(back.added) == pytest.approx(1.0, abs=0.1)

    lane, (taken,) = lane.after(same(195.0), SHOPPING, PRIORS)
    assert mean(taken.taken) == pytest.approx(1.0, abs=0.05)


def test_a_refill_counts_every_place_that_was_filled() -> None:
    lane, _ = still().after(same(195.0), SHOPPING, PRIORS)
    lane, (change,) = lane.after(same(0.0), REFILL, PRIORS)

    assert mean(change.added) == pytest.approx(3.0, abs=0.1)
    assert len(lane.stood) == 6


def test_another_product_in_front_was_put_there_and_its_going_leaves_the_lane_as_it_was() -> None:
    lane, (put,) = still().after(LaneLook(showing=Showing.OTHER, gtin=COLA), SHOPPING, PRIORS)
    assert (put.gtin, put.added) == (COLA, (0.0, 1.0))

    lane, (gone,) = lane.after(LaneLook(showing=Showing.OTHER, gtin=TEA), SHOPPING, PRIORS)
    assert gone.gtin == COLA
    assert mean(gone.taken) == 1.0
    assert lane.front == TEA


def test_the_last_pack_gone_is_certain_and_several_at_once_are_not() -> None:
    empty = LaneLook(showing=Showing.EMPTY)
    last, _ = still().after(same(325.0), SHOPPING, PRIORS)

    _, (one,) = last.after(empty, SHOPPING, PRIORS)
    _, (many,) = still().after(empty, SHOPPING, PRIORS)

    assert one.taken == (0.0, 1.0)
    assert max(many.taken) < 1.0


def test_packs_that_would_not_be_seen_are_not_said_to_be_gone() -> None:
    lane, _ = still().after(same(195.0), SHOPPING, PRIORS)
    lane, (change,) = lane.after(
        LaneLook(showing=Showing.EMPTY, hidden_from_mm=230.0), SHOPPING, PRIORS
    )

    assert mean(change.taken) == 1.0
    assert len(lane.stood) == 2


def test_a_sliding_lane_says_that_packs_went_but_not_how_many() -> None:
    lane, (change,) = sliding().after(same(), SHOPPING, PRIORS)

    assert 0 < change.taken[0] < 0.2
    assert change.taken[2] > 0
    assert mean(lane.left) == pytest.approx(5, abs=0.2)


def test_an_empty_sliding_lane_sets_right_what_was_mistaken_before() -> None:
    lane, said = sliding(), 0.0
    for _ in range(3):
        lane, (change,) = lane.after(same(), SHOPPING, PRIORS)
        said += mean(change.taken)
    _, (rest,) = lane.after(LaneLook(showing=Showing.EMPTY), SHOPPING, PRIORS)

    assert said + mean(rest.taken) == pytest.approx(6.0, abs=0.2)


@pytest.mark.parametrize("openings", [None, 40])
def test_after_too_many_openings_a_sliding_lane_is_not_told(openings: int | None) -> None:
    _, (change,) = sliding().after(same(), DoorOpening(openings=openings), PRIORS)

    assert change == Change(gtin=TEA, is_told=False)


def test_what_is_hidden_is_not_told_and_changes_no_belief() -> None:
    for lane in (still(), sliding()):
        after, (change,) = lane.after(LaneLook(showing=Showing.UNTOLD), SHOPPING, PRIORS)
        assert after == lane
        assert not change.is_told


@given(odds, odds)
def test_odds_stay_odds(one: Odds, other: Odds) -> None:
    for some in (plus(one, other), minus(one, other, least=1)):
        assert sum(some) == pytest.approx(1.0)
        assert min(some) >= 0.0
    assert mean(plus(one, other)) == pytest.approx(mean(one) + mean(other))


def test_more_openings_since_the_last_look_mean_more_packs_and_more_doubt() -> None:
    once, often = replaced_odds(1, PRIORS), replaced_odds(5, PRIORS)

    assert mean(often) > mean(once)
    assert len(often) > len(once)
