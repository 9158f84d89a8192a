"""A photo as a camera leaves it: a JPEG under the time it was taken, whole in its folder."""

from datetime import datetime
from pathlib import Path

import cv2

from vision_models.core.frame import Image

JPEG_QUALITY = 88


def photo_name(taken_at: datetime) -> str:
    """As the image-folder source reads it: the UTC time of the picture."""
    return f"{taken_at:%Y%m%dT%H%M%SZ}.jpg"


def encode(image: Image) -> bytes:
    """The picture as JPEG."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()


def leave_photo(folder: Path, name: str, jpeg: bytes) -> None:
    """The picture under its name, whole from the first moment at which it has that name."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{name}.part"
    draft.write_bytes(jpeg)
    draft.replace(folder / name)
