"""Backups by the clock: names that sort by time, and no more of them than are wanted."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cloud_hub.core.errors import UnusableData
from sync.core.private import private_folder

NAME: Final = re.compile(r"aisle-\d{8}T\d{6}Z\.tar\.zst\.age")
DRAFT: Final = ".part"


def name_at(now: datetime) -> str:
    """What a backup of this moment is called."""
    return f"aisle-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.zst.age"


def place_in(folder: Path, now: datetime) -> Path:
    """Where a backup of this moment goes in the folder, which is made. Raises UnusableData."""
    try:
        private_folder(folder)
    except OSError as error:
        raise UnusableData(
            f"cannot write {folder}: {error.strerror}; give --to a folder"
        ) from error
    return folder / name_at(now)


def prune(folder: Path, keep: int) -> list[str]:
    """Deletes all but the `keep` newest backups of the folder, and drafts that a power cut left;
    their names. What is called otherwise stays. Raises UnusableData."""
    found = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    drafts = [p for p in folder.iterdir() if NAME.fullmatch(p.name.removesuffix(DRAFT))]
    gone = [*found[:-keep], *(path for path in drafts if path.name.endswith(DRAFT))]
    try:
        for path in gone:
            path.unlink()
    except OSError as error:
        raise UnusableData(f"cannot delete {path}: {error.strerror}") from error
    return [path.name for path in gone]
