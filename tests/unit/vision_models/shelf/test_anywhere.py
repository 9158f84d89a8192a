"""A shelf read without calibration."""

import pytest

from simulators.render.packs.sprites import SpriteShelf
from tests.stage.shelf_photos import (
    GTINS,
    PLANNED,
    PLANOGRAM,
    STRANGER,
    Boxes,
    photograph,
)
from vision_models.core.errors import UnusablePicture
from vision_models.naming.gallery import Gallery
from vision_models.shelf.reader import ShelfReader


def test_a_photo_without_calibration_needs_a_detector(sprites: SpriteShelf) -> None:
    photo, _ = photograph(sprites, {})
    with pytest.raises(UnusablePicture, match="give the camera a calibrated shelf view"):
        ShelfReader(None).read(photo.image)


def test_without_calibration_the_rows_are_aligned_with_the_plan(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    first, second = 9001 + PLANNED["A-1-4"], 9001 + PLANNED["A-1-5"]
    photo, _ = photograph(
        sprites, {"A-1-2": None, "A-1-4": second, "A-1-5": first, "A-2-3": STRANGER}
    )
    reading = ShelfReader(gallery, Boxes(photo)).read(photo.image, planogram=PLANOGRAM)
    seen = {facing.slot_id: facing.gtin for facing in reading.facings}
    assert reading.empty_slots == ("A-1-2",)
    assert seen["A-1-4"] == GTINS[PLANNED["A-1-5"]]
    assert seen["A-2-3"] is None
    assert seen["A-2-5"] == GTINS[PLANNED["A-2-5"]]
    assert reading.compliance == pytest.approx(6 / 10)
