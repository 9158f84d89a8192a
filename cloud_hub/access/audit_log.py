"""The audit log: every act of a person or program, each entry chained to the one before by a hash
that takes the hub's key."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.audit_seal import AuditSeal, Head
from cloud_hub.core.storage.database import lock_part, seal_of, written_heads
from cloud_hub.master_data.place_tables import Tenant

BEFORE_THE_FIRST = "0" * 64
PAGE: Final = 500
SEALED: Final = "audit-log-sealed"
"""The act from which on entries take a key: those of a release before have a hash without one."""

RESTORED: Final = "hub-restored"
"""The act by which a log names its own hole: what was done between a backup and its restore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did, or was refused: a login's or `token:` name, the action and what it was
    done to. `detail` holds no secret."""

    tenant_id: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forged:
    """The first entry of a log that is not as the hub wrote it, and what is wrong with it."""

    entry: int
    why: str


def record_act(session: Session, act: Act, now: datetime) -> None:
    """Appends one act, in the transaction that does it.

    Raises UnusableData where the hub's keys are not at hand.
    """
    seal = _seal(session)
    lock_part(session, f"audit log of {act.tenant_id}")
    session.flush()
    last = _last(session, act.tenant_id)
    # Where entries were taken from the end, the log goes on behind them, and the hole stays.
    head = seal.heads().get(act.tenant_id)
    if head is None or head.entry <= last.entry:
        head = last
    entry = AuditEntry(
        tenant_id=act.tenant_id,
        entry=head.entry + 1,
        at=now,
        actor=act.actor,
        action=act.action,
        subject=act.subject,
        detail=dict(act.detail),
        previous_hash=head.hash,
        hash="",
    )
    entry.hash = seal.sign(_said(entry))
    session.add(entry)
    written_heads(session)[act.tenant_id] = Head(entry=entry.entry, hash=entry.hash)


def seal_logs(session: Session, now: datetime) -> None:
    """Closes the log of every chain that an earlier release kept without a key: from here on no
    entry of it can be changed unseen either."""
    known = {*session.scalars(sa.select(Tenant.tenant_id)), *_logged(session)}
    for tenant_id in sorted(known - set(_seal(session).heads())):
        last = _last(session, tenant_id)
        if not last.entry:
            continue
        detail = {"entries": last.entry}
        act = Act(
            tenant_id=tenant_id, actor="hub", action=SEALED, subject="audit log", detail=detail
        )
        record_act(session, act, now)


def logs_to_verify(session: Session) -> Sequence[str]:
    """The chains that have a log, also those of which only the head beside the keys is left."""
    return sorted({*_logged(session), *_seal(session).heads()})


def first_forged(session: Session, tenant_id: str, *, from_entry: int = 1) -> Forged | None:
    """The first entry, from `from_entry` on, that was changed, taken out or put in; None when none
    was, up to the end that the head beside the keys knows."""
    seal = _seal(session)
    head = (seal.heads() | written_heads(session)).get(tenant_id)
    last = Head(entry=from_entry - 1, hash="")
    keyed = False
    for entry in _entries(session, tenant_id, from_entry):
        if entry.entry != last.entry + 1:
            return _missing(last.entry + 1, entry.entry - 1)
        is_keyed = hmac.compare_digest(entry.hash, seal.sign(_said(entry)))
        is_early = not keyed and entry.hash == hashlib.sha256(_said(entry)).hexdigest()
        follows = entry.previous_hash == (last.hash or entry.previous_hash)
        if entry.entry == 1:
            follows = entry.previous_hash == BEFORE_THE_FIRST
        if not (follows and (is_keyed or is_early)):
            return Forged(entry=entry.entry, why=f"{_name(entry)} was changed or put in")
        if head is not None and head.entry == entry.entry and head.hash != entry.hash:
            return Forged(entry=entry.entry, why=f"{_name(entry)} is not what was written there")
        keyed = is_keyed
        last = Head(entry=entry.entry, hash=entry.hash)
    return _wrong_end(last, head, from_entry, keyed=keyed)


def _wrong_end(last: Head, head: Head | None, from_entry: int, *, keyed: bool) -> Forged | None:
    if head is not None and head.entry > last.entry:
        return _missing(last.entry + 1, head.entry)
    if last.entry >= from_entry and (head is None or not keyed):
        why = "has no head beside the keys, so what came after it may be gone: start the hub once"
        return Forged(entry=last.entry, why=why)
    return None


def _missing(first: int, last: int) -> Forged:
    more = f", as are all up to {last}" if last > first else ""
    return Forged(entry=first, why=f"is missing{more}")


def _name(entry: AuditEntry) -> str:
    return f"({entry.at:%Y-%m-%d %H:%M} {entry.actor} {entry.action} {entry.subject})"


def _seal(session: Session) -> AuditSeal:
    seal = seal_of(session)
    if seal is None:
        raise UnusableData(
            "the audit log cannot be signed: the hub's secrets.json is not there; give --data the"
            " folder of `aisle hub`"
        )
    return seal


def _last(session: Session, tenant_id: str) -> Head:
    """The last entry there is; number 0 before the first."""
    query = sa.select(AuditEntry.entry, AuditEntry.hash).where(AuditEntry.tenant_id == tenant_id)
    found = session.execute(query.order_by(AuditEntry.entry.desc()).limit(1)).one_or_none()
    if found is None:
        return Head(entry=0, hash=BEFORE_THE_FIRST)
    return Head(entry=found.entry, hash=found.hash)


def _logged(session: Session) -> Sequence[str]:
    return session.scalars(sa.select(AuditEntry.tenant_id).distinct()).all()


def _entries(session: Session, tenant_id: str, from_entry: int) -> Iterator[AuditEntry]:
    """In pages: a log of years is never in memory as a whole."""
    query = sa.select(AuditEntry).where(AuditEntry.tenant_id == tenant_id)
    query, after = query.order_by(AuditEntry.entry).limit(PAGE), from_entry - 1
    while page := session.scalars(query.where(AuditEntry.entry > after)).all():
        yield from page
        after = page[-1].entry


def _said(entry: AuditEntry) -> bytes:
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
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
