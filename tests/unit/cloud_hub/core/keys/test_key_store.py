"""The hub's keys: minted once, for its user alone."""

import os
from pathlib import Path

import pytest

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.key_store import load_secrets, write_private
from sync.wire.topics import shared_up_topic


def test_a_folder_that_cannot_be_written_is_refused_in_one_line() -> None:
    with pytest.raises(UnusableData, match="give --data a folder that this user may write"):
        load_secrets(Path("/proc/nowhere"))


def test_keys_are_private_and_minted_once(tmp_path: Path) -> None:
    minted = load_secrets(tmp_path)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    kept = load_secrets(tmp_path)
    assert (kept.identity_key, kept.was_minted) == (minted.identity_key, False)
    (tmp_path / "secrets.json").chmod(0o644)
    with pytest.raises(UnusableData, match="others may read"):
        load_secrets(tmp_path)


def test_every_folder_has_keys_of_its_own(tmp_path: Path) -> None:
    one, other = (load_secrets(tmp_path / name) for name in ("one", "other"))
    assert one.was_minted
    assert {one.identity_key, one.blind_index_key, one.broker_password}.isdisjoint(
        {other.identity_key, other.blind_index_key, other.broker_password}
    )


def test_keys_are_not_minted_where_they_must_be_there_already(tmp_path: Path) -> None:
    with pytest.raises(UnusableData, match=r"there is no .*secrets.json; give --data the folder"):
        load_secrets(tmp_path / "new", may_mint=False)
    assert not (tmp_path / "new").exists()
    load_secrets(tmp_path)
    assert not load_secrets(tmp_path, may_mint=False).was_minted


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}", '{"identity_key": "x", "colour": "red"}'])
def test_a_damaged_key_file_is_told_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    write_private(path, text)
    with pytest.raises(UnusableData, match="is damaged; restore it from your backup"):
        load_secrets(tmp_path)
    assert path.read_text() == text


def test_keys_do_not_stand_in_logs(tmp_path: Path) -> None:
    minted = load_secrets(tmp_path)
    assert minted.identity_key not in f"{minted} {minted!r}"


def test_a_private_file_is_its_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        write_private(path, "one")
        write_private(path, "two")
    finally:
        os.umask(before)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("two", 0o600)


def test_what_a_power_cut_left_of_a_private_file_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "secret.part").write_text("hal")
    write_private(tmp_path / "secret", "whole")
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_workers_of_one_hub_share_under_a_name_that_nobody_else_can_know(tmp_path):
    own, other = load_secrets(tmp_path / "own"), load_secrets(tmp_path / "other")
    assert own.workers_group == load_secrets(tmp_path / "own").workers_group
    assert own.workers_group != other.workers_group
    assert own.broker_password not in own.workers_group
    assert shared_up_topic(own.workers_group).endswith("/aisle/1/up/#")
