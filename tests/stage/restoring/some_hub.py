"""A hub's folder with something of every kind in it, and a backup of it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cloud_hub.admin.backup.making import Made, WantedBackup, make_backup
from cloud_hub.admin.backup.restoring import NewPlace
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.authority import ensure_authority
from cloud_hub.core.keys.key_store import load_secrets, write_private
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.importer import import_chain
from tests.talking_device import small_chain

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECRET = "three words and more"
QUICK = 4
"""What a guess costs in tests: next to nothing."""
PICTURE = b"a picture"
PICTURE_NAME = hashlib.sha256(PICTURE).hexdigest()


@dataclass(frozen=True, kw_only=True)
class SomeHub:
    """The hub's settings, and what is done with its backups."""

    settings: HubSettings
    folder: Path

    def back_up(self, path: Path, *, with_pictures: bool = False, now: datetime = NOW) -> Made:
        return make_backup(
            WantedBackup(
                settings=self.settings,
                passphrase=SECRET,
                with_pictures=with_pictures,
                work_factor=QUICK,
            ),
            path,
            now,
        )

    def place(self, folder: Path, database: str | None = None) -> NewPlace:
        settings = HubSettings(data_dir=folder, database=database)
        return NewPlace(settings=settings, erasures_file=None, erasers={})


def made_hub(folder: Path) -> SomeHub:
    """A hub in this folder, which is made."""
    folder.mkdir(mode=0o700)
    settings = HubSettings(data_dir=folder)
    seal = AuditSeal(load_secrets(folder), folder)
    database = open_database(settings.database_url, seal=seal)
    with database.writing() as session:
        import_chain(session, small_chain())
    database.close()
    ensure_authority(settings, NOW)
    write_private(folder / "admin-token", "token")
    picture = folder / "media" / PICTURE_NAME[:2] / PICTURE_NAME
    picture.parent.mkdir(parents=True)
    picture.write_bytes(PICTURE)
    return SomeHub(settings=settings, folder=folder)
