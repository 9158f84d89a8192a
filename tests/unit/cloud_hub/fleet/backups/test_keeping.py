"""A hub knows of its last good backup, and says when it is too old or there is none."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.core.hub import Hub, hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.backups.findings import BACKUP_OVERDUE
from cloud_hub.fleet.backups.keeping import backup_watch, look_at_backups
from cloud_hub.fleet.backups.last_backup import LAST_BACKUP_FILE, LastBackup, note_backup
from cloud_hub.insight.search import find_problems
from cloud_hub.register import SEARCHES
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain


class WatchedHub:
    """A hub over the small chain, whose clock is this test's."""

    def __init__(self, folder: Path, **settings: float) -> None:
        self.chain = SmallChain.open(folder)
        self.settings = HubSettings(data_dir=folder / "data", **settings)
        self.clock = ManualClock(NOW)
        secrets = load_secrets(self.settings.data_dir)
        self.hub: Hub = hub_over(self.settings, self.chain.database, secrets, self.clock)
        look_at_backups(self.hub)

    def note(self, made_at: datetime) -> None:
        """A good backup was made."""
        note_backup(self.settings.data_dir, LastBackup(made_at=made_at, name="hub.age", bytes=1000))

    def said_after(self, hours: float) -> list[str]:
        """What the search says of backups so long after now, once the hub has looked."""
        look_at_backups(self.hub)
        with self.hub.sessions() as session:
            found = find_problems(session, TENANT, NOW + timedelta(hours=hours), SEARCHES)
        return [one.sentence.text("en") for one in found if one.kind is BACKUP_OVERDUE]


@pytest.fixture
def watched(tmp_path: Path) -> WatchedHub:
    return WatchedHub(tmp_path)


def test_without_a_backup_two_days_are_given_and_then_it_is_told(watched: WatchedHub) -> None:
    assert watched.said_after(0) == watched.said_after(47.9) == []
    assert watched.said_after(48) == ["This hub has no backup, after 2 d. Make one: aisle backup."]
    watched.note(NOW + timedelta(hours=1))
    assert watched.said_after(48) == []
    assert watched.said_after(49.5) == [
        "The last good backup of this hub is 2 d old. See why no newer one was made."
    ]


def test_a_look_writes_only_what_is_new_and_a_hub_put_back_knows_its_backup(
    watched: WatchedHub,
) -> None:
    watched.note(NOW)
    look_at_backups(watched.hub)
    version = watched.hub.changed.version
    look_at_backups(watched.hub)
    assert watched.hub.changed.version == version
    (watched.settings.data_dir / LAST_BACKUP_FILE).unlink()
    look_at_backups(watched.hub)
    watched.note(NOW - timedelta(days=9))
    look_at_backups(watched.hub)
    assert watched.hub.changed.version == version
    with watched.hub.sessions() as session:
        row = backup_watch(session)
        assert row is not None
        assert (row.made_at, row.due_at) == (NOW, NOW + timedelta(days=2))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"made_at": "soon"}', b"\xff"])
def test_a_note_that_cannot_be_read_is_none(watched: WatchedHub, content: bytes) -> None:
    (watched.settings.data_dir / LAST_BACKUP_FILE).write_bytes(content)
    assert len(watched.said_after(48)) == 1


def test_the_time_is_a_setting_and_zero_is_never(tmp_path: Path) -> None:
    hourly = WatchedHub(tmp_path / "hourly", backup_due_days=1 / 24)
    assert [len(hourly.said_after(hours)) for hours in (0.9, 1)] == [0, 1]
    never = WatchedHub(tmp_path / "never", backup_due_days=0)
    assert never.said_after(10_000) == []
