"""Who has to be told of what now. Each step of an incident is written down before it is sent."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.fleet.incidents.tables import Incident, IncidentNotice
from cloud_hub.fleet.on_call.rota import OnCall

FIRST_AFTER: Final = timedelta(minutes=1)
"""What is over by then, or part of something wider, wakes nobody."""
RECOVERY_TOLD: Final = timedelta(days=1)
OVER: Final = "over"
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An incident of which somebody is to be told at a step: `told` is his name and the way,
    `anna/mail`; with the step `over` that it is over."""

    incident: Incident
    step: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """What one person is told by one way: one incident, or several at once."""

    message: str
    told: str
    due: tuple[Due, ...]


def due_messages(
    session: Session, on_call: OnCall, tenant: tuple[str, ZoneInfo], now: datetime
) -> list[tuple[str, list[Due]]]:
    """By who is told, of what; without those who were told often enough in the last hour."""
    tenant_id = tenant[0]
    by_told: dict[str, list[Due]] = defaultdict(list)
    for one in (*_of_open(session, on_call, tenant, now), *_of_ended(session, tenant_id, now)):
        by_told[one.told].append(one)
    sent = _sent_lately(session, tenant_id, now)
    return [
        (told, each) for told, each in by_told.items() if sent.get(told, 0) < on_call.most_an_hour
    ]


def write_messages(
    session: Session,
    due: list[tuple[str, list[Due]]],
    now: datetime,
    new_id: Callable[[], str],
) -> list[DueMessage]:
    """The messages, each noted as not known to have gone out."""
    messages = [DueMessage(message=new_id(), told=told, due=tuple(each)) for told, each in due]
    for message in messages:
        for one in message.due:
            session.add(
                IncidentNotice(
                    tenant_id=one.incident.tenant_id,
                    incident_id=one.incident.incident_id,
                    step=one.step,
                    told=one.told,
                    message=message.message,
                    written_at=now,
                    outcome=None,
                    detail="",
                )
            )
    return messages


def _of_open(
    session: Session, on_call: OnCall, tenant: tuple[str, ZoneInfo], now: datetime
) -> Iterator[Due]:
    tenant_id, zone = tenant
    duty = on_call.on_duty(now.astimezone(zone))
    for incident in session.scalars(
        sa.select(Incident)
        .where(
            Incident.tenant_id == tenant_id,
            Incident.closed_at.is_(None),
            Incident.acknowledged_at.is_(None),
            Incident.opened_at <= now - FIRST_AFTER,
            sa.or_(Incident.snoozed_until.is_(None), Incident.snoozed_until <= now),
        )
        .order_by(Incident.opened_at, Incident.incident_id)
    ).all():
        waited_min = (now - incident.opened_at).total_seconds() / 60
        step = f"told-{int(waited_min // on_call.repeat_min)}"
        asked = duty[: 1 + int(waited_min // on_call.escalate_min)]
        known = {one.told for one in _notices(session, incident) if one.step == step}
        for told in dict.fromkeys(way for name in asked for way in ways(on_call, name)):
            if told not in known:
                yield Due(incident=incident, step=step, told=told)


def _of_ended(session: Session, tenant_id: str, now: datetime) -> Iterator[Due]:
    """Whoever was told of an incident is told that it is over; what became part of a wider one is
    not over."""
    for incident in session.scalars(
        sa.select(Incident)
        .where(
            Incident.tenant_id == tenant_id,
            Incident.closed_at > now - RECOVERY_TOLD,
            Incident.merged_into.is_(None),
        )
        .order_by(Incident.opened_at, Incident.incident_id)
    ).all():
        notices = _notices(session, incident)
        known = {one.told for one in notices if one.step == OVER}
        for told in dict.fromkeys(one.told for one in notices):
            if told not in known:
                yield Due(incident=incident, step=OVER, told=told)


def ways(on_call: OnCall, name: str) -> tuple[str, ...]:
    """The ways by which somebody is told."""
    person = on_call.person(name)
    known = (("mail", person.mail), ("webhook", person.webhook))
    return tuple(f"{name}/{way}" for way, address in known if address)


def _notices(session: Session, incident: Incident) -> list[IncidentNotice]:
    return list(
        session.scalars(
            sa.select(IncidentNotice)
            .where(
                IncidentNotice.tenant_id == incident.tenant_id,
                IncidentNotice.incident_id == incident.incident_id,
            )
            .order_by(IncidentNotice.written_at, IncidentNotice.told)
        )
    )


def _sent_lately(session: Session, tenant_id: str, now: datetime) -> dict[str, int]:
    notice = IncidentNotice
    rows = session.execute(
        sa.select(notice.told, sa.func.count(notice.message.distinct()))
        .where(notice.tenant_id == tenant_id, notice.written_at > now - HOUR)
        .group_by(notice.told)
    )
    return {told: count for told, count in rows}  # noqa: C416 - rows are no pairs for mypy
