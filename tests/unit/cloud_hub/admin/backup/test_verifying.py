"""Whether a backup is whole."""

import pytest

from cloud_hub.admin.backup.age_file import Damaged
from cloud_hub.admin.backup.archive import writing
from cloud_hub.admin.backup.verifying import PictureCheck, read_backup
from tests.stage.restoring.some_hub import PICTURE_NAME, QUICK, SECRET


def test_a_backup_is_read_whole_and_pictures_that_are_gone_are_named(some_hub, tmp_path):
    path = tmp_path / "hub.age"
    made = some_hub.back_up(path)
    check = PictureCheck(tmp_path, None)
    assert read_backup(path, SECRET, check) == made.manifest
    assert list(check.missing()) == []
    (some_hub.folder / "media" / PICTURE_NAME[:2] / PICTURE_NAME).unlink()
    assert list(check.missing()) == [PICTURE_NAME]


def test_a_file_that_is_another_than_was_said_is_found(some_hub, tmp_path):
    manifest = some_hub.back_up(tmp_path / "hub.age").manifest
    forged = tmp_path / "forged.age"
    with writing(forged, SECRET, work_factor=QUICK) as archive:
        archive.add_bytes("manifest.json", manifest.model_dump_json().encode())
        archive.add_bytes(manifest.files[0].path, b"something else")
    with pytest.raises(Damaged, match="holds another"):
        read_backup(forged, SECRET, PictureCheck(tmp_path, None))


@pytest.mark.parametrize("name", ["../outside", "stranger", "media/ab/abc"])
def test_a_file_that_was_not_named_is_refused(some_hub, tmp_path, name):
    manifest = some_hub.back_up(tmp_path / "hub.age").manifest
    forged = tmp_path / "forged.age"
    with writing(forged, SECRET, work_factor=QUICK) as archive:
        archive.add_bytes("manifest.json", manifest.model_dump_json().encode())
        archive.add_bytes(name, b"x")
    with pytest.raises(Damaged, match="does not name"):
        read_backup(forged, SECRET, PictureCheck(tmp_path, None))


def test_a_backup_that_lacks_a_file_is_not_whole(some_hub, tmp_path):
    manifest = some_hub.back_up(tmp_path / "hub.age").manifest
    forged = tmp_path / "forged.age"
    with writing(forged, SECRET, work_factor=QUICK) as archive:
        archive.add_bytes("manifest.json", manifest.model_dump_json().encode())
    with pytest.raises(Damaged, match="lacks files"):
        read_backup(forged, SECRET, PictureCheck(tmp_path, None))
