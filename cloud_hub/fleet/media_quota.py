"""How much a device may send: each picture is its own, counted when it begins, by day and in whole.

What is unfinished counts with all its bytes. A device has at most MOST_UNFINISHED of these; the
oldest goes when it begins another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.media_store import Upload
from cloud_hub.link.hub_alarms import MEDIA_QUOTA, HubAlarm, raise_alarm
from cloud_hub.link.tables import AlarmRaised, Media, MediaDay, MediaUpload
from cloud_hub.master_data.place_tables import DeviceRow

MOST_UNFINISHED = 16
ALARM_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaQuota:
    """How many bytes a device may send, a day (UTC) and in whole."""

    day_bytes: int
    whole_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverQuota:
    """Why a picture may not begin, and the HTTP status to say so with."""

    message: str
    subject: str
    status: int


def over_quota(
    session: Session, upload: Upload, quota: MediaQuota, now: datetime
) -> OverQuota | None:
    """What stands against one more picture of this device; None where it may begin."""
    days = sa.select(MediaDay.day, MediaDay.bytes).where(
        MediaDay.tenant_id == upload.tenant_id, MediaDay.device_id == upload.device_id
    )
    sent = {row.day: row.bytes for row in session.execute(days)}
    if sum(sent.values()) + upload.total > quota.whole_bytes:
        message = f"this device may send {quota.whole_bytes} bytes of pictures in whole"
        return OverQuota(message=message, subject="in-whole", status=507)
    if sent.get(_day(now), 0) + upload.total > quota.day_bytes:
        message = f"this device may send {quota.day_bytes} bytes of pictures a day (UTC)"
        return OverQuota(message=message, subject="a-day", status=429)
    return None


def begin_upload(session: Session, upload: Upload, now: datetime) -> Sequence[str]:
    """Counts a picture that begins; the SHA-256 of unfinished ones that had to go for it."""
    session.flush()
    unfinished = session.scalars(
        sa.select(MediaUpload)
        .where(
            MediaUpload.tenant_id == upload.tenant_id,
            MediaUpload.device_id == upload.device_id,
            MediaUpload.stored_at.is_(None),
        )
        .order_by(MediaUpload.begun_at, MediaUpload.sha256)
    ).all()
    gone = unfinished[: max(0, len(unfinished) - MOST_UNFINISHED + 1)]
    for row in gone:
        _give_back(session, row)
    session.add(
        MediaUpload(
            tenant_id=upload.tenant_id,
            device_id=upload.device_id,
            sha256=upload.sha256,
            bytes=upload.total,
            begun_at=now,
            stored_at=None,
        )
    )
    _count(session, (upload.tenant_id, upload.device_id, _day(now)), upload.total)
    return [row.sha256 for row in gone]


def finish_upload(session: Session, upload: Upload, now: datetime) -> None:
    """The picture is whole: so is what this device said of it."""
    row = session.get(MediaUpload, (upload.tenant_id, upload.device_id, upload.sha256))
    if row is not None:
        row.stored_at = now
    session.execute(
        sa.update(Media)
        .where(
            Media.tenant_id == upload.tenant_id,
            Media.sha256 == upload.sha256,
            Media.device_id == upload.device_id,
            Media.stored_at.is_(None),
        )
        .values(stored_at=now)
    )


def forget_upload(session: Session, upload: Upload) -> None:
    """The picture turned out to be another one: it counts no more."""
    row = session.get(MediaUpload, (upload.tenant_id, upload.device_id, upload.sha256))
    if row is not None and row.stored_at is None:
        _give_back(session, row)


def raise_quota_alarm(session: Session, upload: Upload, why: OverQuota, now: datetime) -> None:
    """The alarm stands, written once a minute however often the device asks."""
    device = session.get(DeviceRow, (upload.tenant_id, upload.device_id))
    seen_lately = sa.select(AlarmRaised.alarm).where(
        AlarmRaised.tenant_id == upload.tenant_id,
        AlarmRaised.device_id == upload.device_id,
        AlarmRaised.alarm == MEDIA_QUOTA,
        AlarmRaised.subject == why.subject,
        AlarmRaised.cleared_at.is_(None),
        AlarmRaised.seen_at > now - ALARM_EVERY,
    )
    if device is not None and session.scalars(seen_lately).first() is None:
        alarm = HubAlarm(alarm=MEDIA_QUOTA, subject=why.subject, detail=why.message)
        raise_alarm(session, device, alarm, now)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _give_back(session: Session, row: MediaUpload) -> None:
    session.delete(row)
    _count(session, (row.tenant_id, row.device_id, _day(row.begun_at)), -row.bytes)


def _count(session: Session, key: tuple[str, str, date], change: int) -> None:
    row = session.get(MediaDay, key)
    if row is None:
        tenant_id, device_id, day = key
        row = MediaDay(tenant_id=tenant_id, device_id=device_id, day=day, bytes=0)
        session.add(row)
    row.bytes = max(0, row.bytes + change)
    session.flush()
