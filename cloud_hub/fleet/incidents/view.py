"""Incidents as one viewer may see them: those that are open, and those that were over lately."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.fleet.incidents.tables import Incident, IncidentMember, IncidentNotice
from cloud_hub.master_data.chain import read_chain

CLOSED_SHOWN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A device of an incident: what is wrong with it (`quiet`, or an alarm), from when until when
    it was part of it."""

    store_id: str
    device_id: str
    device_name: Said | None
    what: str
    since: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Who was told, when, at which step; `outcome` is None where nobody knows whether it went
    out."""

    step: str
    told: str
    written_at: datetime
    outcome: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """One incident. `may_act`: the viewer sees all of its stores, and may acknowledge it."""

    incident_id: str
    rule: str
    said: Said
    store_id: str | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    merged_into: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str
    snoozed_until: datetime | None
    snoozed_by: str | None
    snooze_reason: str
    may_act: bool
    members: tuple[MemberRow, ...]
    notices: tuple[NoticeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsView:
    """Open incidents, the oldest first; those that ended in the last days, the newest first."""

    now: datetime
    time_zone: str
    open: tuple[IncidentRow, ...]
    closed: tuple[IncidentRow, ...]


def incidents_view(session: Session, viewer: Viewer, now: datetime) -> IncidentsView:
    """The incidents in which the viewer's stores have a part. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_INCIDENTS)
    chain = read_chain(session, viewer.tenant_id, scope_of(viewer))
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    incidents = session.scalars(
        sa.select(Incident)
        .where(
            Incident.tenant_id == viewer.tenant_id,
            sa.or_(Incident.closed_at.is_(None), Incident.closed_at >= now - CLOSED_SHOWN),
        )
        .order_by(Incident.opened_at, Incident.incident_id)
    ).all()
    ids = [one.incident_id for one in incidents]
    members: dict[str, list[IncidentMember]] = defaultdict(list)
    for member in session.scalars(
        sa.select(IncidentMember)
        .where(IncidentMember.tenant_id == viewer.tenant_id, IncidentMember.incident_id.in_(ids))
        .order_by(IncidentMember.since, IncidentMember.member)
    ):
        members[member.incident_id].append(member)
    names: dict[str, Said] = {key: device.name for key, device in chain.devices.items()}
    told = _notices(session, viewer.tenant_id, ids)
    rows = [
        _row(one, members[one.incident_id], viewer, names, told[one.incident_id])
        for one in incidents
        if any(viewer.sees_store(member.store_id) for member in members[one.incident_id])
    ]
    ended = [row for row in rows if row.closed_at is not None]
    return IncidentsView(
        now=now,
        time_zone=chain.zone().key,
        open=tuple(row for row in rows if row.closed_at is None),
        closed=tuple(sorted(ended, key=lambda row: row.closed_at or now, reverse=True)),
    )


def _notices(session: Session, tenant_id: str, ids: list[str]) -> dict[str, list[NoticeRow]]:
    found: dict[str, list[NoticeRow]] = defaultdict(list)
    for row in session.scalars(
        sa.select(IncidentNotice)
        .where(IncidentNotice.tenant_id == tenant_id, IncidentNotice.incident_id.in_(ids))
        .order_by(IncidentNotice.written_at, IncidentNotice.told)
    ):
        found[row.incident_id].append(
            NoticeRow(
                step=row.step,
                told=row.told,
                written_at=row.written_at,
                outcome=row.outcome,
                detail=row.detail,
            )
        )
    return found


def _row(
    incident: Incident,
    members: list[IncidentMember],
    viewer: Viewer,
    names: dict[str, Said],
    notices: list[NoticeRow],
) -> IncidentRow:
    seen = [one for one in members if viewer.sees_store(one.store_id)]
    return IncidentRow(
        incident_id=incident.incident_id,
        rule=incident.rule,
        said=incident.said,
        store_id=incident.store_id,
        opened_at=incident.opened_at,
        changed_at=incident.changed_at,
        closed_at=incident.closed_at,
        merged_into=incident.merged_into,
        acknowledged_at=incident.acknowledged_at,
        acknowledged_by=incident.acknowledged_by,
        note=incident.note,
        snoozed_until=incident.snoozed_until,
        snoozed_by=incident.snoozed_by,
        snooze_reason=incident.snooze_reason,
        may_act=len(seen) == len(members) and viewer.may(Permission.KEEP_INCIDENTS),
        members=tuple(
            MemberRow(
                store_id=one.store_id,
                device_id=one.device_id,
                device_name=names.get(one.device_id),
                what=one.what,
                since=one.since,
                left_at=one.left_at,
            )
            for one in seen
        ),
        notices=tuple(notices),
    )
