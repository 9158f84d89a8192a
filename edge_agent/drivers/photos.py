"""The photo folder driver: pictures that somebody else puts into a folder, each one once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2

from edge_agent.core.errors import SourceUnusable
from vision_models.core.damage import Part
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.jpegs import JPEG_START
from vision_models.core.pictures import LARGEST_BYTES, Decoded, decode

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
STILL_WRITTEN_S = 10.0
"""A file that is no picture yet may still be on its way into the folder."""
MOST_PIXELS = 25_000_000
"""A device unpacks no larger picture than this, unless its own camera takes such: 75 MB."""


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
        # Of the link itself where it leads nowhere: it is named once, as any other that is no file.
        return datetime.fromtimestamp(path.lstat().st_mtime, tz=UTC)


def encode_jpeg(image: Image, *, quality: int = 88) -> bytes:
    """The picture as JPEG."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture to be read: decoded, and as the JPEG that is kept. `complaint` is what its decoder
    found damaged, `lost` which parts of it, empty where nobody knows."""

    name: str
    taken_at: datetime
    image: Image
    jpeg: bytes
    complaint: str = ""
    lost: tuple[Part, ...] = ()

    @property
    def decoded(self) -> Decoded:
        """The picture with what its decoder said of it."""
        return Decoded(image=self.image, complaint=self.complaint, lost=self.lost)


def load_photo(file: PhotoFile, *, now: datetime, most_pixels: int = MOST_PIXELS) -> Photo:
    """The picture in a file.

    A JPEG is kept byte by byte, as evidence; other kinds are made into one.
    Raises StillWritten where a file that is no whole picture yet is seconds old, UnusablePicture
    where it is none: a folder, a device, no picture, or one of more than `most_pixels`.
    """
    path = file.path
    if not path.is_file():
        raise UnusablePicture(f"{path} is no file; only pictures are read from this folder")
    stat = path.stat()
    if stat.st_size > LARGEST_BYTES:
        raise UnusablePicture(f"{path} has {stat.st_size:,} bytes; no picture has so many")
    is_fresh = now.timestamp() - stat.st_mtime < STILL_WRITTEN_S
    data = path.read_bytes()
    try:
        found = decode(data, most_pixels=most_pixels)
    except UnusablePicture as error:
        if is_fresh:
            raise StillWritten(f"{path} is not a picture yet: it {error}") from error
        raise UnusablePicture(f"{path} {error}") from error
    if found.complaint and is_fresh:
        raise StillWritten(f"{path} is not whole yet ({found.complaint})")
    return Photo(
        name=file.name,
        taken_at=file.taken_at,
        image=found.image,
        jpeg=data if data.startswith(JPEG_START) else encode_jpeg(found.image),
        complaint=found.complaint,
        lost=found.lost,
    )
