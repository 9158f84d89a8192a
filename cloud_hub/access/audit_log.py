"""The audit log: every act of a person or program, each entry chained by hash to the one before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.tables import AuditEntry

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did: a login's or `token:` name, the action and what it was done to. `detail`
    holds no secret."""

    tenant_id: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def record_act(session: Session, act: Act, now: datetime) -> None:
    """Appends one act, in the transaction that does it."""
    session.flush()
    last = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.tenant_id == act.tenant_id)
        .order_by(AuditEntry.entry.desc())
        .limit(1)
    ).one_or_none()
    entry = AuditEntry(
        tenant_id=act.tenant_id,
        entry=last.entry + 1 if last else 1,
        at=now,
        actor=act.actor,
        action=act.action,
        subject=act.subject,
        detail=dict(act.detail),
        previous_hash=last.hash if last else BEFORE_THE_FIRST,
        hash="",
    )
    entry.hash = _hash(entry)
    session.add(entry)


def first_forged(session: Session, tenant_id: str) -> int | None:
    """Number of the first entry that was changed, taken out or put in; None when none was."""
    previous, number = BEFORE_THE_FIRST, 1
    for entry in session.scalars(
        sa.select(AuditEntry).where(AuditEntry.tenant_id == tenant_id).order_by(AuditEntry.entry)
    ):
        genuine = entry.previous_hash == previous and entry.hash == _hash(entry)
        if not genuine or entry.entry != number:
            return number
        previous, number = entry.hash, number + 1
    return None


def _hash(entry: AuditEntry) -> str:
    said = [
        entry.tenant_id,
        entry.entry,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
