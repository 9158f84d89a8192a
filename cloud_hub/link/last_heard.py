"""When each device was last heard, and whether it owes anything."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.tables import ReceivedRange, StoredEvent
from cloud_hub.reconciliation.lane_accounts import audit_link
from sync.events import Lane


def last_words(
    session: Session, tenant_id: str, device_ids: Collection[str] | None = None
) -> dict[str, datetime]:
    """When each device recorded the newest event that is here. A device whose clock was wrong is
    believed no further than the event's arrival."""
    same_event = sa.and_(
        StoredEvent.tenant_id == ReceivedRange.tenant_id,
        StoredEvent.device_id == ReceivedRange.device_id,
        StoredEvent.epoch == ReceivedRange.epoch,
        StoredEvent.lane == ReceivedRange.lane,
        StoredEvent.seq == ReceivedRange.last,
    )
    recorded = sa.case(
        (StoredEvent.recorded_at > StoredEvent.received_at, StoredEvent.received_at),
        else_=StoredEvent.recorded_at,
    )
    query = (
        sa.select(ReceivedRange.device_id, sa.func.max(recorded))
        .join(StoredEvent, same_event)
        .where(ReceivedRange.tenant_id == tenant_id)
        .group_by(ReceivedRange.device_id)
    )
    if device_ids is not None:
        query = query.where(ReceivedRange.device_id.in_(device_ids))
    found: dict[str, datetime] = {}
    for device_id, at in session.execute(query):
        found[device_id] = at
    return found


def _owing(session: Session, tenant_id: str, device_ids: list[str]) -> set[str]:
    """Devices that still owe sales."""
    audit = audit_link(session, tenant_id=tenant_id, devices=device_ids, count_rows=False)
    return {
        account.device
        for account in audit.accounts
        if account.lane_number == Lane.SALE and account.waiting > 0
    }
