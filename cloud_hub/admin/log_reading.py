"""The audit log as `aisle log` tells it, read at the database itself."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import RESTORED, first_forged, logs_to_verify
from cloud_hub.access.doors.reveals import Sought, who_saw
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.core.errors import HubError
from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import open_database


@contextmanager
def _reading(place: Mapping[str, Any]) -> Iterator[Session]:
    """Raises HubError where there is no hub, or its keys are not there."""
    settings = settings_there(place)
    seal = AuditSeal(load_secrets(settings.data_dir, may_mint=False), settings.data_dir)
    database = open_database(settings.database_url, seal=seal)
    try:
        with database.sessions() as session:
            yield session
    finally:
        database.close()


def verified(
    place: Mapping[str, Any], tenant_id: str | None, *, from_entry: int
) -> tuple[list[str], bool]:
    """A line for each chain's log (`*` is the hub's own), and whether all are whole."""
    lines, is_whole = [], True
    with _reading(place) as session:
        for tenant in _asked(session, tenant_id):
            forged = first_forged(session, tenant, from_entry=from_entry)
            if forged is None:
                lines.append(
                    f"{tenant}: {_count(session, tenant, from_entry)} entries, all genuine"
                )
                lines += _holes(session, tenant, from_entry)
            else:
                is_whole = False
                lines.append(f"{tenant}: entry {forged.entry} {forged.why}")
    return lines or ["nothing was logged yet"], is_whole


def shown(place: Mapping[str, Any], tenant_id: str | None, *, last: int) -> list[str]:
    """The last entries of each log, a line each."""
    with _reading(place) as session:
        return [
            _line(entry)
            for tenant in _asked(session, tenant_id)
            for entry in reversed(
                session.scalars(
                    sa.select(AuditEntry)
                    .where(AuditEntry.tenant_id == tenant)
                    .order_by(AuditEntry.entry.desc())
                    .limit(last)
                ).all()
            )
        ]


def seen(place: Mapping[str, Any], tenant_id: str | None, asked: Sought) -> list[str]:
    """What was shown or saved to whom, a line each."""
    with _reading(place) as session:
        return [
            _line(entry)
            for tenant in _asked(session, tenant_id)
            for entry in who_saw(session, tenant, asked)
        ]


def _asked(session: Session, tenant_id: str | None) -> list[str]:
    known = list(logs_to_verify(session))
    if tenant_id is None:
        return known
    if tenant_id not in known:
        told = ", ".join(known) or "none"
        raise HubError(f"no log of a chain {tenant_id!r}; there is: {told}")
    return [tenant_id]


def _count(session: Session, tenant_id: str, from_entry: int) -> int:
    query = sa.select(sa.func.count()).select_from(AuditEntry)
    counted = query.where(AuditEntry.tenant_id == tenant_id, AuditEntry.entry >= from_entry)
    return session.scalar(counted) or 0


def _holes(session: Session, tenant: str, from_entry: int) -> list[str]:
    """What a genuine log lacks and says so: acts between a backup and the restore from it."""
    restored = sa.select(AuditEntry).where(
        AuditEntry.tenant_id == tenant,
        AuditEntry.entry >= from_entry,
        AuditEntry.action == RESTORED,
    )
    return [
        f"{tenant}: entry {entry.entry} put the hub back from a backup of"
        f" {entry.detail.get('made_at')}: acts between that and {entry.at:%Y-%m-%d %H:%M:%S} are"
        " lost"
        for entry in session.scalars(restored.order_by(AuditEntry.entry))
    ]


def _line(entry: AuditEntry) -> str:
    detail = json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""
    chain = "" if entry.tenant_id == ANY_TENANT else f"{entry.tenant_id}/"
    said = f"{chain}{entry.entry}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {entry.action}"
    return f"{said}  {entry.subject}  {detail}".rstrip()
