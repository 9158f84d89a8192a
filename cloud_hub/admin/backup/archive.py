"""The file itself: tar in zstd in age, written and read as a stream. `age -d FILE | zstd -d | tar
-x` takes it apart without us."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

import zstandard

from cloud_hub.admin.backup.age_file import (
    WORK_FACTOR,
    AgeReader,
    AgeWriter,
    Damaged,
    WrongPassphrase,
)
from cloud_hub.admin.backup.manifest import NewerBackup
from cloud_hub.core.errors import UnusableData
from sync.core.failpoints import Failpoint, reach
from sync.core.private import sync_folder

BLOCK_BYTES = 1 << 20
LEVEL = 3


class ArchiveWriter:
    """Takes files one after another."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, path: Path, size: int) -> None:
        """The first `size` bytes of the file, under `name`. Raises OSError."""
        with path.open("rb") as file:
            self._add(name, size, file)

    def add_bytes(self, name: str, content: bytes) -> None:
        """A file with this content."""
        self._add(name, len(content), io.BytesIO(content))

    def _add(self, name: str, size: int, file: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)
        # tarfile remembers every member for its list, which nobody asks for here.
        self._tar.members.clear()  # type: ignore[attr-defined]  # of the class, not of its stubs
        reach(Failpoint.BACKUP_MID_WRITE)


@contextmanager
def writing(
    path: Path, passphrase: str, *, work_factor: int = WORK_FACTOR
) -> Iterator[ArchiveWriter]:
    """A new file at `path`, readable by its user only: whole at the end of the block, else not
    there. Raises UnusableData where it is there already or cannot be written."""
    draft = path.with_name(f"{path.name}.part")
    with ExitStack() as undo:
        undo.callback(_forget, draft)
        try:
            with _draft_of(path, draft) as file:
                age = AgeWriter(file, passphrase, work_factor=work_factor)
                packing = zstandard.ZstdCompressor(level=LEVEL).stream_writer(
                    cast(IO[bytes], age), closefd=False
                )
                with (
                    packing,
                    tarfile.open(
                        fileobj=packing, mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK_BYTES
                    ) as tar,
                ):
                    yield ArchiveWriter(tar)
                age.close()
                file.flush()
                os.fsync(file.fileno())
            reach(Failpoint.BACKUP_BEFORE_RENAME)
            draft.rename(path)
            sync_folder(path.parent)
        except OSError as error:
            raise UnusableData(f"cannot write {path}: {error.strerror or error}") from error
        undo.pop_all()


def _draft_of(path: Path, draft: Path) -> BinaryIO:
    if path.exists():
        raise UnusableData(f"there is a {path} already; give --to another name")
    draft.unlink(missing_ok=True)
    return os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _forget(draft: Path) -> None:
    with suppress(OSError):
        draft.unlink(missing_ok=True)


@contextmanager
def reading(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    """The file's members, one after another; only what nobody changed comes out.

    Raises UnusableData, Damaged, WrongPassphrase, NewerBackup, each with the file's name.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnusableData(f"cannot read {path}: {error.strerror}") from error
    with file:
        try:
            age = AgeReader(file, passphrase)
            unpacking = zstandard.ZstdDecompressor().stream_reader(cast(IO[bytes], age))
            with tarfile.open(fileobj=unpacking, mode="r|", bufsize=BLOCK_BYTES) as tar:
                yield tar
            while unpacking.read(BLOCK_BYTES):
                pass
            while age.read(BLOCK_BYTES):
                pass
        except (Damaged, WrongPassphrase, NewerBackup) as error:
            raise type(error)(f"{path} {error}") from error
        except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
            raise Damaged(f"{path} is no backup of a hub: {error}") from error


def members(tar: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and content of each. Raises Damaged for what is no plain file."""
    while (member := tar.next()) is not None:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise Damaged(f"holds {member.name!r}, which is no file")
        yield member.name, member.size, content
        tar.members.clear()  # type: ignore[attr-defined]  # as above


def copy_hashed(content: IO[bytes], out: IO[bytes] | None) -> tuple[int, str]:
    """How many bytes were copied, and their SHA-256; without `out` they are only read."""
    digest, size = hashlib.sha256(), 0
    while block := content.read(BLOCK_BYTES):
        digest.update(block)
        size += len(block)
        if out is not None:
            out.write(block)
    return size, digest.hexdigest()
