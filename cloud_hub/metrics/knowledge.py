"""Until when a store's tills are known: silence of a till that is heard is no sale, silence of a
till that is not heard is no data."""

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.audit import audit_link
from cloud_hub.model.link import DeviceConnection, ReceivedRange, StoredEvent
from cloud_hub.model.place import Device
from device_profiles.store import DeviceKind
from sync.events import Lane

NEVER = datetime.min.replace(tzinfo=UTC)
STILL_LINKED = datetime.max.replace(tzinfo=UTC)
"""The till is linked now: whatever it did not say did not happen."""


def known_until(
    session: Session, tenant_id: str, store_ids: Collection[str]
) -> dict[str, datetime]:
    """Until when every till of each store is known; a store whose tills never said anything is
    absent. A linked till that still owes sales is known until the newest one that came, an
    unlinked one until its newest word."""
    linked = sa.exists().where(
        DeviceConnection.tenant_id == Device.tenant_id,
        DeviceConnection.device_id == Device.device_id,
        DeviceConnection.ended_at.is_(None),
    )
    tills = session.execute(
        sa.select(Device.device_id, Device.store_id, linked.label("is_linked")).where(
            Device.tenant_id == tenant_id,
            Device.kind == DeviceKind.TILL,
            Device.store_id.in_(store_ids),
            Device.heard_at.is_not(None),
        )
    ).all()
    device_ids = [till.device_id for till in tills]
    words = last_words(session, tenant_id, device_ids)
    owing = _owing(session, tenant_id, device_ids)
    known: dict[str, datetime] = {}
    for till in tills:
        until = words.get(till.device_id, NEVER)
        if till.is_linked and till.device_id not in owing:
            until = STILL_LINKED
        known[till.store_id] = min(until, known.get(till.store_id, STILL_LINKED))
    return known


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
