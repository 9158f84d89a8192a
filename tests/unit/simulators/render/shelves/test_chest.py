"""Chest freezers and wide lenses: the truth beside the picture is what the picture shows."""

from dataclasses import replace

import numpy as np
import pytest

from device_profiles.camera import LensDistortion, ShelfView
from simulators.render.packs.lens import FISHEYE, bent, boxes_through
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.chest import ChestPicture, chest_view, render_chest
from simulators.render.shelves.cooler import cooler_view, render_cooler
from vision_models.shelf.calibration import flatten

PACKS = [unlisted_pack(number) for number in range(6)]


def freezer(seed: int = 3) -> ChestPicture:
    rng = np.random.default_rng(seed)
    view = replace(chest_view(1, 2, rng), width_px=640, height_px=480)
    return render_chest({(1, 1): PACKS[:1], (1, 2): PACKS * 3}, view, rng, SpriteShelf())


def test_a_pack_alone_in_its_basket_is_wholly_seen_and_lower_packs_are_hidden_by_upper_ones() -> (
    None
):
    alone, *heap = freezer().packs

    assert alone.seen == pytest.approx(1.0, abs=0.03)
    assert heap[-1].seen > heap[0].seen
    assert all(pack.place == (1, 2) for pack in heap)
    assert len(freezer().visible()) < len(heap) + 1


def test_a_pack_lies_inside_its_own_basket() -> None:
    for pack in freezer().packs:
        middle = (pack.box[0] + pack.box[2]) / 2
        assert (middle > 320) == (pack.place == (1, 2))


def test_the_same_seed_draws_the_same_freezer() -> None:
    assert np.array_equal(freezer().image, freezer().image)
    assert not np.array_equal(freezer(3).image, freezer(4).image)


def test_a_straight_lens_changes_nothing_and_a_wide_one_pulls_corners_inward() -> None:
    image = np.full((60, 80, 3), 7, np.uint8)
    straight = LensDistortion()

    assert bent(image, straight) is image
    ((x1, y1, _, _),) = boxes_through([(2.0, 2.0, 6.0, 6.0)], FISHEYE, (80, 60))
    assert x1 > 2.0
    assert y1 > 2.0


def test_a_cooler_seen_through_a_wide_lens_is_flattened_to_what_a_straight_one_sees() -> None:
    view = replace(cooler_view(2, 4, np.random.default_rng(1)), width_px=480, height_px=480)
    slots = {(row, column): PACKS[column] for row in (1, 2) for column in range(1, 5)}
    fronts = []
    for distortion in (LensDistortion(), FISHEYE):
        seen = replace(view, distortion=distortion)
        picture = render_cooler(slots, seen, np.random.default_rng(2), SpriteShelf())
        calibrated = ShelfView(
            fixture_id="cooler", corners=seen.seen_corners, distortion=distortion
        )
        fronts.append(
            flatten(np.asarray(picture.image, np.uint8), calibrated).front[40:-40, 60:-60]
        )
    away = np.abs(fronts[0].astype(int) - fronts[1].astype(int)).mean()

    assert fronts[0].shape == fronts[1].shape
    assert away < 10
