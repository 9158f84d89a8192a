"""A backup that is too old: since when, whose, and that nobody's task is made of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.fleet.backups.findings import BACKUP_OVERDUE, find_overdue_backup
from cloud_hub.fleet.backups.tables import BackupWatch
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.snapshot import load_snapshot
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, SmallChain

DAY = timedelta(days=1)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def found(chain: SmallChain, row: BackupWatch | None) -> list[Finding]:
    if row is not None:
        with chain.database.writing() as session:
            session.add(row)
    with chain.database.sessions() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        return list(find_overdue_backup(snapshot))


def test_it_is_since_it_was_due_and_asks_no_store_for_anything(chain: SmallChain) -> None:
    row = BackupWatch(
        tenant_id="*", watched_since=NOW - 90 * DAY, made_at=NOW - 5 * DAY, due_at=NOW - 3 * DAY
    )
    (one,) = found(chain, row)
    assert (one.kind, one.since, one.owner) == (BACKUP_OVERDUE, NOW - 3 * DAY, LoginRole.IT)
    assert (one.store_id, one.task) == (None, None)
    assert "5 d old" in one.sentence.text("en")


def test_before_that_and_where_nobody_asks_there_is_silence(chain: SmallChain) -> None:
    assert found(chain, None) == []
    never = BackupWatch(tenant_id="*", watched_since=NOW - 90 * DAY, due_at=None)
    assert found(chain, never) == []
