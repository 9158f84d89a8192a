"""The photo folder driver: pictures that somebody else puts into a folder, each one once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from edge_agent.core.errors import SourceUnusable
from vision_models.core.frame import Image

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
STILL_WRITTEN_S = 10.0
"""A file that is no picture yet may still be on its way into the folder."""


class StillWritten(SourceUnusable):
    """A file that somebody may still be writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFile:
    """A picture in a folder. `name` is what it is remembered by."""

    name: str
    path: Path
    taken_at: datetime


def photos_in(folder: Path, *, done: Collection[str]) -> Iterator[PhotoFile]:
    """The pictures of a folder that are not `done`, oldest first.

    A name `YYYYmmddTHHMMSSZ` says when it was taken; else the file's time does.
    Raises SourceUnusable where there is no such folder.
    """
    try:
        paths = [path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES]
    except OSError as error:
        raise SourceUnusable(f"cannot read photo folder {folder}: {error.strerror}") from error
    found = [
        PhotoFile(name=path.name, path=path, taken_at=_taken_at(path))
        for path in paths
        if path.name not in done
    ]
    yield from sorted(found, key=lambda photo: (photo.taken_at, photo.name))


def _taken_at(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def decode_photo(data: bytes) -> Image | None:
    """The picture in an encoded file, or None where it is none."""
    if not data:
        return None
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


def encode_jpeg(image: Image, *, quality: int = 88) -> bytes:
    """The picture as JPEG."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture to be read: decoded, and as the JPEG that is kept."""

    name: str
    taken_at: datetime
    image: Image
    jpeg: bytes


def load_photo(file: PhotoFile, *, now: datetime) -> Photo | None:
    """The picture in a file, or None where it is none.

    A JPEG is kept byte by byte, as evidence; other kinds are made into one.
    Raises StillWritten where a file that is no picture yet is seconds old.
    """
    data = file.path.read_bytes()
    image = decode_photo(data)
    if image is None:
        if now.timestamp() - file.path.stat().st_mtime < STILL_WRITTEN_S:
            raise StillWritten(f"{file.path} is not a picture yet")
        return None
    jpeg = data if data.startswith(b"\xff\xd8\xff") else encode_jpeg(image)
    return Photo(name=file.name, taken_at=file.taken_at, image=image, jpeg=jpeg)
