"""Packs that lie turned and on one another, laid by hand over a grey floor."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from simulators.render.packs.packs import PackDesign, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import reference_picture
from vision_models.core.frame import Image
from vision_models.naming.sift import PrintReader
from vision_models.shelf.chests.lying import LyingPack, LyingSettings, Reference, packs_lying

SIDE_PX = 640
PACKS = [unlisted_pack(number) for number in (9001, 9002, 9004)]


@pytest.fixture(scope="module")
def references(sprites: SpriteShelf) -> list[Reference]:
    """One picture of each pack alone, 192 px high."""
    return [_reference(design, sprites) for design in PACKS]


def _reference(design: PackDesign, sprites: SpriteShelf) -> Reference:
    picture = np.asarray(reference_picture(design, 0.0, sprites), np.uint8)
    scale = 192 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = np.asarray(small, np.uint8)
    name = str(PACKS.index(design))
    return Reference(name, small, PrintReader(longer_side_px=max(small.shape[:2])).read(small))


def floor() -> Image:
    return np.full((SIDE_PX, SIDE_PX, 3), 150, np.uint8)


def laid(image: Image, one: Reference, *, at: tuple[float, float], turn_deg: float) -> Image:
    """`one`'s pack twice as large with its middle `at`, turned, over the picture."""
    left, top, right, bottom = one.product_sides()
    matrix = cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), turn_deg, 2.4)
    matrix[:, 2] += np.array(at) - ((left + right) / 2, (top + bottom) / 2)
    mask = np.zeros(one.picture.shape[:2], np.uint8)
    mask[top:bottom, left:right] = 255
    size = (SIDE_PX, SIDE_PX)
    pack = cv2.warpAffine(one.picture, matrix, size, flags=cv2.INTER_CUBIC)
    there = cv2.warpAffine(mask, matrix, size) > 127
    return np.where(there[..., None], pack, image).astype(np.uint8)


def found(
    image: Image, references: list[Reference], settings: LyingSettings | None = None
) -> dict[str, LyingPack]:
    seen = PrintReader(features=1500, longer_side_px=SIDE_PX).read(image)
    return {pack.gtin: pack for pack in packs_lying(image, seen, references, settings)}


@pytest.mark.parametrize("turn_deg", [0.0, 37.0, 90.0, 160.0])
def test_a_pack_is_named_and_boxed_however_it_is_turned(
    references: list[Reference], turn_deg: float
) -> None:
    packs = found(laid(floor(), references[0], at=(300, 330), turn_deg=turn_deg), references)
    assert set(packs) == {"0"}
    assert packs["0"].certainty > 0.95
    assert packs["0"].corners.mean(axis=0) == pytest.approx((300, 330), abs=12)


def test_packs_on_one_another_are_all_named_and_an_empty_floor_holds_none(
    references: list[Reference],
) -> None:
    image = laid(floor(), references[0], at=(230, 300), turn_deg=20)
    image = laid(image, references[2], at=(420, 330), turn_deg=-70)
    assert set(found(image, references)) == {"0", "2"}
    assert found(floor(), references) == {}


def test_a_pack_that_nobody_enrolled_is_not_named(references: list[Reference]) -> None:
    image = laid(floor(), references[1], at=(320, 320), turn_deg=15)
    assert found(image, [references[0], references[2]]) == {}


def test_what_one_pack_explains_is_no_proof_of_its_look_alike(
    references: list[Reference],
) -> None:
    picture = references[0].picture.copy()
    height = picture.shape[0]
    picture[: int(0.72 * height)] = 255 - picture[: int(0.72 * height)]
    reader = PrintReader(longer_side_px=max(picture.shape[:2]))
    alike = Reference("alike", picture, reader.read(picture))
    image = laid(floor(), references[0], at=(320, 320), turn_deg=0)
    assert set(found(image, [references[0], alike])) == {"0"}


def test_certainty_grows_with_points_and_with_blocks() -> None:
    settings = LyingSettings()
    assert settings.certainty(3, 6) == 0.0
    assert settings.certainty(20, 0) == 0.0
    assert settings.certainty(6, 2) < settings.certainty(6, 3) < settings.certainty(12, 3)
    assert settings.certainty(50, 60) == settings.certainty(50, settings.most_blocks)
    assert replace(settings, weights=(0.0, 0.0, 0.0)).certainty(8, 3) == 0.5
