"""What a cooler holds, pack by pack."""

from dataclasses import replace

import numpy as np
import pytest

from device_profiles.planogram import Feed
from simulators.render.packs.packs import PackDesign, unlisted_pack
from simulators.render.shelves.cooler import CELL_WIDTH_MM
from simulators.render.shelves.lanes import (
    LANE_MM,
    TURNS_DEG,
    Lane,
    Pack,
    filled_lane,
    nudged,
    pitch_mm,
    placed,
    places_of,
    standings,
)

DESIGN = unlisted_pack(9001)
BOTH = pytest.mark.parametrize("feed", [Feed.STILL, Feed.SLIDING])


def lane(feed: Feed = Feed.STILL, *, missing: int = 0, place: tuple[int, int] = (1, 1)) -> Lane:
    return filled_lane(place, DESIGN, feed, np.random.default_rng(1), missing=missing)


def pack(design: PackDesign = DESIGN) -> Pack:
    return placed(design, np.random.default_rng(2))


def test_as_many_packs_stand_in_a_lane_as_are_deep_enough() -> None:
    count = places_of(DESIGN)
    assert count * pitch_mm(DESIGN) <= LANE_MM < (count + 1) * pitch_mm(DESIGN)


@BOTH
def test_a_full_lane_has_no_room_and_one_that_lacks_packs_looks_full(feed: Feed) -> None:
    full, short = lane(feed), lane(feed, missing=2)
    assert (len(full.held()), full.room()) == (full.places, 0)
    assert len(short.held()) == short.places - 2
    assert short.packs[0] is not None, "what is missing is missing behind"


@BOTH
def test_more_missing_than_fit_is_an_empty_lane(feed: Feed) -> None:
    empty = lane(feed, missing=99)
    assert (empty.held(), empty.front, empty.room()) == ([], None, empty.places)
    with pytest.raises(ValueError, match=r"lane \(1, 1\) is empty"):
        empty.take()


def test_on_a_still_shelf_the_next_pack_stays_where_it_stood() -> None:
    still = lane()
    _, second, *_ = still.held()
    still.take()
    assert still.front is second
    assert still.packs[0] is None
    nearest = standings([still])[-1]
    assert nearest.setback_mm == pytest.approx(pitch_mm(DESIGN) + second.setback_mm)


def test_on_a_sliding_shelf_the_next_pack_comes_forward() -> None:
    sliding = lane(Feed.SLIDING)
    _, second, *_ = sliding.held()
    sliding.take()
    assert sliding.packs[0] is second
    assert standings([sliding])[-1].setback_mm == pytest.approx(second.setback_mm)


@BOTH
def test_what_is_put_in_front_is_taken_next(feed: Feed) -> None:
    one = lane(feed)
    one.take()
    one.take()
    assert one.room() == 2
    for deep in (True, False):
        brought = pack()
        one.put(brought, deep=deep)
        assert one.front is brought
        one.take()


def test_a_pack_put_deep_stands_before_the_next_one_and_else_at_the_edge() -> None:
    deep, edge = lane(), lane()
    for one in (deep, edge):
        one.take()
        one.take()
    deep.put(pack(), deep=True)
    edge.put(pack(), deep=False)
    assert [at is None for at in deep.packs[:3]] == [True, False, False]
    assert [at is None for at in edge.packs[:3]] == [False, True, False]
    assert (deep.room(), edge.room()) == (1, 0)


def test_packs_are_drawn_the_hindmost_first_in_the_middle_of_their_cell() -> None:
    found = standings([lane(place=(2, 3)), lane(place=(1, 1))])
    depths = [one.setback_mm for one in found]
    assert depths == sorted(depths, reverse=True)
    assert len(found) == 2 * places_of(DESIGN)
    assert {one.board for one in found} == {0, 1}
    for one in found:
        middle = (2.5 if one.board else 0.5) * CELL_WIDTH_MM
        assert one.x_mm == pytest.approx(middle, abs=2.0)


def test_a_hand_never_puts_a_pack_out_of_its_cell_and_a_sleeve_not_before_its_board() -> None:
    rng = np.random.default_rng(5)
    wide = replace(DESIGN, width_mm=CELL_WIDTH_MM)
    for _ in range(50):
        assert placed(wide, rng).x_mm == 0.0
        one = placed(DESIGN, rng)
        assert one.yaw_deg in TURNS_DEG
        brushed = nudged(one, rng)
        assert (brushed.design, brushed.yaw_deg) == (one.design, one.yaw_deg)
        assert brushed.setback_mm >= 0.0
