"""What was shown or saved that names people, logins or the whole chain: noted in the audit log by
each door that does it, and listed from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.viewer import Viewer

LISTED = 10_000


class Reveal(StrEnum):
    """A door by which what the hub knows leaves it: the act in the audit log."""

    TABLE_SAVED = "table-saved"
    """A table of a page, as a file."""
    LETTER_SHOWN = "dead-letter-shown"
    """What a device said that could not be taken; it may name shoppers."""
    CHAIN_EXPORTED = "master-data-exported"
    ANSWERS_EXPORTED = "answers-exported"
    """Pictures that people named, into a gallery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """One thing that left the hub: to whom, what, of which scope, in how many rows."""

    tenant_id: str
    actor: str
    reveal: Reveal
    subject: str
    scope: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which reveals are asked for: of one login, of subjects that hold a text, since a time."""

    login: str | None = None
    subject: str | None = None
    since: datetime | None = None


def record_reveal(session: Session, revealed: Revealed, now: datetime) -> None:
    """Notes it, in a transaction that is committed before anything is shown."""
    act = Act(
        tenant_id=revealed.tenant_id,
        actor=revealed.actor,
        action=revealed.reveal.value,
        subject=revealed.subject,
        detail={"scope": revealed.scope, "rows": revealed.rows},
    )
    record_act(session, act, now)


def who_saw(session: Session, tenant_id: str, asked: Sought) -> Sequence[AuditEntry]:
    """The entries, oldest first; of more than LISTED the newest."""
    query = sa.select(AuditEntry).where(
        AuditEntry.tenant_id == tenant_id, AuditEntry.action.in_([one.value for one in Reveal])
    )
    if asked.login is not None:
        query = query.where(AuditEntry.actor == asked.login)
    if asked.subject is not None:
        query = query.where(AuditEntry.subject.contains(asked.subject, autoescape=True))
    if asked.since is not None:
        query = query.where(AuditEntry.at >= asked.since)
    return session.scalars(query.order_by(AuditEntry.entry.desc()).limit(LISTED)).all()[::-1]


def scope_in_words(viewer: Viewer) -> str:
    """As whom somebody looked, and at what: a role with the stores or the brand it is bound to."""
    bounds = ", ".join(sorted(viewer.store_ids)) if viewer.store_ids is not None else "all stores"
    return f"{viewer.role.value}: {viewer.brand_id or bounds}"
