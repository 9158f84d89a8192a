"""One owner of a folder at a time: a lock on a file, which ends with its process however that
ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device_profiles.failures import in_words
from sync.core.errors import FolderInUse
from sync.core.private import FILE_MODE

PID_CHARACTERS = 20


@contextmanager
def sole_owner(lock: Path, what: str) -> Iterator[None]:
    """Within it, nobody else is the owner of the folder in which `lock` lies; the file stays. What
    only reads asks for no lock. Raises FolderInUse with one line that names folder and process."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, FILE_MODE)
    except OSError as error:
        raise FolderInUse(f"cannot lock folder {lock.parent}: {in_words(error)}") from error
    try:
        _take(descriptor, lock, what)
        yield
    finally:
        os.close(descriptor)


def is_free(descriptor: int) -> bool:
    """Whether the open file had no owner; then its owner is this process, until it is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take(descriptor: int, lock: Path, what: str) -> None:
    try:
        if is_free(descriptor):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return
        told = os.pread(descriptor, PID_CHARACTERS, 0).decode("ascii", "replace").strip()
    except OSError as error:
        raise FolderInUse(f"cannot lock folder {lock.parent}: {in_words(error)}") from error
    who = f" (process {told})" if told.isdigit() else ""
    raise FolderInUse(
        f"another {what} works in folder {lock.parent}{who}; stop it, or give this one a --data"
        " folder of its own"
    )
