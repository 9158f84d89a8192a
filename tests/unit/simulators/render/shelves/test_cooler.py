"""Pictures of coolers: packs stand in their cells, boxes and hidden shares are the picture's."""

from dataclasses import replace

import numpy as np
import pytest

from device_profiles.camera import ShelfView
from simulators.render.packs.lens import FISHEYE, STRAIGHT
from simulators.render.packs.packs import PackDesign, PackShape, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import (
    BOARD_MM,
    CELL_HEIGHT_MM,
    CELL_WIDTH_MM,
    REFERENCE_GROUND,
    REFERENCE_PX_PER_MM,
    CoolerPicture,
    CoolerView,
    box_through,
    cooler_furniture,
    cooler_view,
    photograph_packs,
    reference_picture,
    render_cooler,
    share_hidden,
)
from simulators.render.shelves.shelf import Standing

ROWS, COLUMNS = 2, 3
SPRITES = SpriteShelf()
QUIET = Troubles(reflection=0.0, noise=0.0)
DESIGN = replace(unlisted_pack(4), shape=PackShape.CAN, width_mm=60.0, height_mm=120.0)
PLACES = [(row, column) for row in (1, 2) for column in (1, 2, 3)]


def view() -> CoolerView:
    """Right before the cooler, in a small picture."""
    return CoolerView(
        rows=ROWS,
        columns=COLUMNS,
        width_px=240,
        height_px=360,
        corners=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)),
    )


def rendered(
    *places: tuple[int, int],
    of: CoolerView | None = None,
    troubles: Troubles = QUIET,
    seed: int = 1,
) -> CoolerPicture:
    slots: dict[tuple[int, int], PackDesign] = dict.fromkeys(places, DESIGN)
    return render_cooler(slots, of or view(), np.random.default_rng(seed), SPRITES, troubles)


def test_a_camera_sees_the_whole_grid_a_little_askew() -> None:
    for seed in range(30):
        mounted = cooler_view(4, 10, np.random.default_rng(seed))
        assert (mounted.rows, mounted.columns) == (4, 10)
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = mounted.corners
        assert max(x1, x4) < 0.15 < 0.85 < min(x2, x3)
        assert max(y1, y2) < 0.15 < 0.85 < min(y3, y4)
        assert all(0.02 <= value <= 0.98 for corner in mounted.corners for value in corner)


def test_cameras_are_mounted_as_their_seed_says() -> None:
    one, again, other = (cooler_view(2, 3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == again
    assert one.corners != other.corners


def test_a_straight_lens_sees_the_corners_where_they_are() -> None:
    assert np.array(view().seen_corners) == pytest.approx(np.array(view().corners))


def test_a_wide_lens_sees_the_corners_nearer_to_the_middle_as_a_profile_takes_them() -> None:
    bent = replace(view(), distortion=FISHEYE)
    assert bent.distortion != STRAIGHT
    for seen, straight in zip(bent.seen_corners, bent.corners, strict=True):
        for near, far in zip(seen, straight, strict=True):
            assert abs(near - 0.5) < abs(far - 0.5)
    ShelfView(fixture_id="cooler", corners=bent.seen_corners)


def test_a_coolers_boards_and_tags_follow_its_cells() -> None:
    furniture = cooler_furniture(ROWS, COLUMNS)
    assert furniture.width_mm == COLUMNS * CELL_WIDTH_MM
    assert furniture.height_mm == ROWS * CELL_HEIGHT_MM
    assert furniture.boards_mm == (CELL_HEIGHT_MM - BOARD_MM, 2 * CELL_HEIGHT_MM - BOARD_MM)
    assert furniture.tags_mm == tuple((column + 0.5) * CELL_WIDTH_MM for column in range(COLUMNS))


def test_a_picture_has_the_size_of_its_camera_and_a_box_for_each_pack() -> None:
    picture = rendered((1, 2), (2, 3))
    assert picture.image.shape == (360, 240, 3)
    assert picture.image.dtype == np.uint8
    assert sorted(picture.boxes) == sorted(picture.hidden) == [(1, 2), (2, 3)]


def test_an_empty_cooler_is_a_picture_without_boxes() -> None:
    picture = rendered()
    assert picture.boxes == {}
    assert picture.hidden == {}
    assert picture.image.std() > 5


def test_every_pack_stands_on_its_board_in_its_cell() -> None:
    picture = rendered(*PLACES)
    wide, tall = 0.8 * 240 / COLUMNS, 0.8 * 360 / ROWS
    for (row, column), (x1, y1, x2, y2) in picture.boxes.items():
        left, top = 24 + (column - 1) * wide, 36 + (row - 1) * tall
        assert left - 3 < x1 < x2 < left + wide + 3
        assert top < y1 < y2 <= top + tall * (1 - BOARD_MM / CELL_HEIGHT_MM) + 3
        assert (x2 - x1) / wide == pytest.approx(DESIGN.width_mm / CELL_WIDTH_MM, rel=0.06)
        assert (y2 - y1) / tall == pytest.approx(DESIGN.height_mm / CELL_HEIGHT_MM, rel=0.06)


def test_nothing_hides_packs_that_stand_side_by_side() -> None:
    assert max(rendered(*PLACES).hidden.values()) < 0.1


def test_chance_moves_the_packs_and_never_the_camera() -> None:
    one, again, other = (rendered(*PLACES, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.image, again.image)
    assert one.boxes == again.boxes
    for place, box in other.boxes.items():
        assert box != one.boxes[place]
        assert box == pytest.approx(one.boxes[place], abs=6)


def test_a_wide_lens_bends_the_boxes_with_the_picture() -> None:
    straight = rendered((1, 1))
    bent = rendered((1, 1), of=replace(view(), distortion=FISHEYE))
    before, after = straight.boxes[1, 1], bent.boxes[1, 1]
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert not np.array_equal(bent.image, straight.image)


def test_the_header_is_written_above_the_grid_alone() -> None:
    one = rendered()
    other = rendered(of=replace(view(), header="ICE"))
    rows = np.flatnonzero((one.image != other.image).any(axis=(1, 2)))
    assert 0 <= rows.min() <= rows.max() < 36


def test_a_pack_behind_another_is_hidden_and_told_so() -> None:
    front = Standing(design=DESIGN, board=0, x_mm=CELL_WIDTH_MM / 2, behind=0)
    back = replace(front, setback_mm=80.0)
    _, boxes, hidden = photograph_packs(
        [back, front], view(), np.random.default_rng(1), SPRITES, QUIET
    )
    assert hidden[0] > 0.6
    assert hidden[1] == 0.0
    near_wide, far_wide = (box[2] - box[0] for box in (boxes[1], boxes[0]))
    assert far_wide < near_wide


def test_a_hand_before_a_pack_hides_it() -> None:
    hands = rendered(*PLACES, troubles=replace(QUIET, hand=1.0))
    assert max(hands.hidden.values()) > 0.3
    assert all(0.0 <= share <= 1.0 for share in hands.hidden.values())


def test_the_share_a_hand_hides_is_that_of_the_box_within_the_picture() -> None:
    hand = np.zeros((100, 100), bool)
    hand[:, :50] = True
    assert share_hidden(None, (0, 0, 10, 10)) == 0.0
    assert share_hidden(hand, (0, 0, 50, 100)) == 1.0
    assert share_hidden(hand, (60, 0, 100, 100)) == 0.0
    assert share_hidden(hand, (40, 20, 60, 40)) == 0.5
    assert share_hidden(hand, (-30, -30, 20, 20)) == 1.0
    assert share_hidden(hand, (120, 0, 140, 20)) == 0.0
    assert share_hidden(hand, (-30, -30, -10, -10)) == 0.0
    assert share_hidden(hand, (30, 30, 30, 30)) == 0.0


def test_a_box_through_a_camera_is_the_upright_box_round_its_corners() -> None:
    stay = np.eye(3)
    assert box_through(stay, (1, 2, 30, 40)) == (1.0, 2.0, 30.0, 40.0)
    turn = np.array([[0, -1, 100], [1, 0, 0], [0, 0, 1]], np.float64)
    assert box_through(turn, (0, 0, 30, 40)) == (60.0, 0.0, 100.0, 30.0)


@pytest.mark.parametrize("width_mm", [40.0, 60.0, 120.0])
def test_a_reference_shows_the_pack_alone_before_a_plain_ground(width_mm: float) -> None:
    picture = reference_picture(replace(DESIGN, width_mm=width_mm), 0.0, SPRITES)
    pack = (picture != REFERENCE_GROUND).any(axis=2)
    rows, columns = np.flatnonzero(pack.any(axis=1)), np.flatnonzero(pack.any(axis=0))
    assert picture.shape[0] == round(CELL_HEIGHT_MM * REFERENCE_PX_PER_MM)
    assert np.ptp(columns) + 1 == pytest.approx(width_mm * REFERENCE_PX_PER_MM, abs=3)
    assert np.ptp(rows) + 1 == pytest.approx(DESIGN.height_mm * REFERENCE_PX_PER_MM, abs=3)
    assert columns.min() > 0
    assert columns.max() < picture.shape[1] - 1
    middle = (columns.min() + columns.max()) / 2
    assert middle == pytest.approx(picture.shape[1] / 2, abs=2)


def test_a_reference_can_show_a_pack_from_another_side() -> None:
    before, turned = (reference_picture(DESIGN, yaw, SPRITES) for yaw in (0.0, 40.0))
    assert before.shape == turned.shape
    assert not np.array_equal(before, turned)
