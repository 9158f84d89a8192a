"""A hub out of its backup: whole, or nothing is there."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cloud_hub.admin.backup.age_file import WrongPassphrase
from cloud_hub.admin.backup.restoring import restore
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.place_tables import DeviceRow
from tests.stage.restoring.some_hub import NOW, PICTURE, PICTURE_NAME, SECRET

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def backup(some_hub, tmp_path):
    path = tmp_path / "hub.age"
    some_hub.back_up(path, with_pictures=True)
    return path


def test_a_hub_comes_back_with_its_keys_pictures_and_devices(some_hub, backup, tmp_path):
    new = tmp_path / "new"
    done = restore(backup, SECRET, some_hub.place(new), LATER)
    assert (done.missing, done.restored.made_at) == (0, NOW)
    for name in ("secrets.json", "admin-token", "authority/ca-key.pem"):
        assert (new / name).read_bytes() == (some_hub.folder / name).read_bytes()
        assert (new / name).stat().st_mode & 0o077 == 0
    assert (new / "media" / PICTURE_NAME[:2] / PICTURE_NAME).read_bytes() == PICTURE
    database = open_database(f"sqlite:///{new / 'hub.db'}", seal=AuditSeal(load_secrets(new), new))
    with database.sessions() as session:
        assert len(session.scalars(sa.select(DeviceRow)).all()) == 3
    database.close()


def test_a_folder_that_has_a_hub_is_left_alone(some_hub, backup):
    before = (some_hub.folder / "secrets.json").read_bytes()
    with pytest.raises(UnusableData, match="there is a hub"):
        restore(backup, SECRET, some_hub.place(some_hub.folder), LATER)
    assert (some_hub.folder / "secrets.json").read_bytes() == before


def test_nothing_is_there_after_a_wrong_passphrase_or_a_cut_file(some_hub, backup, tmp_path):
    new = tmp_path / "new"
    with pytest.raises(WrongPassphrase):
        restore(backup, "three other words", some_hub.place(new), LATER)
    assert not new.exists()
    backup.write_bytes(backup.read_bytes()[:-100])
    with pytest.raises(UnusableData):
        restore(backup, SECRET, some_hub.place(new), LATER)
    assert not new.exists()


def test_a_clock_before_the_backup_is_refused(some_hub, backup, tmp_path):
    with pytest.raises(UnusableData, match="set it first"):
        restore(backup, SECRET, some_hub.place(tmp_path / "new"), NOW - timedelta(days=1))


def test_a_restore_that_was_cut_is_begun_anew(some_hub, backup, tmp_path):
    new = tmp_path / "new"
    (new / "restore.part").mkdir(parents=True)
    (new / "restore.part" / "hub.db").write_bytes(b"half of it")
    assert restore(backup, SECRET, some_hub.place(new), LATER).missing == 0
    assert not (new / "restore.part").exists()
