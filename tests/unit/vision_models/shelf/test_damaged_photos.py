"""Damaged photos of a cooler whose stock is known: what was lost is hidden, the rest is read."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from device_profiles.camera import ShelfView
from device_profiles.planogram import PlanogramProfile
from simulators.render.packs.sprites import SpriteShelf
from tests.stage.shelf_photos import COLUMNS, FIXTURE, PLANOGRAM, ROWS, Boxes, photograph
from vision_models.core.frame import Image
from vision_models.core.pictures import Decoded, decode
from vision_models.naming.gallery import Gallery
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

GAPS = {"A-1-2", "A-2-4"}
ALL = ROWS * COLUMNS
Spoil = Callable[[Image], Image]


@pytest.fixture(scope="module")
def photo(sprites: SpriteShelf) -> tuple[Image, ShelfView]:
    taken, view = photograph(sprites, dict.fromkeys(GAPS))
    return taken.image, view


def jpeg(image: Image, *options: int) -> bytes:
    return cv2.imencode(".jpg", image, list(options))[1].tobytes()


def read(gallery: Gallery, view: ShelfView, picture: Image | Decoded) -> ShelfReading:
    return ShelfReader(gallery).read(picture, view=view, fixture=FIXTURE, planogram=PLANOGRAM)


def filled(top: float, bottom: float, left: float = 0, right: float = 1, level: int = 128) -> Spoil:
    def spoil(image: Image) -> Image:
        height, width = image.shape[:2]
        down = slice(int(top * height), int(bottom * height))
        image[down, int(left * width) : int(right * width)] = level
        return image

    return spoil


def smeared(image: Image) -> Image:
    image[700:] = image[700]
    return image


def twice(image: Image) -> Image:
    image[768:1008] = image[416:656]
    return image


SPOILT: dict[str, tuple[Spoil, int]] = {
    "the lower half grey": (filled(0.54, 1), 4),
    "the upper half black": (filled(0, 0.48, level=0), 4),
    "the last lines smeared": (smeared, 4),
    "the right third lost": (filled(0, 1, 0.7, 1), 5),
    "the left third lost": (filled(0, 1, 0, 0.35, level=0), 4),
    "a corner lost": (filled(0.54, 1, 0.5, 1), 5),
    "a band of the upper row": (filled(0.3, 0.42), 4),
    "a narrow patch": (filled(0.3, 0.38, 0, 0.6), 5),
    "lines that stand there twice": (twice, 0),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_only_the_slots_in_what_was_lost_are_hidden(
    gallery: Gallery, photo: tuple[Image, ShelfView], kind: str
) -> None:
    image, view = photo
    spoil, least = SPOILT[kind]
    whole = read(gallery, view, image)
    left = read(gallery, view, decode(jpeg(spoil(image.copy()))))
    names = {one.slot_id: one.gtin for one in whole.facings}
    assert set(whole.empty_slots) == GAPS
    assert set(left.empty_slots) <= GAPS
    assert {one.slot_id: one.gtin for one in left.facings}.items() <= names.items()
    assert len(left.facings) >= least
    assert len(left.facings) + len(left.empty_slots) + len(left.hidden_slots) == ALL
    assert left.hidden_slots
    assert left.quality is (Quality.CLEAR if least else left.quality)


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
@pytest.mark.parametrize("share", [0.7, 0.8, 0.9, 0.99])
def test_a_jpeg_that_was_cut_is_read_up_to_there(
    gallery: Gallery, photo: tuple[Image, ShelfView], share: float, end: bytes
) -> None:
    image, view = photo
    raw = jpeg(image)
    found = decode(raw[: int(share * len(raw))] + end)
    left = read(gallery, view, found)
    assert left.quality is Quality.CLEAR
    # A gap beside what was lost is not told, one away from it is.
    assert set(left.empty_slots) <= GAPS
    assert {one.slot_id for one in left.facings} >= {"A-1-1", "A-1-3", "A-1-4", "A-1-5"}
    assert left.compliance is not None


@pytest.mark.parametrize("lost", [400, 2000, 20000])
def test_a_jpeg_with_a_hole_or_only_its_first_lines_claims_nothing(
    gallery: Gallery, photo: tuple[Image, ShelfView], lost: int
) -> None:
    image, view = photo
    raw = jpeg(image)
    for share in (0.2, 0.4):
        at = int(share * len(raw))
        left = read(gallery, view, decode(raw[:at] + raw[at + lost :]))
        assert (left.quality, left.facings, left.empty_slots) == (Quality.DAMAGED, (), ())
        assert len(left.hidden_slots) == ALL
    left = read(gallery, view, decode(raw[: int(0.1 * len(raw))]))
    assert (left.quality, left.empty_slots, left.compliance) == (Quality.DAMAGED, (), None)


def test_a_progressive_jpeg_cut_anywhere_claims_nothing(
    gallery: Gallery, photo: tuple[Image, ShelfView]
) -> None:
    image, view = photo
    raw = jpeg(image, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert read(gallery, view, decode(raw)).quality is Quality.CLEAR
    scans = [at for at in range(len(raw)) if raw[at : at + 2] == b"\xff\xda"]
    for at in (scans[1], scans[-1], scans[-1] + 500):
        left = read(gallery, view, decode(raw[:at] + b"\xff\xd9"))
        assert (left.quality, left.empty_slots) == (Quality.DAMAGED, ())


def test_without_a_calibrated_view_a_damaged_photo_claims_no_gap(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    taken, _ = photograph(sprites, dict.fromkeys(GAPS))
    reader = ShelfReader(gallery, Boxes(taken))
    whole = reader.read(taken.image, planogram=PLANOGRAM)
    assert set(whole.empty_slots) == GAPS
    left = reader.read(filled(0.55, 1)(taken.image.copy()), planogram=PLANOGRAM)
    assert (left.quality, left.empty_slots) == (Quality.CLEAR, ())
    assert {one.slot_id[:3] for one in left.facings if one.slot_id} == {"A-1"}
    assert {f"A-2-{column}" for column in range(1, COLUMNS + 1)} <= set(left.hidden_slots)


def test_a_plan_without_slots_has_nothing_to_hide_and_is_told_nothing(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    taken, _ = photograph(sprites, {})
    wanted = PLANOGRAM.model_dump(mode="json") | {"slots": [], "must_have": ["06901234567892"]}
    plan = PlanogramProfile.model_validate(wanted)
    spoilt = np.asarray(filled(0.5, 1)(taken.image.copy()), np.uint8)
    reading = ShelfReader(gallery, Boxes(taken)).read(spoilt, planogram=plan)
    assert (reading.quality, reading.facings) == (Quality.DAMAGED, ())
