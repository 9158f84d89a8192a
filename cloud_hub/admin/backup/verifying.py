"""Whether a backup is whole: everything is read, every hash is compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from cloud_hub.admin.backup.age_file import Damaged
from cloud_hub.admin.backup.archive import copy_hashed, members, reading
from cloud_hub.admin.backup.contents import PICTURES
from cloud_hub.admin.backup.manifest import (
    MANIFEST,
    PICTURE_LIST,
    KeptFile,
    Manifest,
    read_manifest,
)

LARGEST_MANIFEST_BYTES = 64 << 20


class Sink(Protocol):
    """Where the files of a backup go."""

    def begin(self, manifest: Manifest) -> None:
        """The manifest, before any file. Raises UnusableData where they cannot go there."""

    def opened(self, name: str) -> IO[bytes] | None:
        """Where this file's bytes go; None: they are only looked at."""

    def put(self, name: str) -> None:
        """This file is whole."""


@dataclass(slots=True)
class _Expected:
    """What is still to come."""

    manifest: Manifest
    files: dict[str, KeptFile]
    pictures: int


def read_backup(path: Path, passphrase: str, sink: Sink) -> Manifest:
    """Reads a backup whole and compares every hash. Raises UnusableData and its kinds: then what
    has come out is worth nothing."""
    with reading(path, passphrase) as tar:
        expected: _Expected | None = None
        for name, size, content in members(tar):
            if expected is None:
                expected = _begin(name, size, content)
                sink.begin(expected.manifest)
                continue
            _take(expected, sink, name, content)
        if expected is None or expected.files or expected.pictures:
            raise Damaged("lacks files that it says it holds")
    return expected.manifest


def _begin(name: str, size: int, content: IO[bytes]) -> _Expected:
    if name != MANIFEST or size > LARGEST_MANIFEST_BYTES:
        raise Damaged("is no backup of a hub")
    manifest = read_manifest(content.read())
    return _Expected(
        manifest=manifest,
        files={file.path: file for file in manifest.files},
        pictures=manifest.pictures.count if manifest.pictures.is_included else 0,
    )


def _take(expected: _Expected, sink: Sink, name: str, content: IO[bytes]) -> None:
    if (kept := expected.files.pop(name, None)) is not None:
        wanted = kept.sha256
    elif expected.pictures and _is_picture(name):
        expected.pictures -= 1
        wanted = name.rpartition("/")[2]
    else:
        raise Damaged(f"holds {name!r}, which it does not name")
    out = sink.opened(name)
    try:
        _, sha256 = copy_hashed(content, out)
    finally:
        if out is not None:
            out.close()
    if sha256 != wanted:
        raise Damaged(f"holds another {name} than it says")
    sink.put(name)


def _is_picture(name: str) -> bool:
    folder, _, sha256 = name.rpartition("/")
    is_hash = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
    return is_hash and folder == f"{PICTURES}/{sha256[:2]}"


class PictureCheck:
    """Only looks, and notes which pictures the `folder` lacks."""

    def __init__(self, scratch: Path, folder: Path | None) -> None:
        self._listed = scratch / PICTURE_LIST
        self.folder = folder

    def begin(self, manifest: Manifest) -> None:
        """Where they lay, if nothing else was said."""
        if self.folder is None:
            self.folder = Path(manifest.pictures.folder)

    def opened(self, name: str) -> IO[bytes] | None:
        """Only the list of pictures is kept, while it is looked through."""
        return self._listed.open("wb") if name == PICTURE_LIST else None

    def put(self, name: str) -> None:
        """Nothing to do."""

    def missing(self) -> Iterator[str]:
        """The hash of each picture that is not there, or of another size."""
        if self.folder is not None:
            yield from missing_pictures(self._listed, self.folder)


def missing_pictures(listed: Path, folder: Path) -> Iterator[str]:
    """Of the pictures in a backup's list, the hash of each that `folder` lacks."""
    with listed.open(encoding="ascii") as lines:
        for line in lines:
            sha256, _, size = line.rstrip("\n").partition("\t")
            path = folder / sha256[:2] / sha256
            if not path.is_file() or path.stat().st_size != int(size):
                yield sha256
