"""Files and folders that hold what shoppers and staff did: for their own user alone, from the first
byte, whatever the umask is."""

import os
from contextlib import suppress
from pathlib import Path

from sync.core.failpoints import Failpoint, reach

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_LOGS = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; it makes them with the file's own mode."""


def private_folder(path: Path, *, is_ours: bool = False) -> None:
    """The folder, made with mode 0700 where it is not there. One that is there stays as its owner
    made it, unless it `is_ours` alone. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir():
            raise
        if is_ours:
            _narrow(path, FOLDER_MODE)


def private_database(path: Path) -> None:
    """An SQLite file before it is opened: made with mode 0600, or narrowed to it with its logs.
    Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    for ending in _LOGS:
        with suppress(FileNotFoundError):
            _narrow(path.with_name(path.name + ending), FILE_MODE)


def write_private(path: Path, text: str, *, dies_at: Failpoint | None = None) -> None:
    """The text in a file of mode 0600: whole or not at all, its folder made where it is not there,
    and there after a power cut. `dies_at` is where a test may end it, in the midst. Raises OSError.
    """
    private_folder(path.parent)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if dies_at is not None:
            reach(dies_at)
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """What was renamed in the folder stays so after a power cut, where folders can be synced at
    all. Raises OSError."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _narrow(path: Path, mode: int) -> None:
    """Another user's file stays as that one made it."""
    if path.stat().st_mode & 0o777 & ~mode:
        with suppress(PermissionError):
            path.chmod(mode)
