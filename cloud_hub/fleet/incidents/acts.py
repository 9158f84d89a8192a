"""What people do with an incident; each act is in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import AlreadyDone, NotFound, NotYours, Refused
from cloud_hub.fleet.incidents.tables import Incident, IncidentMember

LONGEST_SNOOZE_H: Final = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozing:
    """For how many hours nobody is told, and why."""

    hours: int
    reason: str


def acknowledge(
    session: Session, viewer: Viewer, incident_id: str, note: str, now: datetime
) -> None:
    """Somebody sees to it: nobody else is told. Raises NotYours, NotFound, and Refused for one that
    is over or was acknowledged."""
    incident = _open_one(session, viewer, incident_id)
    if incident.acknowledged_at is not None:
        by = incident.acknowledged_by
        raise AlreadyDone(f"incident {incident_id!r} was acknowledged already by {by}")
    incident.acknowledged_at, incident.acknowledged_by = now, viewer.login_name
    incident.note, incident.changed_at = note, now
    record_act(session, _act(viewer, incident, "incident-acknowledged", {"note": note}), now)


def snooze(
    session: Session, viewer: Viewer, incident_id: str, snoozing: Snoozing, now: datetime
) -> None:
    """Nobody is told for so many hours, for that reason. Raises as `acknowledge`."""
    hours, reason = snoozing.hours, snoozing.reason.strip()
    incident = _open_one(session, viewer, incident_id)
    if not 1 <= hours <= LONGEST_SNOOZE_H or not reason:
        raise Refused(f"snooze 1 to {LONGEST_SNOOZE_H} hours, and say why", status=422)
    until = now + timedelta(hours=hours)
    incident.snoozed_until, incident.snoozed_by = until, viewer.login_name
    incident.snooze_reason, incident.changed_at = reason, now
    detail = {"until": until.isoformat(timespec="seconds"), "reason": reason}
    record_act(session, _act(viewer, incident, "incident-snoozed", detail), now)


def stores_of(session: Session, tenant_id: str, incident_id: str) -> frozenset[str]:
    """The stores in which something of it happened."""
    query = sa.select(IncidentMember.store_id).where(
        IncidentMember.tenant_id == tenant_id, IncidentMember.incident_id == incident_id
    )
    return frozenset(session.scalars(query.distinct()))


def _open_one(session: Session, viewer: Viewer, incident_id: str) -> Incident:
    viewer.require(Permission.KEEP_INCIDENTS)
    incident = session.get(Incident, (viewer.tenant_id, incident_id))
    stores = stores_of(session, viewer.tenant_id, incident_id)
    if incident is None or not any(map(viewer.sees_store, stores)):
        raise NotFound(f"there is no incident {incident_id!r}")
    if not all(map(viewer.sees_store, stores)):
        raise NotYours(f"incident {incident_id!r} is of other stores, too")
    if incident.closed_at is not None:
        raise Refused(f"incident {incident_id!r} is over", status=409)
    return incident


def _act(viewer: Viewer, incident: Incident, action: str, detail: Mapping[str, Any]) -> Act:
    return Act(
        tenant_id=viewer.tenant_id,
        actor=viewer.login_name,
        action=action,
        subject=incident.incident_id,
        detail=detail,
    )
