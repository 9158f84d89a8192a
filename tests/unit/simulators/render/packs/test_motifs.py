"""The picture of a flavour: six kinds, each where it was asked for and in its colour."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from simulators.render.packs.motifs import MotifSpot, deeper, draw_motif, paler, ring

GREY = (128, 128, 128)
SIZE_PX = 160
SPOT = MotifSpot(x=80.0, y=80.0, radius=40.0, colour=(240, 40, 60), seed=5)
STAR = 5
MOTIFS = range(STAR + 1)


def drawn(motif: int, spot: MotifSpot = SPOT) -> np.ndarray:
    sheet = Image.new("RGB", (SIZE_PX, SIZE_PX), GREY)
    draw_motif(ImageDraw.Draw(sheet), motif, spot)
    return np.asarray(sheet).astype(int)


def touched(picture: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((picture != GREY).any(axis=2))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_no_two_motifs_look_alike() -> None:
    for one, other in combinations(MOTIFS, 2):
        assert not np.array_equal(drawn(one), drawn(other)), (one, other)


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_motif_keeps_near_its_spot(motif: int) -> None:
    most = SPOT.radius * 1.55
    x1, y1, x2, y2 = touched(drawn(motif))
    assert SPOT.x - most <= x1 < SPOT.x < x2 <= SPOT.x + most
    assert SPOT.y - most <= y1 < SPOT.y < y2 <= SPOT.y + most


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_motif_moves_with_its_spot(motif: int) -> None:
    moved = drawn(motif, replace(SPOT, x=SPOT.x + 10, y=SPOT.y - 6))
    assert np.array_equal(np.roll(drawn(motif), (-6, 10), axis=(0, 1)), moved)


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_motif_is_mostly_of_its_colour(motif: int) -> None:
    picture = drawn(motif)
    own = (picture == SPOT.colour).all(axis=2).sum()
    assert own > 0.25 * (picture != GREY).any(axis=2).sum()


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_motif_on_a_tiny_pack_is_drawn_all_the_same(motif: int) -> None:
    picture = drawn(motif, replace(SPOT, radius=1.0))
    assert (picture != GREY).any()


def test_bubbles_lie_as_the_seed_says_and_nothing_else_does() -> None:
    other = replace(SPOT, seed=6)
    assert np.array_equal(drawn(0), drawn(0))
    assert not np.array_equal(drawn(0), drawn(0, other))
    for motif in MOTIFS[1:]:
        assert np.array_equal(drawn(motif), drawn(motif, other)), motif


def test_a_number_beyond_the_last_is_a_star() -> None:
    assert np.array_equal(drawn(STAR + 1), drawn(STAR))
    assert np.array_equal(drawn(99), drawn(STAR))


def test_a_ring_has_its_corners_on_a_circle_the_first_on_top() -> None:
    corners = ring(10.0, 20.0, 5.0, 6)
    assert len(corners) == 6
    assert [math.dist(corner, (10.0, 20.0)) for corner in corners] == pytest.approx([5.0] * 6)
    assert corners[0] == pytest.approx((10.0, 15.0), abs=0.01)


def test_a_star_has_an_inner_corner_after_each_outer_one() -> None:
    far = [math.dist(corner, (0.0, 0.0)) for corner in ring(0.0, 0.0, 10.0, 5, 0.4)]
    assert far == pytest.approx([10.0, 4.0] * 5)


def test_paler_goes_half_way_to_white_and_deeper_a_third_to_black() -> None:
    assert paler((0, 100, 255)) == (127, 177, 255)
    assert deeper((0, 99, 255)) == (0, 66, 170)
    assert deeper((0, 0, 0)) == (0, 0, 0)
    assert paler((255, 255, 255)) == (255, 255, 255)
