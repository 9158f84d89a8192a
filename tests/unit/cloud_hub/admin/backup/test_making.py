"""A backup of a hub: everything, or nothing."""

import fcntl

import pytest

from cloud_hub.admin.backup.contents import LOCK
from cloud_hub.core.errors import UnusableData
from tests.stage.restoring.some_hub import PICTURE


def test_a_backup_names_everything_and_leaves_nothing_behind(some_hub, tmp_path):
    before = {path.name for path in some_hub.folder.iterdir()}
    made = some_hub.back_up(tmp_path / "hub.age")
    names = {file.path for file in made.manifest.files}
    assert {"hub.db", "secrets.json", "authority/ca-key.pem", "pictures.tsv"} <= names
    assert (made.unnamed, made.bytes) == ((), (tmp_path / "hub.age").stat().st_size)
    assert (made.manifest.pictures.count, made.manifest.pictures.is_included) == (1, False)
    assert {path.name for path in some_hub.folder.iterdir()} - before == {LOCK}


def test_pictures_go_along_where_they_are_asked_for(some_hub, tmp_path):
    made = some_hub.back_up(tmp_path / "hub.age", with_pictures=True)
    assert made.manifest.pictures.is_included
    assert made.manifest.pictures.bytes == len(PICTURE)


def test_two_backups_at_a_time_are_refused(some_hub, tmp_path):
    with (some_hub.folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UnusableData, match="another backup"):
            some_hub.back_up(tmp_path / "hub.age")
    assert not (tmp_path / "hub.age").exists()
