"""Reading picture files, with one clear line about those that cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device_profiles.values.picture_size import MOST_PIXELS, is_huge, size_by_header
from vision_models.core.damage import Part
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.jpegs import JPEG_END, JPEG_START, complaint_about, cut_off

LEAST_SIDE_PX = 32
"""A picture with a shorter side tells nothing."""
LARGEST_BYTES = 2**28
"""A file of more bytes than a picture of the largest size has unpacked is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture out of a file. `complaint` is what its decoder found damaged, empty where nothing
    was: such a picture has a right size, and parts that were never taken. `lost` are these parts,
    empty where nobody knows which they are."""

    image: Image
    complaint: str = ""
    lost: tuple[Part, ...] = ()


def decode(raw: bytes, *, most_pixels: int = MOST_PIXELS) -> Decoded:
    """The picture in an encoded file, BGR, turned upright.

    Its size is read from its header first: a huge one is refused before it fills the memory.
    Raises UnusablePicture whose message goes on after the file's name.
    """
    if not raw:
        raise UnusablePicture("is empty")
    size = size_by_header(raw)
    if size is None:
        raise UnusablePicture("is not a picture that can be read; use JPEG or PNG")
    if is_huge(size, most_pixels):
        raise UnusablePicture(
            f"is {size[0]}×{size[1]} px, {size[0] * size[1] / 1e6:.0f} megapixels; at most"
            f" {most_pixels / 1e6:.0f} are read here: make it smaller"
        )
    complaint = complaint_about(raw)
    # A decoder wants an end, and fills up to it what is missing.
    ended = raw + JPEG_END if raw.startswith(JPEG_START) else raw
    try:
        picture = cv2.imdecode(np.frombuffer(ended, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise UnusablePicture("is not a picture that can be read; use JPEG or PNG")
    image = np.asarray(picture, np.uint8)
    lost = cut_off(raw, complaint, image) if complaint else ()
    return Decoded(image=image, complaint=complaint, lost=lost)


def load_picture(path: Path, *, most_pixels: int = MOST_PIXELS) -> Decoded:
    """The picture in a file, damaged or not. Raises UnusablePicture if it is missing, no picture,
    huge or tiny."""
    try:
        if not path.is_file() and path.exists():
            raise UnusablePicture(f"{path} is no file; name a picture")
        if path.stat().st_size > LARGEST_BYTES:
            raise UnusablePicture(f"{path} has more than {LARGEST_BYTES:,} bytes; no picture has")
        raw = path.read_bytes()
    except OSError as error:
        raise UnusablePicture(f"cannot read {path}: {error.strerror}") from error
    try:
        found = decode(raw, most_pixels=most_pixels)
    except UnusablePicture as error:
        raise UnusablePicture(f"{path} {error}") from error
    height, width = found.image.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        raise UnusablePicture(
            f"{path} is {width}×{height} px; at least {LEAST_SIDE_PX} px a side are needed"
        )
    return found


def read_picture(path: Path) -> Image:
    """The picture in a file, BGR. Raises UnusablePicture: missing, damaged, huge or tiny."""
    found = load_picture(path)
    if found.complaint:
        raise UnusablePicture(f"{path} is damaged ({found.complaint}); take or copy it again")
    return found.image


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
