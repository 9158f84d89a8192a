"""Whether a picture can be judged at all."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from device_profiles.camera import ShelfView
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from tests.stage.shelf_photos import (
    COLUMNS,
    FIXTURE,
    PLANOGRAM,
    ROWS,
    photograph,
)
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.shelf.quality import Measures, Quality, judge_measures, measure
from vision_models.shelf.reader import ShelfReader


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda image: image // 12, Quality.DARK),
        (lambda image: np.full_like(image, 96), Quality.COVERED),
        (lambda image: (image * 0.12 + 190).astype(np.uint8), Quality.FOGGED),
        (lambda image: np.clip(image.astype(int) * 4, 0, 255).astype(np.uint8), Quality.GLARE),
    ],
)
def test_a_spoilt_picture_claims_nothing(
    gallery: Gallery,
    sprites: SpriteShelf,
    spoil: Callable[[Image], Image],
    state: Quality,
) -> None:
    photo, view = photograph(sprites, {"A-1-2": None})
    reading = ShelfReader(gallery).read(
        spoil(photo.image), view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    assert (reading.quality, reading.facings, reading.empty_slots) == (state, (), ())
    assert len(reading.hidden_slots) == ROWS * COLUMNS
    assert reading.compliance is None


@pytest.mark.parametrize(
    ("troubles", "state"),
    [(Troubles(fog=0.9), Quality.FOGGED), (Troubles(blur=0.9), Quality.BLURRED)],
)
def test_fog_and_blur_make_no_gaps(
    gallery: Gallery, sprites: SpriteShelf, troubles: Troubles, state: Quality
) -> None:
    photo, view = photograph(sprites, {}, troubles=troubles)
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    assert (reading.quality, reading.empty_slots, reading.facings) == (state, (), ())


def test_a_tiny_picture_is_refused() -> None:
    with pytest.raises(UnusablePicture, match="20×20 px"):
        ShelfReader(None).read(np.zeros((20, 20, 3), np.uint8))


def measured(**changes: Any) -> Measures:
    """A clear picture's measures, but for `changes`."""
    clear: dict[str, Any] = {
        "brightness": 110.0,
        "contrast": 150.0,
        "sharpness": 200.0,
        "burnt": 0.0,
        "dull": 0.2,
    }
    return Measures(**(clear | changes))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, Quality.CLEAR),
        ({"dull": 0.95, "contrast": 50.0}, Quality.COVERED),
        ({"dull": 0.95, "contrast": 60.0}, Quality.CLEAR),
        ({"brightness": 27.9}, Quality.DARK),
        ({"burnt": 0.31}, Quality.GLARE),
        ({"contrast": 54.9}, Quality.FOGGED),
        ({"sharpness": 31.9}, Quality.BLURRED),
        ({"brightness": 10.0, "burnt": 0.5, "sharpness": 1.0}, Quality.DARK),
        ({"colour": 4.9}, Quality.NO_COLOUR),
        ({"colour": 4.9, "brightness": 10.0}, Quality.DARK),
        ({"lost_share": 0.81, "colour": 4.9}, Quality.DAMAGED),
        ({"lost_share": 0.79}, Quality.CLEAR),
    ],
)
def test_the_first_reason_not_to_trust_a_picture_is_told(
    changes: dict[str, Any], state: Quality
) -> None:
    assert judge_measures(measured(**changes)) is state


def test_measures_do_not_depend_on_the_cameras_size() -> None:
    small = np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    large = np.kron(small, np.ones((16, 16, 1), np.uint8))
    one, other = measure(large), measure(large[::2, ::2])
    assert one.brightness == pytest.approx(other.brightness, abs=2.0)
    assert one.contrast == pytest.approx(other.contrast, rel=0.05)


def looked_at(gallery: Gallery, image: Image, view: ShelfView) -> Quality:
    reader = ShelfReader(gallery)
    reading = reader.read(image, view=view, fixture=FIXTURE, planogram=PLANOGRAM)
    if reading.quality is not Quality.CLEAR:
        assert (reading.facings, reading.empty_slots, reading.compliance) == ((), (), None)
        assert len(reading.hidden_slots) == ROWS * COLUMNS
    return reading.quality


def infrared(image: Image, tint: tuple[float, float, float], noise: float) -> Image:
    """As a night camera gives it: one brightness, perhaps one tint over all, and its noise."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None].astype(float) * np.array(tint)
    rng = np.random.default_rng(2)
    return (grey + rng.normal(0, noise, grey.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.97, 1.0), (1.02, 1.0, 0.98)])
@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("quality", [95, 70])
def test_a_picture_without_colour_claims_nothing(
    gallery: Gallery,
    sprites: SpriteShelf,
    tint: tuple[float, float, float],
    noise: float,
    quality: int,
) -> None:
    photo, view = photograph(sprites, {"A-1-2": None})
    _, raw = cv2.imencode(
        ".jpg", infrared(photo.image, tint, noise), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    image = np.asarray(cv2.imdecode(raw, cv2.IMREAD_COLOR), np.uint8)
    assert looked_at(gallery, image, view) is Quality.NO_COLOUR
