"""Messages that were refused unread: nobody's event is lost by it, and somebody should know.

A topic of no device here, a hello that cannot be read, a batch of another run, what somebody left
retained at a broker. They are counted by topic and reason, never kept: a stranger must not fill the
disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import added, greater, insert_or_merge
from cloud_hub.link.tables import RefusedMessage
from device_profiles.values.bounds import keepable

ANYBODY = "?"
"""Tenant of a message whose topic names none."""
KEPT_AT_MOST = 500
"""Different refusals of one chain; the oldest go."""
LONGEST = 200

RejectionKey = tuple[str, str, str]
"""tenant, topic, reason."""


def refusal(tenant_id: str, topic: str, reason: str) -> RejectionKey:
    """The name under which equal refusals are counted."""
    plain = topic.encode("ascii", "backslashreplace").decode().replace("\x00", "\\0")
    return tenant_id[:40] or ANYBODY, plain[:LONGEST], keepable(reason, LONGEST)


def note_refusals(session: Session, refused: dict[RejectionKey, int], now: datetime) -> None:
    """Adds to the counts."""
    rows = [
        {
            "tenant_id": tenant_id,
            "topic": topic,
            "reason": reason,
            "messages": count,
            "first_at": now,
            "last_at": now,
        }
        for (tenant_id, topic, reason), count in sorted(refused.items())
    ]
    insert_or_merge(session, RefusedMessage, rows, {"messages": added, "last_at": greater})
    for tenant_id in sorted({row[0] for row in refused}):
        _forget_oldest(session, tenant_id)


def _forget_oldest(session: Session, tenant_id: str) -> None:
    row = RefusedMessage
    of_tenant = row.tenant_id == tenant_id
    count = session.scalar(sa.select(sa.func.count()).select_from(row).where(of_tenant)) or 0
    if count <= KEPT_AT_MOST:
        return
    oldest = session.execute(
        sa.select(row.topic, row.reason)
        .where(of_tenant)
        .order_by(row.last_at)
        .limit(count - KEPT_AT_MOST)
    ).all()
    session.execute(
        sa.delete(row).where(
            of_tenant, sa.tuple_(row.topic, row.reason).in_([tuple(o) for o in oldest])
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """How often messages of one topic were refused for one reason."""

    tenant: str
    topic: str
    reason: str
    messages: int
    first_at: datetime
    last_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The shape that `aisle audit --json` prints and the API serves."""
        return {
            "tenant": self.tenant,
            "topic": self.topic,
            "reason": self.reason,
            "messages": self.messages,
            "first_at": self.first_at.isoformat(),
            "last_at": self.last_at.isoformat(),
        }


def refusals(
    session: Session, tenant_ids: Iterable[str] | None = None, *, limit: int = 100
) -> Sequence[Rejection]:
    """The newest refusals: of some chains (`?` for what named none), or of all."""
    query = sa.select(RefusedMessage).order_by(RefusedMessage.last_at.desc()).limit(limit)
    if tenant_ids is not None:
        query = query.where(RefusedMessage.tenant_id.in_(list(tenant_ids)))
    return [
        Rejection(
            tenant=row.tenant_id,
            topic=row.topic,
            reason=row.reason,
            messages=row.messages,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in session.scalars(query)
    ]
