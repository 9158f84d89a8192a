"""Connected and working: how much of the opening hours a device was linked, and how much it is
proven to have worked, later by what it sent after it came back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.days.time_buckets import epoch_second, start_of
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window
from cloud_hub.link.tables import DeviceConnection, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow

PROOF_S = 3600
"""An event proves that its device worked in the local hour it happened in: the quietest devices,
tills, speak about once an hour, and a door or a cooler every minute."""

Spans = Iterable[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A device's store, and since when something is expected of it."""

    store_id: str
    since: datetime


def connected(
    spans: Mapping[str, Spans], devices: Mapping[str, Installed], days: Iterable[StoreDay]
) -> Cells:
    """Device-seconds linked / device-seconds of opening time since each device's first link.
    `spans` are the links of a device."""
    cells: dict[Cell, Sums] = {}
    for cell, device_id, start, end in _due(devices, days):
        seconds = (end - start).total_seconds()
        linked = sum(_overlap_s(start, end, *span) for span in spans.get(device_id, ()))
        add_to(cells, cell, Sums(amount=min(linked, seconds), base=seconds))
    return cells


def working(
    proofs: Mapping[str, frozenset[datetime]],
    devices: Mapping[str, Installed],
    days: Iterable[StoreDay],
) -> Cells:
    """Device-seconds of opening hours with proof of work / device-seconds of opening time. `proofs`
    are the starts of the UTC hours in which a device's events happened; what a device brought from
    before its first link counts from its first proof."""
    brought = {
        device_id: Installed(
            store_id=device.store_id, since=min((device.since, *proofs.get(device_id, ())))
        )
        for device_id, device in devices.items()
    }
    cells: dict[Cell, Sums] = {}
    for cell, device_id, start, end in _due(brought, days):
        seconds = (end - start).total_seconds()
        proved = any(
            start.timestamp() - PROOF_S < proof.timestamp() < end.timestamp()
            for proof in proofs.get(device_id, ())
        )
        add_to(cells, cell, Sums(amount=seconds if proved else 0.0, base=seconds))
    return cells


def _due(
    devices: Mapping[str, Installed], days: Iterable[StoreDay]
) -> Iterator[tuple[Cell, str, datetime, datetime]]:
    """Each stretch of an opening hour in which a device should have been there."""
    for day in days:
        hours = list(day.open_hours())
        for device_id, device in devices.items():
            if device.store_id != day.store_id:
                continue
            for hour, start, end in hours:
                if device.since < end:
                    cell = Cell(day.store_id, day.day, hour)
                    yield cell, device_id, max(start, device.since), end


def load_links(
    session: Session, tenant_id: str, since: datetime, now: datetime
) -> dict[str, list[tuple[datetime, datetime]]]:
    """The stretches in which each device was linked that reach beyond `since`."""
    rows = session.execute(
        sa.select(
            DeviceConnection.device_id, DeviceConnection.started_at, DeviceConnection.ended_at
        ).where(
            DeviceConnection.tenant_id == tenant_id,
            sa.or_(DeviceConnection.ended_at.is_(None), DeviceConnection.ended_at > since),
        )
    )
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for device_id, started_at, ended_at in rows:
        found[device_id].append((started_at, ended_at or now))
    return found


def load_proofs(
    session: Session, tenant_id: str, device_ids: Iterable[str], since: datetime, until: datetime
) -> dict[str, frozenset[datetime]]:
    """The UTC hours in which each device's events happened, and those they cover."""
    hour = (epoch_second(StoredEvent.occurred_at) // PROOF_S).label("hour")
    rows = session.execute(
        sa.select(StoredEvent.device_id, hour)
        .where(
            StoredEvent.tenant_id == tenant_id,
            StoredEvent.device_id.in_(list(device_ids)),
            StoredEvent.occurred_at >= since,
            StoredEvent.occurred_at < until,
        )
        .distinct()
    )
    found: dict[str, set[datetime]] = defaultdict(set)
    for device_id, number in rows:
        found[device_id].add(start_of(number, PROOF_S))
    return {device_id: frozenset(hours) for device_id, hours in found.items()}


def fleet(session: Session, window: Window, aspect: Aspect) -> dict[str, Installed]:
    """Every device asked about that ever had a link."""
    only = sa.true() if aspect.device_id is None else DeviceRow.device_id == aspect.device_id
    rows = session.execute(
        sa.select(DeviceRow.device_id, DeviceRow.store_id, DeviceRow.first_connected_at).where(
            DeviceRow.tenant_id == window.tenant_id,
            DeviceRow.store_id.in_(window.store_ids),
            DeviceRow.first_connected_at.is_not(None),
            only,
        )
    )
    return {
        device_id: Installed(store_id=store_id, since=since)
        for device_id, store_id, since in rows
        if since is not None
    }


def measure_connected(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Connected share of a window."""
    if not window.days:
        return {}
    since, until = _reach(window)
    links = load_links(session, window.tenant_id, since, until)
    return connected(links, fleet(session, window, aspect), window.days)


def measure_working(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Working share of a window."""
    if not window.days:
        return {}
    since, until = _reach(window)
    devices = fleet(session, window, aspect)
    proofs = load_proofs(session, window.tenant_id, devices, since, until)
    return working(proofs, devices, window.days)


def _reach(window: Window) -> tuple[datetime, datetime]:
    return min(d.start_at for d in window.days), max(d.end_at for d in window.days)


def _overlap_s(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> float:
    return max(0.0, (min(end, other_end) - max(start, other_start)).total_seconds())
