"""What a backup says of itself, and what is believed of it."""

import json

import pytest

from cloud_hub.admin.backup.age_file import Damaged
from cloud_hub.admin.backup.manifest import NewerBackup, read_manifest
from tests.stage.restoring.some_hub import PICTURE


@pytest.fixture
def manifest(some_hub, tmp_path):
    return some_hub.back_up(tmp_path / "hub.age").manifest


def changed(manifest, **changes):
    return json.dumps(json.loads(manifest.model_dump_json()) | changes).encode()


def test_what_was_written_is_read_again(manifest):
    assert read_manifest(manifest.model_dump_json().encode()) == manifest
    assert manifest.row_count == sum(manifest.database.rows.values()) > 0
    assert manifest.file_bytes == sum(one.bytes for one in manifest.files)
    assert manifest.pictures.bytes == len(PICTURE)


@pytest.mark.parametrize("change", [{"format": 2}, {"database": {"version": "9999"}}])
def test_a_newer_programs_backup_is_named_as_such(manifest, change):
    if "database" in change:
        told = json.loads(manifest.model_dump_json())["database"]
        change = {"database": told | change["database"]}
    with pytest.raises(NewerBackup, match="newer AisleOS"):
        read_manifest(changed(manifest, **change))


@pytest.mark.parametrize("path", ["../secrets.json", "/etc/passwd", "a/../../b", "", ".", "a\x00b"])
def test_a_path_out_of_the_folder_is_no_manifest(manifest, path):
    files = [{"path": path, "bytes": 1, "sha256": "0" * 64}]
    with pytest.raises(Damaged):
        read_manifest(changed(manifest, files=files))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"null", b'{"format": "x"}'])
def test_what_is_no_manifest_is_told_in_one_way(content):
    with pytest.raises(Damaged, match="holds no manifest"):
        read_manifest(content)
