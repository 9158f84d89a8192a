"""The product detector: tiles at the size of the packs."""

import cv2
import numpy as np
import pytest

from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import cooler_view, render_cooler
from tests.stage.shelf_photos import photograph
from vision_models.core.detections import Detections
from vision_models.core.frame import Image
from vision_models.networks.products import (
    HIGHEST_PX,
    ProductDetector,
    product_detector,
    shrink_for,
)


def seen(*heights_px: float, score: float = 0.9) -> Detections:
    boxes = [(100.0 * n, 0.0, 100.0 * n + 60, height) for n, height in enumerate(heights_px)]
    return Detections(np.array(boxes, np.float32), np.full(len(boxes), score, np.float32))


def test_a_picture_is_made_smaller_by_as_much_as_its_packs_are_too_high() -> None:
    assert shrink_for(seen(*[HIGHEST_PX * 4] * 5)) == pytest.approx(0.25)
    assert shrink_for(seen(HIGHEST_PX, HIGHEST_PX * 2, HIGHEST_PX * 30)) == pytest.approx(0.5)


def test_a_picture_of_small_packs_or_of_few_that_are_sure_stays_as_it_is() -> None:
    assert shrink_for(seen(*[HIGHEST_PX / 2] * 5)) == 1.0
    assert shrink_for(seen(900, 900)) == 1.0
    assert shrink_for(seen(900, 900, 900, 900, score=0.4)) == 1.0
    assert shrink_for(Detections.none()) == 1.0


def test_a_shelf_does_not_fall_apart_in_a_photo_of_more_pixels(sprites: SpriteShelf) -> None:
    photo, _ = photograph(sprites, {})
    detector = product_detector()
    once = detector.detect(photo.image, 0.0)
    large = np.asarray(cv2.resize(photo.image, None, fx=4, fy=4), np.uint8)
    again = detector.detect(large, 0.0)
    assert 0.6 * len(once) <= len(again) <= 1.5 * len(once)


@pytest.fixture(scope="module")
def detector() -> ProductDetector:
    return product_detector()


@pytest.fixture(scope="module")
def cooler() -> Image:
    """A cooler with two rows of three packs."""
    rng = np.random.default_rng(4)
    packs = {
        (row, column): unlisted_pack(9000 + 3 * row + column)
        for row in (1, 2)
        for column in (1, 2, 3)
    }
    photo = render_cooler(packs, cooler_view(2, 3, rng), rng, SpriteShelf())
    return np.asarray(photo.image, np.uint8)


def test_packs_are_found_in_the_picture_the_surest_first(
    detector: ProductDetector, cooler: Image
) -> None:
    found = detector.detect(cooler, 0.0)
    height, width = cooler.shape[:2]
    assert len(found) >= 4
    assert (np.diff(found.scores) <= 0).all()
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    margin = 0.02 * max(height, width)
    assert (found.boxes >= -margin).all()
    assert (found.boxes <= np.array([width, height, width, height]) + margin).all()


def test_no_pack_is_told_twice_where_tiles_overlap(
    detector: ProductDetector, cooler: Image
) -> None:
    boxes = detector.detect(cooler, 0.0).boxes
    for index, one in enumerate(boxes):
        others = np.delete(boxes, index, axis=0)
        low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(one[2:] - one[:2])
        assert (shared / (areas - shared) < 0.9).all()


@pytest.mark.parametrize("size", [(40, 60), (300, 200), (600, 2000)])
def test_a_bare_wall_of_any_size_holds_nothing(
    detector: ProductDetector, size: tuple[int, int]
) -> None:
    assert len(detector.detect(np.full((*size, 3), 128, np.uint8), 0.0)) == 0
