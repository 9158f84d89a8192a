"""Reading picture files, with one clear line about those that cannot be read."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image

LEAST_SIDE_PX = 32
"""A picture with a shorter side tells nothing."""


def read_picture(path: Path) -> Image:
    """The picture in a file, BGR. Raises UnusablePicture if it is missing, damaged or tiny."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusablePicture(f"cannot read {path}: {error.strerror}") from error
    if not raw:
        raise UnusablePicture(f"{path} is empty")
    picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise UnusablePicture(f"{path} is not a picture that can be read; use JPEG or PNG")
    if min(picture.shape[:2]) < LEAST_SIDE_PX:
        raise UnusablePicture(
            f"{path} is {picture.shape[1]}×{picture.shape[0]} px; at least {LEAST_SIDE_PX} px a"
            " side are needed"
        )
    return np.asarray(picture, np.uint8)


def read_crop(path: Path, box: Sequence[float]) -> Image:
    """The part of a picture inside `box` (x1, y1, x2, y2 in pixels), cut to the picture.

    Raises UnusablePicture if the picture cannot be read or the box lies outside it.
    """
    picture = read_picture(path)
    height, width = picture.shape[:2]
    x1, y1 = max(0, int(box[0])), max(0, int(box[1]))
    x2, y2 = min(width, round(box[2])), min(height, round(box[3]))
    if x2 <= x1 or y2 <= y1:
        raise UnusablePicture(f"box {list(box)} lies outside {path} of {width}×{height} px")
    return picture[y1:y2, x1:x2]
