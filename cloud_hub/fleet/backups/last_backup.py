"""`DIR/last-backup.json`: the last backup that was whole, noted by `aisle backup` and `aisle
verify`. A file, so that neither waits for the database."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cloud_hub.core.keys.key_store import write_private

log = logging.getLogger(__name__)

LAST_BACKUP_FILE: Final = "last-backup.json"


class LastBackup(BaseModel):
    """When it was made, under which name and how large; when it was last read whole."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    made_at: AwareDatetime
    name: str
    bytes: int
    verified_at: AwareDatetime | None = None


def note_backup(folder: Path, made: LastBackup) -> None:
    """Notes a good backup of the hub in `folder`. Raises OSError."""
    write_private(folder / LAST_BACKUP_FILE, made.model_dump_json())


def note_verified(folder: Path, made_at: datetime, now: datetime) -> bool:
    """Notes that the last backup was read whole; whether it was the last one. Raises OSError."""
    known = read_last_backup(folder)
    if known is None or known.made_at != made_at:
        return False
    note_backup(folder, known.model_copy(update={"verified_at": now.astimezone(UTC)}))
    return True


def read_last_backup(folder: Path) -> LastBackup | None:
    """What was noted; None where nothing was, or nothing that can be read."""
    try:
        return LastBackup.model_validate_json((folder / LAST_BACKUP_FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("%s cannot be read: %s", LAST_BACKUP_FILE, error, extra={"action": "backup"})
        return None
