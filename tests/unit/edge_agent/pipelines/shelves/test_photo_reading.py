"""What is reported of one photo of one fixture."""

from dataclasses import replace

import numpy as np
import pytest

from edge_agent.pipelines.shelves.photo_reading import FixturePhoto, read_photo
from sync.events import PictureQuality
from tests.stage.shelf_camera import CAMERA, FIXTURE, picture, plan
from tests.stage.shelf_photos import AT
from vision_models.core.pictures import Decoded
from vision_models.shelf.reader import ShelfReader

PHOTO = FixturePhoto(
    kept=Decoded(image=picture()),
    before=(),
    camera=CAMERA,
    view=CAMERA.shelves[0],
    fixture=FIXTURE,
    plan=plan(3, AT),
    taken_at=AT,
    when_empty={},
    is_moved=False,
)
READER = ShelfReader(None)
COVERED = np.full((240, 320, 3), 90, dtype=np.uint8)


def test_a_photo_tells_whose_it_is_and_against_which_plan_it_was_read() -> None:
    read = read_photo(PHOTO, READER)
    assert (read.fixture_id, read.camera_id, read.taken_at) == ("s01-a", "cooler-a", AT)
    assert (read.planogram_id, read.planogram_version) == ("summer", 3)
    assert (read.width_px, read.height_px, read.sha256) == (320, 240, "")
    assert read.quality is PictureQuality.CLEAR


@pytest.mark.parametrize(
    "photo",
    [
        replace(PHOTO, is_moved=True),
        replace(PHOTO, kept=Decoded(image=picture(size=(160, 120)))),
        replace(PHOTO, before=(picture(),), kept=Decoded(image=picture(size=(240, 320)))),
    ],
)
def test_a_camera_that_looks_elsewhere_claims_nothing(photo: FixturePhoto) -> None:
    read = read_photo(photo, READER)
    assert read.quality is PictureQuality.MOVED
    assert (read.facings, read.empty_slots, read.hidden_slots) == ((), (), ("A-1-1",))
    assert (read.model, read.took_ms) == ("", 0.0)


def test_without_a_plan_no_slot_is_told() -> None:
    read = read_photo(replace(PHOTO, plan=None, is_moved=True), READER)
    assert (read.planogram_id, read.planogram_version, read.hidden_slots) == (None, None, ())


def test_the_size_told_is_that_of_the_photo_that_is_kept() -> None:
    read = read_photo(
        replace(PHOTO, before=(picture(),), kept=Decoded(image=picture(size=(200, 100)))), READER
    )
    assert (read.width_px, read.height_px) == (200, 100)


def test_a_covered_picture_is_outvoted_by_two_clear_ones() -> None:
    read = read_photo(replace(PHOTO, before=(picture(), COVERED)), READER)
    assert read.quality is PictureQuality.CLEAR
    assert (
        read_photo(replace(PHOTO, kept=Decoded(image=COVERED)), READER).quality
        is PictureQuality.COVERED
    )
