"""When each device was last heard."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.tables import ReceivedRange, StoredEvent


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
