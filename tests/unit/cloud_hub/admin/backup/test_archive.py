"""The file itself: whole at its name, or not there."""

import pytest

from cloud_hub.admin.backup.age_file import Damaged, WrongPassphrase
from cloud_hub.admin.backup.archive import copy_hashed, members, reading, writing
from cloud_hub.core.errors import UnusableData
from tests.stage.restoring.some_hub import QUICK, SECRET


def write(path, **files: bytes):
    with writing(path, SECRET, work_factor=QUICK) as archive:
        for name, content in files.items():
            archive.add_bytes(name, content)


def write_and_break_off(path):
    with writing(path, SECRET, work_factor=QUICK) as archive:
        archive.add_bytes("one", b"1")
        archive.add("two", path.with_name("nothing there"), 1)


def read(path, secret: str = SECRET) -> dict[str, bytes]:
    with reading(path, secret) as tar:
        return {name: content.read() for name, _, content in members(tar)}


def test_what_was_added_comes_out_and_the_file_is_private(tmp_path):
    path = tmp_path / "a.age"
    write(path, one=b"1", two=b"2" * 3_000_000)
    assert read(path) == {"one": b"1", "two": b"2" * 3_000_000}
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_there_where_writing_broke_off(tmp_path):
    path = tmp_path / "a.age"
    with pytest.raises(UnusableData, match="cannot write"):
        write_and_break_off(path)
    assert list(tmp_path.iterdir()) == []


def test_another_backup_is_never_overwritten(tmp_path):
    path = tmp_path / "a.age"
    path.write_bytes(b"mine")
    with pytest.raises(UnusableData, match="already"):
        write(path, one=b"1")
    assert path.read_bytes() == b"mine"


def test_a_wrong_passphrase_and_a_cut_or_changed_file_are_told_by_name(tmp_path):
    path = tmp_path / "a.age"
    write(path, one=b"1" * 100_000)
    with pytest.raises(WrongPassphrase, match=r"a\.age"):
        read(path, "three other words")
    sound = path.read_bytes()
    for spoilt in (sound[:-1], sound[:-40], sound[:-9] + b"x" + sound[-8:], b"", sound[:50]):
        path.write_bytes(spoilt)
        with pytest.raises(Damaged, match=r"a\.age"):
            read(path)


def test_a_copy_tells_its_size_and_hash(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"abc")
    with source.open("rb") as file:
        size, sha256 = copy_hashed(file, None)
    assert (size, sha256[:8]) == (3, "ba7816bf")
