"""Alarms that the hub itself raises about a device, and clears once what it saw has stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.master_data.place_tables import DeviceRow
from sync.wire.messages import RIVAL_SILENCE_S

RIVAL = "identity-used-twice"
FOREIGN_NAME = "wrote-under-another-name"
BROKE_RULES = "broke-the-links-rules"
MEDIA_QUOTA = "media-quota"
CLAIMED_AGAIN = "claim-code-used-again"
OF_THE_HUB = (RIVAL, FOREIGN_NAME, BROKE_RULES, MEDIA_QUOTA, CLAIMED_AGAIN)
SUBJECT_CHARACTERS = 40
"""What the key of the table holds."""
SILENCE = timedelta(seconds=RIVAL_SILENCE_S)
"""A second device that is fenced asks again every minute: one silent for so long is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAlarm:
    """What the hub saw of a device; one stands a `subject`."""

    alarm: str
    subject: str
    detail: str


def raise_alarm(session: Session, device: DeviceRow, alarm: HubAlarm, now: datetime) -> None:
    """The alarm stands from now on, one a subject; where it stood already it was seen again."""
    session.flush()
    subject = alarm.subject[:SUBJECT_CHARACTERS]
    known = session.scalars(
        sa.select(AlarmRaised).where(
            AlarmRaised.tenant_id == device.tenant_id,
            AlarmRaised.device_id == device.device_id,
            AlarmRaised.alarm == alarm.alarm,
            AlarmRaised.subject == subject,
            AlarmRaised.cleared_at.is_(None),
        )
    ).first()
    if known is not None:
        known.seen_at = now
        return
    row = {
        "tenant_id": device.tenant_id,
        "device_id": device.device_id,
        "alarm": alarm.alarm,
        "subject": subject,
        "raised_at": now,
        "store_id": device.store_id,
        "cleared_at": None,
        "value": None,
        "limit": None,
        "detail": alarm.detail,
        "seen_at": now,
    }
    insert_new(session, AlarmRaised, [row])


def silent_alarms(session: Session, now: datetime) -> list[AlarmRaised]:
    """The hub's own alarms, of every chain, whose reason it has not seen for a while."""
    last_seen = sa.func.coalesce(AlarmRaised.seen_at, AlarmRaised.raised_at)
    return list(
        session.scalars(
            sa.select(AlarmRaised).where(
                AlarmRaised.alarm.in_(OF_THE_HUB),
                AlarmRaised.cleared_at.is_(None),
                last_seen <= now - SILENCE,
            )
        )
    )


def clear_silent_alarms(session: Session, now: datetime) -> int:
    """How many of the hub's own alarms are over."""
    silent = silent_alarms(session, now)
    for alarm in silent:
        alarm.cleared_at = now
    return len(silent)
