"""The running hub looks at what was noted of its backups, and keeps it where pages find it."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.backups.last_backup import LastBackup, read_last_backup
from cloud_hub.fleet.backups.tables import BackupWatch

log = logging.getLogger(__name__)

OF_THE_HUB: Final = "*"
LOOK_EVERY_S: Final = 30.0


async def watch_backups(hub: Hub) -> None:
    """Until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look_at_backups, hub)
        except SQLAlchemyError:
            log.exception("backups were not looked at", extra={"action": "backup-watch-failed"})
        await asyncio.sleep(LOOK_EVERY_S)


def look_at_backups(hub: Hub) -> None:
    """Once. Raises SQLAlchemyError."""
    noted = read_last_backup(hub.settings.data_dir)
    days, now = hub.settings.backup_due_days, hub.clock.now()
    with hub.sessions() as session:
        is_known = _is_known(backup_watch(session), noted, days)
    if is_known:
        return
    with hub.database.writing() as session:
        row = backup_watch(session)
        if row is None:
            row = BackupWatch(tenant_id=OF_THE_HUB, watched_since=now)
            session.add(row)
        if noted is not None and (row.made_at is None or noted.made_at >= row.made_at):
            row.made_at, row.verified_at = noted.made_at, noted.verified_at
        row.due_at = _due_at(row, days)
    hub.changed.announce()


def backup_watch(session: Session) -> BackupWatch | None:
    """What the hub knows of its backups; None before its first look."""
    return session.get(BackupWatch, OF_THE_HUB)


def _is_known(row: BackupWatch | None, noted: LastBackup | None, days: float) -> bool:
    if row is None or row.due_at != _due_at(row, days):
        return False
    if noted is None or (row.made_at is not None and noted.made_at < row.made_at):
        # A backup that was put back knows a later one than its folder, which has none yet.
        return True
    return (row.made_at, row.verified_at) == (noted.made_at, noted.verified_at)


def _due_at(row: BackupWatch, days: float) -> datetime | None:
    return (row.made_at or row.watched_since) + timedelta(days=days) if days else None
