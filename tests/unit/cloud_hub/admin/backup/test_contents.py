"""What of a hub's folder a backup takes."""

import pytest

from cloud_hub.admin.backup.contents import HowTaken, look_at, missing_keys, pictures, taken_as
from tests.stage.restoring.some_hub import PICTURE, PICTURE_NAME


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("secrets.json", HowTaken.KEPT),
        ("authority/ca-key.pem", HowTaken.KEPT),
        ("authority/crl.pem", HowTaken.KEPT),
        ("artifacts/linguang/keys/root.pem", HowTaken.KEPT),
        ("hub.db", HowTaken.DATABASE),
        ("hub.db-wal", HowTaken.PASSING),
        (".readiness", HowTaken.PASSING),
        ("hub.lock", HowTaken.PASSING),
        ("broker/devices.acl", HowTaken.PASSING),
        ("media/ab/abc", HowTaken.PICTURE),
        ("media/partial/linguang/s01-till/abc", HowTaken.PASSING),
        ("erasures", HowTaken.OUTSIDE),
        ("somebody's notes", None),
    ],
)
def test_each_kind_of_file_is_taken_in_one_way(path, taken):
    assert taken_as(path) is taken


def test_everything_that_a_hub_wrote_is_named(some_hub):
    found = look_at(some_hub.folder)
    assert found.unnamed == ()
    assert {"secrets.json", "admin-token", "authority/ca.pem"} <= set(found.kept)


def test_a_file_that_nobody_knows_is_told(some_hub):
    (some_hub.folder / "notes.txt").write_text("mine")
    assert look_at(some_hub.folder).unnamed == ("notes.txt",)


def test_pictures_are_listed_by_hash_and_size(some_hub):
    assert list(pictures(some_hub.folder / "media")) == [(PICTURE_NAME, len(PICTURE))]


def test_keys_that_are_kept_elsewhere_are_named_by_chain():
    names = {"artifacts/linguang/metadata/root.json", "artifacts/linguang/keys/root.pem"}
    assert missing_keys(names) == {"linguang": ["targets", "snapshot", "timestamp"]}
