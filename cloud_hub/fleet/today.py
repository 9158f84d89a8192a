"""The fleet today: how devices and stores are linked, and their alarms."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cloud_hub.fleet.link_status import (
    Freshness,
    LinkState,
    fleet_freshness,
    linked_devices,
    store_freshness,
)
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.last_heard import last_words
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.reconciliation.lane_accounts import lane_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact:
    """One alarm, open while `cleared_at` is None."""

    device_id: str
    alarm: str
    subject: str
    store_id: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    detail: str


def device_links(snapshot: Snapshot) -> dict[str, Freshness]:
    """How every device stands."""
    waiting: dict[str, int] = defaultdict(int)
    for lane in snapshot.read(lane_accounts):
        waiting[lane.device] += lane.waiting
    session, tenant_id = snapshot.session, snapshot.chain.tenant_id
    words, linked = last_words(session, tenant_id), linked_devices(session, tenant_id)
    return fleet_freshness(snapshot.chain.devices, words, waiting, linked, snapshot.now)


def store_links(snapshot: Snapshot) -> dict[str, Freshness]:
    """How every store stands, by its devices."""
    by_store: dict[str, list[Freshness]] = {store_id: [] for store_id in snapshot.chain.stores}
    devices = snapshot.read(device_links)
    for device in snapshot.chain.devices.values():
        by_store.setdefault(device.store_id, []).append(devices[device.device_id])
    return {store_id: store_freshness(each, snapshot.now) for store_id, each in by_store.items()}


def offline_stores(snapshot: Snapshot) -> list[str]:
    """Stores whose newest facts are not here: offline, catching up, or never heard."""
    return sorted(
        store_id
        for store_id, freshness in snapshot.read(store_links).items()
        if freshness.state is not LinkState.ONLINE
    )


def alarms_today(snapshot: Snapshot) -> tuple[AlarmFact, ...]:
    """The chain's alarms that are open or were raised today, oldest first."""
    since = min((day.start_at for day in snapshot.today.days), default=snapshot.now)
    rows = snapshot.session.execute(
        sa.select(AlarmRaised.__table__)
        .where(
            AlarmRaised.tenant_id == snapshot.chain.tenant_id,
            sa.or_(AlarmRaised.cleared_at.is_(None), AlarmRaised.raised_at >= since),
        )
        .order_by(AlarmRaised.raised_at)
    )
    return tuple(
        AlarmFact(
            device_id=row.device_id,
            alarm=row.alarm,
            subject=row.subject,
            store_id=row.store_id,
            raised_at=row.raised_at,
            cleared_at=row.cleared_at,
            value=row.value,
            limit=row.limit,
            detail=row.detail,
        )
        for row in rows
    )
