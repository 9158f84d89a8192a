"""Files that only their own user may read, whatever the umask."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from sync.core.clock import SystemClock
from sync.core.private import private_database, private_folder
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The worst that a service may be started with."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_user_and_one_that_is_there_stays(tmp_path: Path) -> None:
    private_folder(tmp_path / "new")
    (tmp_path / "there").mkdir(mode=0o755)
    private_folder(tmp_path / "there")
    assert (mode(tmp_path / "new"), mode(tmp_path / "there")) == (0o700, 0o755)
    private_folder(tmp_path / "there", is_ours=True)
    assert mode(tmp_path / "there") == 0o700


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(FileExistsError):
        private_folder(tmp_path / "x")


def test_a_database_and_its_logs_are_private_before_anything_is_in_them(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    private_database(path)
    assert (mode(path), path.stat().st_size) == (0o600, 0)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t(x)")
        connection.commit()
        assert {mode(one) for one in tmp_path.iterdir()} == {0o600}


def test_a_database_that_others_could_read_is_narrowed_with_its_logs(tmp_path: Path) -> None:
    for name in ("a.db", "a.db-wal", "a.db-shm"):
        (tmp_path / name).touch(mode=0o644)
    private_database(tmp_path / "a.db")
    assert {mode(one) for one in tmp_path.iterdir()} == {0o600}


def test_a_hubs_folder_and_database_are_its_users_alone(tmp_path: Path) -> None:
    settings = HubSettings(data_dir=tmp_path / "hub")
    database = open_database(settings.database_url)
    with database.writing():
        found = {one.name: mode(one) for one in (tmp_path / "hub").iterdir()}
    database.close()
    assert mode(tmp_path / "hub") == 0o700
    assert set(found) >= {"hub.db", "hub.db-wal", "hub.db-shm"}
    assert set(found.values()) == {0o600}


def test_a_devices_outbox_is_its_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "device" / "agent.db"
    outbox = Outbox.open(path, clock=SystemClock(), quota_bytes=2**24, rng=Random(1))
    found = {name: mode(path.with_name(name)) for name in ("agent.db", "agent.db-wal")}
    outbox.close()
    assert (mode(path.parent), set(found.values())) == (0o700, {0o600})


def test_pictures_lie_in_a_folder_of_their_users_alone(tmp_path: Path) -> None:
    there = tmp_path / "hub"
    there.mkdir(mode=0o755)
    Pictures(there, limit_bytes=1000).put(b"\xff\xd8\xff")
    assert mode(there) == 0o700
    outbox = Outbox.open(
        tmp_path / "agent.db", clock=SystemClock(), quota_bytes=2**24, rng=Random(1)
    )
    MediaStore(tmp_path / "device", outbox, quota_bytes=1000).put(b"\xff\xd8\xff")
    outbox.close()
    assert mode(tmp_path / "device") == 0o700
