"""Signals become incidents, which stay what they are until they are over."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.incidents.causes import Group, Sight, VersionChange, groups, rank
from cloud_hub.fleet.incidents.signals import Signal, signals
from cloud_hub.fleet.incidents.tables import Incident, IncidentMember
from cloud_hub.fleet.rollouts.tables import ArtifactRollout, RolloutDevice
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from cloud_hub.master_data.place_tables import Tenant

log = logging.getLogger(__name__)

PERIOD_S: Final = 10.0
CALM: Final = timedelta(minutes=2)
"""An incident is over once nothing of it was wrong for so long."""


@dataclass(slots=True, kw_only=True)
class _Book:
    """The open incidents of a chain and what belongs to them, while they are brought up to date."""

    session: Session
    tenant_id: str
    now: datetime
    incidents: dict[str, Incident]
    members: list[IncidentMember]
    changed: set[str] = field(default_factory=set)

    def home_of(self, member: str) -> IncidentMember | None:
        """What says that it belongs to an open incident, if it does."""
        there = [one for one in self.members if one.member == member]
        return next((one for one in there if one.left_at is None), there[0] if there else None)

    def rank_of(self, row: IncidentMember) -> int:
        """How wide the cause is of the incident that it belongs to."""
        return rank(self.incidents[row.incident_id].rule)

    def live(self, incident_id: str) -> list[IncidentMember]:
        """What is still wrong of it."""
        return [
            one for one in self.members if one.incident_id == incident_id and one.left_at is None
        ]


def keep_incidents(session: Session, snapshot: Snapshot) -> int:
    """Brings the chain's incidents up to date; how many were opened, changed or closed. In a
    session that only reads it tells how many would be."""
    book = _open_book(session, snapshot)
    found = signals(snapshot)
    _note_presence(book, {one.key for one in found})
    sight = Sight(chain=snapshot.chain, changes=_changes(session, snapshot))
    for group in groups(sight, found):
        _settle(book, group)
    _close(book)
    return len(book.changed)


def _open_book(session: Session, snapshot: Snapshot) -> _Book:
    tenant_id = snapshot.chain.tenant_id
    incidents = session.scalars(
        sa.select(Incident).where(Incident.tenant_id == tenant_id, Incident.closed_at.is_(None))
    ).all()
    ids = [one.incident_id for one in incidents]
    members = session.scalars(
        sa.select(IncidentMember)
        .where(IncidentMember.tenant_id == tenant_id, IncidentMember.incident_id.in_(ids))
        .order_by(IncidentMember.joined_at.desc())
    ).all()
    return _Book(
        session=session,
        tenant_id=tenant_id,
        now=snapshot.now,
        incidents={one.incident_id: one for one in incidents},
        members=list(members),
    )


def _note_presence(book: _Book, wrong: set[str]) -> None:
    """Members leave when they are well again, and come back to what is still open."""
    for row in book.members:
        if row.left_at is None and row.member not in wrong:
            row.left_at = book.now
            book.changed.add(row.incident_id)
    for key in wrong:
        row_there = book.home_of(key)
        if row_there is not None and row_there.left_at is not None:
            row_there.left_at = None
            book.changed.add(row_there.incident_id)


def _settle(book: _Book, group: Group) -> None:
    """What is new of a group joins the incident of its cause, which is opened where there is none.
    What belongs to one of a cause as wide or wider stays there."""
    width = rank(group.rule)
    new = []
    for one in group.members:
        home = book.home_of(one.key)
        if home is None or book.rank_of(home) > width:
            new.append(one)
    if not new:
        return
    same = (group.rule, group.subject)
    known = [one for one in book.incidents.values() if (one.rule, one.subject) == same]
    incident = known[0] if known else _opened(book, group)
    incident.said, incident.changed_at = group.said, book.now
    book.changed.add(incident.incident_id)
    for one in new:
        _take_over(book, incident, one)


def _take_over(book: _Book, incident: Incident, one: Signal) -> None:
    home = book.home_of(one.key)
    if home is not None and home.left_at is None:
        home.left_at = book.now
        left = book.incidents[home.incident_id]
        if not book.live(left.incident_id):
            left.closed_at, left.merged_into = book.now, incident.incident_id
            book.changed.add(left.incident_id)
    row = IncidentMember(
        tenant_id=book.tenant_id,
        incident_id=incident.incident_id,
        member=one.key[:200],
        store_id=one.store_id,
        device_id=one.device_id,
        what=one.what,
        since=one.since,
        joined_at=book.now,
        left_at=None,
    )
    book.session.add(row)
    book.members.insert(0, row)


def _opened(book: _Book, group: Group) -> Incident:
    digest = sha256(f"{group.rule}/{group.subject}".encode()).hexdigest()[:12]
    incident = Incident(
        tenant_id=book.tenant_id,
        incident_id=f"{group.rule}-{digest}-{book.now:%Y%m%dT%H%M%SZ}",
        rule=group.rule,
        subject=group.subject,
        store_id=group.store_id,
        said=group.said,
        opened_at=book.now,
        changed_at=book.now,
        closed_at=None,
        merged_into=None,
        acknowledged_at=None,
        acknowledged_by=None,
        note="",
        snoozed_until=None,
        snoozed_by=None,
        snooze_reason="",
    )
    book.session.add(incident)
    book.incidents[incident.incident_id] = incident
    log.warning("incident: %s", group.said.text("en"), extra={"action": "incident-opened"})
    return incident


def _close(book: _Book) -> None:
    for incident in book.incidents.values():
        if incident.closed_at is not None or book.live(incident.incident_id):
            continue
        left = [
            one.left_at
            for one in book.members
            if one.incident_id == incident.incident_id and one.left_at is not None
        ]
        if max(left, default=book.now - CALM) <= book.now - CALM:
            incident.closed_at = incident.changed_at = book.now
            book.changed.add(incident.incident_id)


def _changes(session: Session, snapshot: Snapshot) -> tuple[VersionChange, ...]:
    """Versions of artifacts that devices were asked to take; the newest first."""
    tenant_id = snapshot.chain.tenant_id
    asked: dict[str, set[str]] = defaultdict(set)
    for name, device_id in session.execute(
        sa.select(RolloutDevice.name, RolloutDevice.device_id).where(
            RolloutDevice.tenant_id == tenant_id, RolloutDevice.asked_at.is_not(None)
        )
    ):
        asked[name].add(device_id)
    rows = session.scalars(
        sa.select(ArtifactRollout)
        .where(ArtifactRollout.tenant_id == tenant_id)
        .order_by(ArtifactRollout.begun_at.desc())
    )
    return tuple(
        VersionChange(
            version=f"{row.name} {row.version}", at=row.begun_at, devices=frozenset(asked[row.name])
        )
        for row in rows
    )


async def keep_all_incidents(hub: Hub) -> None:
    """Keeps every chain's incidents until cancelled."""
    while True:
        await asyncio.sleep(PERIOD_S)
        try:
            if await asyncio.to_thread(look_at_incidents, hub):
                hub.changed.announce()
        except (HubError, OSError, SQLAlchemyError):
            log.exception("incidents were not kept", extra={"action": "incidents-failed"})


def look_at_incidents(hub: Hub) -> int:
    """How many incidents of all chains changed; the writer is held only where one does."""
    now, changed = hub.clock.now(), 0
    with hub.sessions() as session:
        tenants = session.scalars(sa.select(Tenant.tenant_id)).all()
        due = [tenant_id for tenant_id in tenants if _kept(session, [tenant_id], now)]
    if due:
        # Looked at again under the lock: another hub may have written them meanwhile.
        with hub.database.writing() as session:
            changed = _kept(session, due, now)
    return changed


def _kept(session: Session, tenants: Iterable[str], now: datetime) -> int:
    snapshots = [load_snapshot(session, tenant_id, now) for tenant_id in tenants]
    return sum(keep_incidents(session, one) for one in snapshots if one is not None)
