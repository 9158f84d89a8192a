"""Parts of a picture that no camera took, found by their pixels alone."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from vision_models.core.damage import lost_parts
from vision_models.core.frame import Image

SIZE = (480, 360)


def scene(seed: int = 1) -> Image:
    """A shelf as a sensor sees it: packs before a wall that the light falls off on, with noise."""
    rng = np.random.default_rng(seed)
    height, width = SIZE
    wall = 150 + 40 * np.linspace(-1, 1, height)[:, None] + 15 * np.linspace(-1, 1, width)[None]
    image = np.repeat(wall[..., None], 3, axis=2)
    for row in range(4):
        for column in range(6):
            x, y = 20 + 55 * column, 30 + 115 * row
            image[y : y + 80, x : x + 40] = rng.integers(20, 230, 3)
            image[y + 20 : y + 40, x + 8 : x + 32] = rng.integers(20, 230, 3)
    return (image + rng.normal(0, 2.5, image.shape)).clip(0, 255).astype(np.uint8)


def stored(image: Image, quality: int) -> Image:
    _, raw = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(raw, cv2.IMREAD_COLOR), np.uint8)


def filled(top: float, left: float, bottom: float, right: float, colour: object) -> object:
    def spoil(image: Image) -> None:
        height, width = image.shape[:2]
        part = slice(int(top * height), int(bottom * height))
        image[part, int(left * width) : int(right * width)] = colour

    return spoil


def smeared(first: float, last: float) -> Callable[[Image], None]:
    def spoil(image: Image) -> None:
        height = image.shape[0]
        image[int(first * height) : int(last * height)] = image[int(first * height)]

    return spoil


def smeared_sideways(image: Image) -> None:
    image[:, 240:] = image[:, 240:241]


def repeated(image: Image) -> None:
    image[240:360] = image[80:200]


def repeated_twice(image: Image) -> None:
    image[160:320] = image[:160]
    image[320:480] = image[:160]


def repeated_sideways(image: Image) -> None:
    image[:, 184:304] = image[:, 24:144]


SPOILT = {
    "half grey": filled(0.5, 0, 1, 1, 128),
    "upper half grey": filled(0, 0, 0.5, 1, 128),
    "a lost third": filled(2 / 3, 0, 1, 1, 0),
    "a lost third in the middle": filled(1 / 3, 0, 2 / 3, 1, 128),
    "the right third lost": filled(0, 2 / 3, 1, 1, 16),
    "a tenth of green": filled(0.9, 0, 1, 1, (0, 135, 0)),
    "a corner lost": filled(0.6, 0.5, 1, 1, 128),
    "any flat colour": filled(0.7, 0, 1, 1, (30, 90, 200)),
    "the last line smeared": smeared(0.6, 1.0),
    "lines smeared in the middle": smeared(0.4, 0.55),
    "columns smeared": smeared_sideways,
    "a band twice": repeated,
    "a third three times": repeated_twice,
    "columns twice": repeated_sideways,
}


@pytest.mark.parametrize("quality", [None, 95, 85, 75])
@pytest.mark.parametrize("kind", SPOILT)
def test_what_was_lost_before_a_picture_was_stored_is_found(kind: str, quality: int | None) -> None:
    image = scene()
    SPOILT[kind](image)
    assert lost_parts(image if quality is None else stored(image, quality))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quality", [None, 95, 75, 50])
def test_a_whole_picture_is_not_called_damaged(seed: int, quality: int | None) -> None:
    image = scene(seed)
    assert not lost_parts(image if quality is None else stored(image, quality))


def test_a_frame_round_a_picture_is_no_damage() -> None:
    for colour in (0, 128, 255):
        for sides in ((60, 60, 0, 0), (0, 0, 60, 60), (30, 20, 0, 0), (40, 40, 40, 40)):
            framed = cv2.copyMakeBorder(
                scene(), *sides, cv2.BORDER_CONSTANT, value=(colour, colour, colour)
            )
            assert not lost_parts(np.asarray(framed, np.uint8)), (colour, sides)


def test_burnt_out_light_and_a_small_flat_thing_are_no_damage() -> None:
    image = scene()
    image[:120] = 255
    image[300:360, 100:200] = 90
    assert not lost_parts(image)


def test_a_large_picture_is_judged_as_a_small_one() -> None:
    image = np.asarray(cv2.resize(scene(), None, fx=5, fy=5), np.uint8)
    assert not lost_parts(image)
    image[1300:] = 128
    assert lost_parts(image)
