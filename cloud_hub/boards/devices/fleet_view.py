"""The fleet: every device, how fresh it is, what it owes, what alarms."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.searches import DEVICE_SEARCHES
from cloud_hub.boards.problems.row import Freshness, ProblemRow
from cloud_hub.boards.problems.rows import needing, problem_rows
from cloud_hub.boards.problems.scope import may_read, snapshot_for
from cloud_hub.coolers.temperatures import temperatures
from cloud_hub.core.text import Said
from cloud_hub.fleet.alarm_findings import alarm_name
from cloud_hub.fleet.backups.keeping import backup_watch
from cloud_hub.fleet.device_told import (
    NOTHING_TOLD,
    DeviceTold,
    let_in_until,
    told_by_devices,
)
from cloud_hub.fleet.metrics import CONNECTED, WORKING
from cloud_hub.fleet.today import alarms_today, device_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, compare, figure
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.search import search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.ingest.rejections import Rejection, refusals
from cloud_hub.master_data.chain import DeviceInfo
from cloud_hub.reconciliation.lane_accounts import LaneAccount, lane_accounts
from cloud_hub.reconciliation.sums import LinkTotals, link_totals
from cloud_hub.shelf.figures import data_age
from cloud_hub.shelf.photos.album import Album

REFUSED_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """One device. `open_alarms` are the names of the alarms that are raised now; `told` is what it
    tells of itself; `certificate_until`: until when its newest certificate counts, None where it
    has none."""

    device_id: str
    kind: str
    name: Said
    store_id: str
    store_name: Said
    simulated: bool
    agent_version: str | None
    told: DeviceTold
    certificate_until: datetime | None
    freshness: Freshness
    books: LinkTotals
    resent: int
    dead: int
    temperature_c: float | None
    open_alarms: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupStatus:
    """The hub's last good backup, if any, and whether that is too long ago."""

    made_at: datetime | None
    verified_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """Everything on the fleet page. `figures`: connected, working. For those who look after the
    link: `backup`, and `refused`, messages that were of no device here."""

    now: datetime
    local_now: datetime
    time_zone: str
    figures: tuple[Figure, ...]
    backup: BackupStatus | None
    devices: tuple[FleetRow, ...]
    books: LinkTotals
    problems: tuple[ProblemRow, ...]
    refused: tuple[Rejection, ...]


def fleet_view(session: Session, viewer: Viewer, now: datetime) -> FleetView:
    """The devices `viewer` may see at `now`. Raises NotYours, NotFound."""
    snapshot = snapshot_for(session, viewer, Permission.SEE_FLEET, now)
    chain = snapshot.chain
    findings = [one for one in search(snapshot, DEVICE_SEARCHES) if may_read(one, viewer, chain)]
    album = Album(session, chain, Naming(viewer, chain), now, ())
    comparison = compare(snapshot, snapshot.read(data_age), list(chain.stores))
    local_now = now.astimezone(chain.zone())
    read = temperatures(snapshot)
    told = told_by_devices(session, viewer.tenant_id)
    until = let_in_until(session, viewer.tenant_id)
    by_device: dict[str, list[LaneAccount]] = defaultdict(list)
    for account in snapshot.read(lane_accounts):
        by_device[account.device].append(account)
    return FleetView(
        now=now,
        local_now=local_now,
        time_zone=chain.zone().key,
        figures=uptime_figures(session, comparison),
        backup=backup_status(session, now) if viewer.may(Permission.SEE_LINK) else None,
        devices=tuple(
            replace(
                _row(snapshot, device, by_device[device.device_id], read),
                told=told.get(device.device_id, NOTHING_TOLD),
                certificate_until=until.get(device.device_id),
            )
            for device in chain.devices.values()
        ),
        books=link_totals(snapshot.read(lane_accounts)),
        problems=needing(problem_rows(snapshot, findings, album)),
        refused=tuple(refusals(session, [viewer.tenant_id], limit=REFUSED_SHOWN))
        if viewer.may(Permission.SEE_LINK)
        else (),
    )


def backup_status(session: Session, now: datetime) -> BackupStatus:
    """What the hub knows of its backups."""
    known = backup_watch(session)
    if known is None:
        return BackupStatus(made_at=None, verified_at=None, is_overdue=False)
    return BackupStatus(
        made_at=known.made_at,
        verified_at=known.verified_at,
        is_overdue=known.due_at is not None and now >= known.due_at,
    )


def uptime_figures(
    session: Session, comparison: Comparison, device_id: str | None = None
) -> tuple[Figure, ...]:
    """Connected and working, of all devices of the stores or of one."""
    aspect = Aspect(device_id=device_id)
    return tuple(
        figure(metric, metric.measure(session, comparison.window, aspect), comparison)
        for metric in (CONNECTED, WORKING)
    )


def _row(
    snapshot: Snapshot, device: DeviceInfo, accounts: list[LaneAccount], read: dict[str, float]
) -> FleetRow:
    return FleetRow(
        device_id=device.device_id,
        kind=device.kind,
        name=device.name,
        store_id=device.store_id,
        store_name=snapshot.chain.stores[device.store_id].name,
        simulated=device.simulated,
        agent_version=device.agent_version,
        told=NOTHING_TOLD,
        certificate_until=None,
        freshness=snapshot.read(device_links)[device.device_id],
        books=link_totals(accounts),
        resent=sum(account.resends for account in accounts),
        dead=sum(account.dead for account in accounts),
        temperature_c=read.get(device.fixture_id) if device.fixture_id else None,
        open_alarms=tuple(
            alarm_name(alarm.alarm)
            for alarm in snapshot.read(alarms_today)
            if alarm.device_id == device.device_id and alarm.cleared_at is None
        ),
    )
