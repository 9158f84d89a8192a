"""Alarms from raise to clear, in whatever order the two arrive.

An alarm is cleared by the first clear at or after its raise.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_body
from cloud_hub.link.tables import AlarmRaised, StoredEvent
from sync.events import Alarm, AlarmState


def apply_alarms(work: Projecting, facts: Sequence[Fact[Alarm]]) -> None:
    """Raises first, then clears: a clear finds every alarm it may end."""
    raised = [fact for fact in facts if fact.body.state is AlarmState.RAISED]
    insert_new(work.session, AlarmRaised, [_row(work, fact) for fact in raised])
    for fact in facts:
        if fact.body.state is AlarmState.CLEARED:
            _clear(work, fact)


def _row(work: Projecting, fact: Fact[Alarm]) -> dict[str, object]:
    alarm = fact.body
    return {
        "tenant_id": fact.tenant_id,
        "device_id": fact.device_id,
        "alarm": alarm.alarm,
        "subject": alarm.subject,
        "raised_at": alarm.at,
        "store_id": fact.store_id,
        "cleared_at": _cleared_before(work, fact),
        "value": alarm.value,
        "limit": alarm.limit,
        "detail": alarm.detail,
    }


def _cleared_before(work: Projecting, fact: Fact[Alarm]) -> datetime | None:
    """The first clear of this alarm that has arrived already, though it happened later."""
    for at, body in work.session.execute(
        sa.select(StoredEvent.occurred_at, StoredEvent.body)
        .where(
            StoredEvent.tenant_id == fact.tenant_id,
            StoredEvent.store_id == fact.store_id,
            StoredEvent.kind == Alarm.kind,
            StoredEvent.occurred_at >= fact.body.at,
            StoredEvent.device_id == fact.device_id,
            StoredEvent.outcome == "applied",
        )
        .order_by(StoredEvent.occurred_at)
    ):
        said = (body.get("alarm"), body.get("subject"), body.get("state"))
        if said == (fact.body.alarm, fact.body.subject, AlarmState.CLEARED.value):
            moment: datetime = at
            return moment
    return None


def _clear(work: Projecting, fact: Fact[Alarm]) -> None:
    cleared_at = fact.body.at
    work.session.execute(
        sa.update(AlarmRaised)
        .where(
            AlarmRaised.tenant_id == fact.tenant_id,
            AlarmRaised.device_id == fact.device_id,
            AlarmRaised.alarm == fact.body.alarm,
            AlarmRaised.subject == fact.body.subject,
            AlarmRaised.raised_at <= cleared_at,
            sa.or_(AlarmRaised.cleared_at.is_(None), AlarmRaised.cleared_at > cleared_at),
        )
        .values(cleared_at=cleared_at)
        .execution_options(synchronize_session=False)
    )


trace_alarm: Final = by_body(
    lambda body: f"alarm {body['alarm']} of {body['subject']}, {body['state']}"
)
