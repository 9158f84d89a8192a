from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.erasures import Eraser, ErasureList, erase_again, require_known
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def erasures(tmp_path):
    return ErasureList(load_secrets(tmp_path / "keys"), tmp_path / "erasures")


def filled(erasures, *values: str):
    return [erasures.record("shopper", erasures.hash_of(value), NOW) for value in values]


def test_what_was_recorded_is_read_again_and_names_nobody(erasures, tmp_path):
    recorded = filled(erasures, "+41791234567", "anna@example.com")
    assert erasures.entries() == recorded
    assert [entry.number for entry in recorded] == [1, 2]
    kept = (tmp_path / "erasures").read_bytes()
    assert b"4179" not in kept
    assert b"anna" not in kept
    assert (tmp_path / "erasures").stat().st_mode & 0o777 == 0o600


def test_where_nothing_was_erased_there_is_no_list(erasures):
    assert erasures.entries() == []


def test_the_same_is_hashed_alike_and_by_this_hub_alone(erasures, tmp_path):
    other = ErasureList(load_secrets(tmp_path / "other"), tmp_path / "erasures")
    assert erasures.hash_of("a") == erasures.hash_of("a") != other.hash_of("a")
    filled(erasures, "a")
    with pytest.raises(UnusableData, match="line 1"):
        other.entries()


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_line_that_was_changed_taken_out_or_put_in_is_named(erasures, tmp_path, line):
    filled(erasures, "a", "b", "c")
    path = tmp_path / "erasures"
    lines = path.read_bytes().splitlines(keepends=True)
    changes = [
        [*lines[:line], lines[line].replace(b"shopper", b"shoppes"), *lines[line + 1 :]],
        [*lines[:line], lines[line], *lines[line:]],
        [*lines[:line], b"\xff{\n", *lines[line + 1 :]],
    ]
    if line < 2:
        changes.append([*lines[:line], *lines[line + 1 :]])
    for changed in changes:
        path.write_bytes(b"".join(changed))
        with pytest.raises(UnusableData, match="not as this hub wrote it"):
            erasures.entries()
        with pytest.raises(UnusableData):
            filled(erasures, "d")


def test_an_end_that_a_power_failure_cut_is_not_there(erasures, tmp_path):
    kept = filled(erasures, "a")
    with (tmp_path / "erasures").open("ab") as file:
        file.write(b'{"at": "2026-11')
    assert erasures.entries() == kept
    assert erasures.entries() + filled(erasures, "b") == erasures.entries()


def test_entries_are_erased_again_by_who_knows_their_kind(erasures, database):
    gone = erasures.hash_of("s01-till")

    def erase(session, subject, at):
        for device in session.scalars(sa.select(DeviceRow)).all():
            if erasures.hash_of(device.device_id) == subject:
                session.delete(device)

    filled(erasures, "s01-till", "nobody")
    assert filled(erasures, "s01-till")[0].subject == gone
    erasers = {"shopper": Eraser(kind="shopper", erase=erase)}
    with database.writing() as session:
        assert erase_again(session, erasures.entries(), erasers) == 3
    with database.sessions() as session:
        assert session.get(DeviceRow, ("linguang", "s01-till")) is None
        assert session.get(DeviceRow, ("linguang", "s01-door")) is not None
        assert session.scalars(sa.select(DeviceShadow)).all() == []


def test_an_entry_that_nothing_here_can_erase_is_refused_before_any_is(erasures):
    filled(erasures, "a")
    with pytest.raises(UnusableData, match="'shopper'"):
        require_known(erasures.entries(), {})
    with pytest.raises(UnusableData):
        erase_again(None, erasures.entries(), {})
    assert erase_again(None, [], {}) == 0
