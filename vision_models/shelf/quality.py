"""Whether a picture can be judged at all: reported instead of guessed.

Every measure is taken on a copy 256 px wide, so that thresholds mean the same for every camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.damage import Part, kept_pixels, lost_parts, lost_share
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.pictures import LEAST_SIDE_PX


class Quality(StrEnum):
    """The state of a picture. Any but CLEAR claims nothing about products."""

    CLEAR = "clear"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    FOGGED = "fogged"
    COVERED = "covered"
    DAMAGED = "damaged"
    """Nearly all of it, or nobody knows which part, was never taken."""
    NO_COLOUR = "no_colour"
    """A night camera's: what is recognised by its colours cannot be told."""


MOST_LOST = 0.8
"""Where more of a picture than this was never taken, the rest says nothing either."""
LEAST_COLOUR = 5.0
"""In a* and b* of CIE Lab, between the hundredth of the pixels with the most colour and the middle
one, so that one tint over all is none. Of 560 real photos of shelves and shops those in colour had
18 and more, and a grey shelf with nothing on it has its price tags; grey ones have up to 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Brightness and contrast in grey levels 0..255, `sharpness` the strongest hundredth of the
    outline, `burnt` the share of white-out pixels, `dull` the share of pixels without any detail,
    `colour` how far the most coloured hundredth is from the picture's tint; all of what was taken.
    `lost`: the parts that were not, a share `lost_share` of the picture.
    """

    brightness: float
    contrast: float
    sharpness: float
    burnt: float
    dull: float
    colour: float = 100.0
    lost: tuple[Part, ...] = ()
    lost_share: float = 0.0


def measure(image: Image, lost: Sequence[Part] = ()) -> Measures:
    """The measures of `image`, whose decoder says that the parts `lost` are; others are found by
    their pixels. Raises UnusablePicture if it is tiny."""
    if min(image.shape[:2]) < LEAST_SIDE_PX:
        raise UnusablePicture(
            f"the picture is {image.shape[1]}×{image.shape[0]} px; at least"
            f" {LEAST_SIDE_PX} px a side are needed"
        )
    scale = 256 / image.shape[1]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    outline = np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3))
    spread = cv2.blur(outline, (9, 9))
    parts = (*lost, *lost_parts(image))
    kept = kept_pixels(parts, image.shape, small.shape)
    if not kept.any():
        kept[:] = True
    grey, outline, spread = grey[kept], outline[kept], spread[kept]
    return Measures(
        brightness=float(grey.mean()),
        contrast=float(np.percentile(grey, 95) - np.percentile(grey, 5)),
        sharpness=float(np.percentile(outline, 99)),
        burnt=float((grey > 250).mean()),
        dull=float((spread < 3.0).mean()),
        colour=_colour(np.asarray(small, np.uint8), kept),
        lost=parts,
        lost_share=lost_share(parts, image.shape) if parts else 0.0,
    )


def _colour(small: Image, kept: NDArray[np.bool_]) -> float:
    tints = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[kept][:, 1:].astype(np.float32)
    apart = tints - np.median(tints, axis=0)
    return float(np.percentile(np.hypot(apart[:, 0], apart[:, 1]), 99))


def judge_picture(image: Image) -> Quality:
    """The first reason not to trust all of `image`, or CLEAR. Raises UnusablePicture if it is
    tiny."""
    found = measure(image)
    quality = judge_measures(found)
    return Quality.DAMAGED if quality is Quality.CLEAR and found.lost else quality


def judge_measures(found: Measures) -> Quality:
    """The first reason not to trust what was taken of a picture of these measures, or CLEAR."""
    if found.dull > 0.9 and found.contrast < 60:
        return Quality.COVERED
    if found.brightness < 28:
        return Quality.DARK
    if found.lost_share > MOST_LOST:
        return Quality.DAMAGED
    if found.burnt > 0.3:
        return Quality.GLARE
    if found.contrast < 55:
        return Quality.FOGGED
    if found.sharpness < 32:
        return Quality.BLURRED
    return Quality.NO_COLOUR if found.colour < LEAST_COLOUR else Quality.CLEAR
