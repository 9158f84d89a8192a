"""Whether a picture can be judged at all: reported instead of guessed.

Every measure is taken on a copy 256 px wide, so that thresholds mean the same for every camera.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Brightness and contrast in grey levels 0..255, `sharpness` the strongest hundredth of the
    outline, `burnt` the share of white-out pixels, `dull` the share of pixels without any detail.
    """

    brightness: float
    contrast: float
    sharpness: float
    burnt: float
    dull: float


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
    )


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
    return Quality.CLEAR
