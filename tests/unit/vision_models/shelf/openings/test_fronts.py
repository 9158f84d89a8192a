"""Fronts compared: what stands deeper is smaller and nearer to the middle, and so it is found."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vision_models.core.frame import Image
from vision_models.shelf.openings.fronts import CELL_PX, EYE, FrontView, OpeningSettings, Patch

ROWS, COLUMNS = 3, 5
CAMERA_MM = 1000.0
SETTINGS = OpeningSettings()
VIEW = FrontView(rows=ROWS, columns=COLUMNS, camera_mm=CAMERA_MM, settings=SETTINGS)
CELL_TALL_PX = 192
WIDTH_PX, HEIGHT_PX = COLUMNS * CELL_PX, ROWS * CELL_TALL_PX
LANES = [(row, column) for row in range(1, ROWS + 1) for column in range(1, COLUMNS + 1)]
MIDDLE = (2, 3)
HALF_A_PACK_MM = 33.0
STILL = (0, 0)


def front(seed: int = 1) -> Image:
    """A front of blots that no two lanes have alike."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 255, (HEIGHT_PX // 8, WIDTH_PX // 8, 3)).astype(np.uint8)
    blots = cv2.resize(rough, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    return np.asarray(blots, np.uint8)


def moved(image: Image, x_px: int, y_px: int) -> Image:
    return np.roll(image, (y_px, x_px), axis=(0, 1))


def deeper(image: Image, depth_mm: float) -> Image:
    """The whole front as it looks when it stands so far behind the plane it stood in."""
    scale = CAMERA_MM / (CAMERA_MM + depth_mm)
    eye = np.array((EYE[0] * WIDTH_PX, EYE[1] * HEIGHT_PX))
    shift = eye * (1 - scale)
    home = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    seen = cv2.warpAffine(image, home, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_AREA)
    return np.asarray(seen, np.uint8)


def patch_of(image: Image, place: tuple[int, int], depth_mm: float = 0.0) -> Patch:
    patch = VIEW.patch(image, place, depth_mm)
    assert patch is not None
    return patch


@pytest.mark.parametrize("place", LANES)
def test_a_patch_is_the_core_of_its_lane(place: tuple[int, int]) -> None:
    image = front()
    patch = patch_of(image, place)
    left, top, right, bottom = SETTINGS.core
    row, column = place
    assert patch.corner == (
        round((column - 1 + left) * CELL_PX),
        round((row - 1 + top) * CELL_TALL_PX),
    )
    assert patch.image.shape[1] == pytest.approx((right - left) * CELL_PX, abs=1)
    assert patch.image.shape[0] == pytest.approx((bottom - top) * CELL_TALL_PX, abs=1)
    assert patch.depth_mm == 0.0
    x, y = (int(v) for v in patch.corner)
    here = image[y : y + patch.image.shape[0], x : x + patch.image.shape[1]]
    assert np.array_equal(here, patch.image)


def test_a_patch_keeps_how_the_lane_looked_when_the_picture_changes() -> None:
    image = front()
    patch = patch_of(image, MIDDLE)
    before = patch.image.copy()
    image[:] = 0
    assert np.array_equal(patch.image, before)


def test_a_deeper_patch_is_smaller_and_nearer_to_the_eye() -> None:
    eye = np.array((EYE[0] * WIDTH_PX, EYE[1] * HEIGHT_PX))
    for place in ((1, 1), (1, 5), (2, 2)):
        near, far = (patch_of(front(), place, depth) for depth in (0.0, 300.0))
        middles = [
            np.array(patch.corner) + np.array(patch.image.shape[1::-1]) / 2 for patch in (near, far)
        ]
        assert far.image.shape[1] < near.image.shape[1]
        assert np.linalg.norm(middles[1] - eye) < np.linalg.norm(middles[0] - eye)


@pytest.mark.parametrize("place", LANES)
@pytest.mark.parametrize("depth_mm", [0.0, 100.0, 350.0])
def test_a_patch_ends_above_the_rail_of_its_board(place: tuple[int, int], depth_mm: float) -> None:
    patch = patch_of(front(), place, depth_mm)
    assert patch.corner[1] + patch.image.shape[0] <= round((place[0] - 0.10) * CELL_TALL_PX)


@pytest.mark.parametrize("place", [(ROWS + 2, 1), (1, COLUMNS + 2)])
def test_a_lane_beyond_the_front_has_no_patch(place: tuple[int, int]) -> None:
    assert VIEW.patch(front(), place, 0.0) is None


@pytest.mark.parametrize("place", LANES)
def test_a_lane_is_wholly_like_itself_and_nothing_is_lost(place: tuple[int, int]) -> None:
    image = front()
    patch = patch_of(image, place)
    assert VIEW.likeness(patch, 0.0, image, STILL) == pytest.approx(1.0, abs=1e-3)
    assert VIEW.loss(patch, image, STILL) == pytest.approx(0.0, abs=1e-9)


def test_a_lane_is_not_like_another_picture() -> None:
    patch = patch_of(front(1), MIDDLE)
    assert VIEW.likeness(patch, 0.0, front(2), STILL) < SETTINGS.same_if_read
    lost = VIEW.loss(patch, front(2), STILL)
    assert lost is not None
    assert lost > SETTINGS.untouched_most


@pytest.mark.parametrize("place", [(1, 2), (2, 1), (2, 5), (3, 4)])
@pytest.mark.parametrize("depth_mm", [64.0, 128.0, 256.0])
def test_the_depth_that_fits_best_is_the_depth_it_stands_at(
    place: tuple[int, int], depth_mm: float
) -> None:
    patch = patch_of(front(), place)
    now = deeper(front(), depth_mm)
    depths = np.arange(0.0, 320.0, SETTINGS.depth_step_mm)
    found = [VIEW.likeness(patch, float(depth), now, STILL) for depth in depths]
    assert max(found) > SETTINGS.same
    assert abs(float(depths[int(np.argmax(found))]) - depth_mm) < HALF_A_PACK_MM


def test_a_patch_seen_deep_is_found_when_it_comes_forward() -> None:
    place, depth_mm = (2, 4), 128.0
    patch = patch_of(deeper(front(), depth_mm), place, depth_mm)
    at_the_front, still_deep = (
        VIEW.likeness(patch, depth, front(), STILL) for depth in (0.0, depth_mm)
    )
    assert at_the_front > SETTINGS.same
    assert at_the_front > still_deep


def test_a_rail_before_what_stands_deeper_does_not_count() -> None:
    depth_mm = 256.0
    patch = patch_of(front(), (1, 4))
    now = deeper(front(), depth_mm)
    without_rail = VIEW.likeness(patch, depth_mm, now, STILL)
    rail = np.s_[round(0.90 * CELL_TALL_PX) : CELL_TALL_PX]
    now[rail] = front(2)[rail]
    assert VIEW.likeness(patch, depth_mm, now, STILL) == pytest.approx(without_rail, abs=0.02)
    assert without_rail > SETTINGS.same


def test_light_and_contrast_do_not_change_likeness_or_loss() -> None:
    image = front() // 2 + 40
    dim = (image.astype(float) * 0.6 + 10).astype(np.uint8)
    patch = patch_of(image, MIDDLE)
    assert VIEW.likeness(patch, 0.0, dim, STILL) > 0.99
    lost = VIEW.loss(patch, dim, STILL)
    assert lost is not None
    assert lost < SETTINGS.untouched_loss


def test_a_plain_picture_is_like_nothing() -> None:
    patch = patch_of(front(), MIDDLE)
    assert VIEW.likeness(patch, 0.0, np.full_like(front(), 90), STILL) < 0.05


@pytest.mark.parametrize("place", [(2, 1), (2, 5)])
def test_what_a_neighbour_hides_does_not_count(place: tuple[int, int]) -> None:
    image = front()
    patch = patch_of(image, place)
    x1 = int(patch.corner[0])
    x2 = x1 + patch.image.shape[1]
    is_left = place[1] == 1
    edge = x1 + 30 if is_left else x2 - 30
    covered = image.copy()
    other = front(2)
    hidden = np.s_[:, edge:] if is_left else np.s_[:, :edge]
    covered[hidden] = other[hidden]
    told = VIEW.likeness(patch, 0.0, covered, STILL, hidden_to=float(edge))
    untold = VIEW.likeness(patch, 0.0, covered, STILL)
    assert told == pytest.approx(1.0, abs=1e-3)
    assert untold < 0.9


@pytest.mark.parametrize(("place", "edge"), [((2, 5), WIDTH_PX), ((2, 1), 0)])
def test_a_lane_of_which_too_little_is_open_is_like_nothing(
    place: tuple[int, int], edge: int
) -> None:
    patch = patch_of(front(), place)
    assert VIEW.likeness(patch, 0.0, front(), STILL, hidden_to=float(edge)) == 0.0


@pytest.mark.parametrize("shift", [(0, 0), (2, -1), (-3, 3), (1, 0)])
def test_a_shake_of_the_camera_is_found_and_taken_off(shift: tuple[int, int]) -> None:
    image = front()
    patches = [VIEW.patch(image, place, 0.0) for place in LANES]
    now = moved(image, *shift)
    assert VIEW.shake(patches, now) == shift
    for patch in patches:
        assert patch is not None
        assert VIEW.loss(patch, now, shift) == pytest.approx(0.0, abs=1e-9)
        assert VIEW.likeness(patch, 0.0, now, shift) > 0.99


def test_lanes_that_changed_have_no_say_in_the_shake() -> None:
    image = front()
    patches = [VIEW.patch(image, place, 0.0) for place in LANES]
    now = moved(image, 2, 1)
    now[:, : 3 * CELL_PX] = front(2)[:, : 3 * CELL_PX]
    assert VIEW.shake(patches, now) == (2, 1)


def test_where_nothing_looks_alike_or_nothing_is_known_nothing_shook() -> None:
    image = front()
    assert VIEW.shake([], image) == STILL
    assert VIEW.shake([None, None], image) == STILL
    assert VIEW.shake([VIEW.patch(image, place, 0.0) for place in LANES], front(2)) == STILL


def test_a_drop_on_the_glass_is_no_loss_and_another_pack_is() -> None:
    image = front()
    patch = patch_of(image, MIDDLE)
    x, y = (int(v) for v in patch.corner)
    wet = image.copy()
    cv2.circle(wet, (x + 12, y + 20), 9, (230, 230, 230), -1)
    lost = VIEW.loss(patch, wet, STILL)
    assert lost is not None
    assert lost < SETTINGS.untouched_loss
    wet[y : y + 80, x : x + 46] = front(2)[y : y + 80, x : x + 46]
    lost = VIEW.loss(patch, wet, STILL)
    assert lost is not None
    assert lost > SETTINGS.untouched_most


def test_no_patch_and_no_outline_and_no_place_have_no_loss() -> None:
    image = front()
    assert VIEW.loss(None, image, STILL) is None
    plain = np.full_like(image, 120)
    assert VIEW.loss(patch_of(plain, MIDDLE), plain, STILL) is None
    patch = patch_of(image, (1, 1))
    assert VIEW.loss(replace(patch, corner=(1.0, 1.0)), image, (-3, 0)) is None
    assert VIEW.loss(replace(patch, corner=(WIDTH_PX - 10.0, 1.0)), image, STILL) is None
