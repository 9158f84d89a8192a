"""What is wrong now, device by device: those that are not heard, and alarms that stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from cloud_hub.fleet.alarm_findings import STORE_MENDS
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.fleet.today import alarms_today, device_links
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.tables import DeviceConnection

QUIET: Final = "quiet"
"""What a device that is not heard is called among alarms."""
SETTLE: Final = timedelta(minutes=2)
"""A device that is back within this time was never away: a hub that starts hears all anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that is wrong with a device since then. `key` stays the same while it lasts."""

    key: str
    store_id: str
    device_id: str
    what: str
    since: datetime


def signals(snapshot: Snapshot) -> tuple[Signal, ...]:
    """Everything that is wrong, the oldest first. What a store's own people mend is no incident."""
    found = [*_quiet(snapshot), *_alarms(snapshot)]
    return tuple(sorted(found, key=lambda one: (one.since, one.key)))


def _quiet(snapshot: Snapshot) -> Iterator[Signal]:
    ended = _links_ended(snapshot)
    links = snapshot.read(device_links)
    for device in snapshot.chain.devices.values():
        link = links[device.device_id]
        if link.state is not LinkState.OFFLINE or device.store_id not in snapshot.chain.stores:
            continue
        known = (ended.get(device.device_id), link.data_at)
        moments = [min(moment, snapshot.now) for moment in known if moment is not None]
        since = max(moments, default=device.heard_at or snapshot.now)
        if snapshot.now - since >= SETTLE:
            yield Signal(
                key=f"{QUIET}/{device.device_id}",
                store_id=device.store_id,
                device_id=device.device_id,
                what=QUIET,
                since=since,
            )


def _links_ended(snapshot: Snapshot) -> dict[str, datetime]:
    """When each device last lost its link: its newest data may be far older, as a till's is at
    night."""
    link = DeviceConnection
    query = sa.select(link.device_id, sa.func.max(link.ended_at)).where(
        link.tenant_id == snapshot.chain.tenant_id, link.ended_at.is_not(None)
    )
    rows = snapshot.session.execute(query.group_by(link.device_id))
    return {device_id: at for device_id, at in rows if at is not None}


def _alarms(snapshot: Snapshot) -> Iterator[Signal]:
    for fact in snapshot.read(alarms_today):
        stands = fact.cleared_at is None and fact.alarm not in STORE_MENDS
        if stands and fact.store_id in snapshot.chain.stores:
            yield Signal(
                key=f"{fact.device_id}/{fact.alarm}/{fact.subject}",
                store_id=fact.store_id,
                device_id=fact.device_id,
                what=fact.alarm,
                since=fact.raised_at,
            )
