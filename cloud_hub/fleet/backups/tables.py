"""The table of the hub's last backup."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key


class BackupWatch(Base):
    """What the hub knows of its backups: one row for ever, tenant `*`. Watched since its first
    start; `made_at` is the last good one, if any; from `due_at` on it is too old (None: nobody
    asks)."""

    __tablename__ = "backup_watch"
    tenant_id: Mapped[str] = key()
    watched_since: Mapped[datetime]
    made_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
