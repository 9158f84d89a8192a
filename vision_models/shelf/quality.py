"""Whether a picture can be judged at all: reported instead of guessed.

Every measure is taken on a copy 256 px wide, so that thresholds mean the same for every camera.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from vision_models.core.damage import is_damaged
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
    """Parts of it were never taken: a file cut short, lines that stand there twice."""
    NO_COLOUR = "no_colour"
    """A night camera's: what is recognised by its colours cannot be told."""


LEAST_COLOUR = 5.0
"""In a* and b* of CIE Lab, between the hundredth of the pixels with the most colour and the middle
one, so that one tint over all is none. Of 560 real photos of shelves and shops those in colour had
18 and more, and a grey shelf with nothing on it has its price tags; grey ones have up to 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Brightness and contrast in grey levels 0..255, `sharpness` the strongest hundredth of the
    outline, `burnt` the share of white-out pixels, `dull` the share of pixels without any detail,
    `colour` how far the most coloured hundredth is from the picture's tint; `is_damaged`: parts
    of it were never taken.
    """

    brightness: float
    contrast: float
    sharpness: float
    burnt: float
    dull: float
    colour: float = 100.0
    is_damaged: bool = False


def measure(image: Image) -> Measures:
    """The measures of `image`. Raises UnusablePicture if it is tiny."""
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
    return Measures(
        brightness=float(grey.mean()),
        contrast=float(np.percentile(grey, 95) - np.percentile(grey, 5)),
        sharpness=float(np.percentile(outline, 99)),
        burnt=float((grey > 250).mean()),
        dull=float((spread < 3.0).mean()),
        colour=_colour(np.asarray(small, np.uint8)),
        is_damaged=is_damaged(image),
    )


def _colour(small: Image) -> float:
    tints = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[..., 1:].reshape(-1, 2).astype(np.float32)
    apart = tints - np.median(tints, axis=0)
    return float(np.percentile(np.hypot(apart[:, 0], apart[:, 1]), 99))


def judge_picture(image: Image) -> Quality:
    """The first reason not to trust `image`, or CLEAR. Raises UnusablePicture if it is tiny."""
    return judge_measures(measure(image))


def judge_measures(found: Measures) -> Quality:
    """The first reason not to trust a picture of these measures, or CLEAR."""
    if found.dull > 0.9 and found.contrast < 60:
        return Quality.COVERED
    if found.brightness < 28:
        return Quality.DARK
    if found.burnt > 0.3:
        return Quality.GLARE
    if found.contrast < 55:
        return Quality.FOGGED
    if found.sharpness < 32:
        return Quality.BLURRED
    if found.is_damaged:
        return Quality.DAMAGED
    return Quality.NO_COLOUR if found.colour < LEAST_COLOUR else Quality.CLEAR
