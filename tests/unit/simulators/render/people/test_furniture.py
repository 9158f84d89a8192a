"""What stands in an entrance: who is hidden by it, and how people walk round it."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.render.people.furniture import (
    LEAST_LANE_M,
    SHOULDER_M,
    WALKED_M,
    Kind,
    Leaf,
    Piece,
    detour,
    free_lane,
    furnish,
    hides,
)
from simulators.render.people.people import Pinhole, Pose

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)


def test_who_stands_behind_a_piece_is_covered_and_who_stands_before_it_is_not() -> None:
    pillar = Piece(kind=Kind.PILLAR, x=0.1, z=2.4)
    behind = Pose(x=0.15, z=3.6, heading_rad=0.0, stride_rad=0.0)
    before = Pose(x=0.1, z=1.7, heading_rad=0.0, stride_rad=0.0)
    assert hides(pillar.footprint, behind)
    assert not hides(pillar.footprint, before)
    step = detour(pillar, 0.12)
    assert step is not None
    assert pillar.is_clear_of(0.12 + step.aside(2.4), 2.4)
    assert step.aside(3.9) < 0.1


def test_a_leaf_of_the_door_opens_as_somebody_comes() -> None:
    leaf = Leaf(side=1, open_deg=80.0)
    near = Pose(x=0.0, z=4.7, heading_rad=0.0, stride_rad=0.0)
    _, shut_edge = leaf.footprint(4.0, [])
    _, open_edge = leaf.footprint(4.0, [near])
    assert shut_edge == pytest.approx((0.03, 4.7))
    assert open_edge[1] < 3.4


def test_who_passes_far_enough_beside_a_piece_needs_no_step() -> None:
    pillar = Piece(kind=Kind.PILLAR, x=0.0, z=2.4)
    assert detour(pillar, 0.6) is None
    assert detour(pillar, -0.6) is None
    assert not pillar.is_clear_of(0.4, 2.4)
    assert pillar.is_clear_of(0.6, 2.4)


def test_a_step_goes_to_the_nearer_side_where_there_is_room() -> None:
    counter = Piece(kind=Kind.COUNTER, x=0.0, z=2.4)
    left, right = detour(counter, -0.1), detour(counter, 0.1)
    assert left is not None
    assert right is not None
    assert left.aside(2.4) < 0 < right.aside(2.4)
    by_the_wall = detour(Piece(kind=Kind.COUNTER, x=0.8, z=2.4), 0.9)
    assert by_the_wall is not None
    assert by_the_wall.aside(2.4) < 0, "there is no way on the side of the wall"
    slope = (right.aside(2.01) - right.aside(1.99)) / 0.02
    assert right.slope(2.0) == pytest.approx(slope, rel=1e-3)


def test_a_free_lane_is_the_widest_way_past_all_pieces() -> None:
    pillar = Piece(kind=Kind.PILLAR, x=0.0, z=2.4)
    taken = pillar.size_m[0] / 2 + SHOULDER_M
    assert free_lane([]) == pytest.approx(2 * WALKED_M)
    assert free_lane([pillar]) == pytest.approx(WALKED_M - taken)
    assert free_lane([pillar, replace(pillar, x=0.6)]) == pytest.approx(WALKED_M - taken)


@pytest.mark.parametrize("seed", range(5))
def test_an_entrance_is_furnished_with_pieces_apart_and_a_lane_between(seed: int) -> None:
    pieces = furnish(CAMERA, 3.0, np.random.default_rng(seed))
    assert 2 <= len(pieces) <= 3
    assert len({piece.kind for piece in pieces}) == len(pieces)
    assert free_lane(pieces) >= LEAST_LANE_M
    assert pieces == furnish(CAMERA, 3.0, np.random.default_rng(seed))
