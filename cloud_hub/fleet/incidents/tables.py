"""Incidents, what belongs to them, and who was told of them."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key
from cloud_hub.core.storage.words import SaidJson
from cloud_hub.core.text import Text
from device_profiles.names import Names


class Incident(Base):
    """One cause and what came of it. `rule` and `subject` name the cause, `said` tells it. It is
    open until `closed_at`; `merged_into` is the incident of a wider cause that took its members
    over. `acknowledged_*`: somebody sees to it; `snoozed_*`: nobody is told before then."""

    __tablename__ = "incident"
    tenant_id: Mapped[str] = key()
    incident_id: Mapped[str] = key(80)
    rule: Mapped[str]
    subject: Mapped[str]
    store_id: Mapped[str | None]
    said: Mapped[Text | Names] = mapped_column(SaidJson())
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    merged_into: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    note: Mapped[str]
    snoozed_until: Mapped[datetime | None]
    snoozed_by: Mapped[str | None]
    snooze_reason: Mapped[str]


class IncidentMember(Base):
    """A device that is not heard, or an alarm, that belongs to an incident from `since` on until
    `left_at`. `what` is the alarm, or `quiet`."""

    __tablename__ = "incident_member"
    tenant_id: Mapped[str] = key()
    incident_id: Mapped[str] = key(80)
    member: Mapped[str] = key(200)
    store_id: Mapped[str]
    device_id: Mapped[str]
    what: Mapped[str]
    since: Mapped[datetime]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class IncidentNotice(Base):
    """That somebody was told of an incident: once a `step` and way. The row is written before
    anything is sent: `outcome` is null where nobody knows whether it went out, else `sent` or
    `failed`, `detail` saying why. Notices of one `message` went out as one."""

    __tablename__ = "incident_notice"
    tenant_id: Mapped[str] = key()
    incident_id: Mapped[str] = key(80)
    step: Mapped[str] = key(20)
    told: Mapped[str] = key(120)
    message: Mapped[str]
    written_at: Mapped[datetime]
    outcome: Mapped[str | None]
    detail: Mapped[str]
