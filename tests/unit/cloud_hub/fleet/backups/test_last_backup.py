"""What `aisle backup` and `aisle verify` note for the hub."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cloud_hub.fleet.backups.last_backup import (
    LAST_BACKUP_FILE,
    LastBackup,
    note_backup,
    note_verified,
    read_last_backup,
)

MADE_AT = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
MADE = LastBackup(made_at=MADE_AT, name="hub-1.age", bytes=4096)


def test_the_last_one_is_noted_and_that_it_was_read_whole(tmp_path: Path) -> None:
    assert read_last_backup(tmp_path) is None
    assert not note_verified(tmp_path, MADE_AT, MADE_AT)
    note_backup(tmp_path, MADE)
    assert read_last_backup(tmp_path) == MADE
    assert not note_verified(tmp_path, MADE_AT - timedelta(days=1), MADE_AT), "an older one"
    assert note_verified(tmp_path, MADE_AT, MADE_AT + timedelta(hours=1))
    known = read_last_backup(tmp_path)
    assert known is not None
    assert known.verified_at == MADE_AT + timedelta(hours=1)
    assert (tmp_path / LAST_BACKUP_FILE).stat().st_mode & 0o077 == 0
