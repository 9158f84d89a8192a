"""The product detector: tiles at the size of the packs."""

import cv2
import numpy as np
import pytest

from simulators.render.packs.sprites import SpriteShelf
from tests.stage.shelf_photos import photograph
from vision_models.core.detections import Detections
from vision_models.networks.products import HIGHEST_PX, product_detector, shrink_for


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
