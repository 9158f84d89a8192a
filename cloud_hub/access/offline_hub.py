"""What the hub's commands do at the database itself, beside a running hub or without one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.doors.reveals import Reveal, Revealed, record_reveal
from cloud_hub.core.errors import HubError
from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.key_store import SECRETS_FILE, load_secrets
from cloud_hub.core.settings import HubSettings, load_settings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.master_data.place_tables import Tenant
from sync.core.clock import Clock, SystemClock

Result = TypeVar("Result")
ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineHub:
    """An open database and the chain that a command is about."""

    database: Database
    tenant_id: str
    clock: Clock
    settings: HubSettings

    def write(self, act: Callable[[Session], Result]) -> Result:
        """What `act` returns, committed."""
        with self.database.writing() as session:
            return act(session)

    def note_reveal(self, reveal: Reveal, subject: str, rows: int) -> None:
        """Notes in the audit log that the command line is shown something of the whole chain."""
        revealed = Revealed(
            tenant_id=self.tenant_id,
            actor=ACTOR,
            reveal=reveal,
            subject=subject,
            scope=self.tenant_id,
            rows=rows,
        )
        self.write(lambda session: record_reveal(session, revealed, self.clock.now()))


@contextmanager
def open_offline_hub(
    place: Mapping[str, Any], tenant_id: str | None, *, is_new: bool = False
) -> Iterator[OfflineHub]:
    """The database at `place`; the tenant asked for, or the only one there is.

    Raises HubError when there is no such database or tenant, unless `is_new`.
    """
    settings = load_settings(place) if is_new else settings_there(place)
    database = open_database(settings.database_url)
    try:
        with database.sessions() as session:
            known = sorted(session.scalars(sa.select(Tenant.tenant_id)))
        if tenant_id is None and len(known) == 1:
            tenant_id = known[0]
        if tenant_id is None or (tenant_id not in known and not is_new):
            raise HubError(
                f"no chain {tenant_id or 'named'}; this hub holds: {', '.join(known) or 'none'}"
                " (load one with: aisle master-data load FILE)"
            )
        yield OfflineHub(
            database=Database(database.engine, seal=_seal(settings, may_mint=not known)),
            tenant_id=tenant_id,
            clock=SystemClock(),
            settings=settings,
        )
    finally:
        database.close()


@contextmanager
def open_whole_hub(place: Mapping[str, Any]) -> Iterator[OfflineHub]:
    """The database at `place`, whichever chains it holds. Raises HubError when there is none."""
    settings = settings_there(place)
    database = open_database(settings.database_url)
    try:
        yield OfflineHub(
            database=Database(database.engine, seal=_seal(settings, may_mint=False)),
            tenant_id="",
            clock=SystemClock(),
            settings=settings,
        )
    finally:
        database.close()


def _seal(settings: HubSettings, *, may_mint: bool) -> AuditSeal | None:
    """What signs the audit log; None where the keys of the hub that holds chains are elsewhere."""
    if not may_mint and not (settings.data_dir / SECRETS_FILE).exists():
        return None
    return AuditSeal(load_secrets(settings.data_dir), settings.data_dir)
