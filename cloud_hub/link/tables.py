"""The link's books: who spoke under which epoch, which ranges arrived, what was lost or refused.

For every device and lane: produced = received + declared lost + waiting.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key, key_int


class Epoch(Base):
    """One incarnation of a device's outbox. `state`: `live` or `past`. `runs` are the openings of
    its file that the hub has welcomed, newest first; a batch of any other run is refused."""

    __tablename__ = "epoch"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    nonce: Mapped[str]
    state: Mapped[str]
    runs: Mapped[list[Any]]
    first_heard_at: Mapped[datetime]


class LaneClaim(Base):
    """What the device itself last said of a lane, in a hello or a batch header: how many events it
    produced (`next_seq` - 1) and the lowest it still holds unacknowledged (`base`). Numbers below
    `opening_seq` had been produced when the device first met this hub: its history."""

    __tablename__ = "lane_claim"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    lane: Mapped[int] = key_int()
    next_seq: Mapped[int]
    base: Mapped[int]
    opening_seq: Mapped[int]
    claimed_at: Mapped[datetime]


class ReceivedRange(Base):
    """Sequence numbers first..last that are committed. Ranges of a lane never touch: they merge."""

    __tablename__ = "received_range"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    lane: Mapped[int] = key_int()
    first: Mapped[int] = key_int()
    last: Mapped[int]


class LostRange(Base):
    """Sequence numbers the device declared lost, with its reason."""

    __tablename__ = "lost_range"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    lane: Mapped[int] = key_int()
    first: Mapped[int] = key_int()
    last: Mapped[int]
    bytes: Mapped[int]
    reason: Mapped[str]
    declared_at: Mapped[datetime]


class StoredEvent(Base):
    """An event as it arrived, kept raw. `clock_shift_ms` is by how much the hub moved the times of
    a device whose clock could not be trusted, null where it did not; `recorded_at` and `body` stay
    as the device said them. `outcome`: `applied`, `unknown` (kind or schema newer than
    this hub), `dead` (refused; see dead_letter), `repeated` (says what another event has said)."""

    __tablename__ = "event"
    __table_args__ = (Index("event_by_time", "tenant_id", "store_id", "kind", "occurred_at"),)
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    lane: Mapped[int] = key_int()
    seq: Mapped[int] = key_int()
    store_id: Mapped[str]
    kind: Mapped[str]
    schema_version: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]
    clock: Mapped[str]
    clock_shift_ms: Mapped[int | None]
    body: Mapped[dict[str, Any]]
    outcome: Mapped[str]


class DeadLetter(Base):
    """What was acknowledged but could not be taken: one event, or one undecodable batch."""

    __tablename__ = "dead_letter"
    tenant_id: Mapped[str] = key()
    letter_id: Mapped[str] = key(200)
    device_id: Mapped[str]
    store_id: Mapped[str]
    epoch: Mapped[int | None]
    lane: Mapped[int | None]
    seq: Mapped[int | None]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    error: Mapped[str]
    received_at: Mapped[datetime]
    replayed_at: Mapped[datetime | None]


class RefusedMessage(Base):
    """How often messages of one topic were refused for one reason. Their bytes are not kept."""

    __tablename__ = "refused_message"
    tenant_id: Mapped[str] = key()
    topic: Mapped[str] = key(200)
    reason: Mapped[str] = key(200)
    messages: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ResendCount(Base):
    """How many events of a device arrived more than once, by epoch and lane."""

    __tablename__ = "resend_count"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    epoch: Mapped[int] = key_int()
    lane: Mapped[int] = key_int()
    events: Mapped[int]


class Media(Base):
    """A picture's reference, of the first device that named it, and whether that device's bytes are
    here (`stored_at`)."""

    __tablename__ = "media"
    tenant_id: Mapped[str] = key()
    sha256: Mapped[str] = key(64)
    store_id: Mapped[str]
    device_id: Mapped[str]
    subject: Mapped[str]
    media_type: Mapped[str]
    bytes: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    taken_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]


class MediaUpload(Base):
    """A picture that a device sends or has sent (`stored_at`): its own, though another may have
    sent the same bytes. `bytes` are all it has."""

    __tablename__ = "media_upload"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    sha256: Mapped[str] = key(64)
    bytes: Mapped[int]
    begun_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]


class MediaDay(Base):
    """How many bytes of pictures a device began to send on a day (UTC)."""

    __tablename__ = "media_day"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    day: Mapped[date] = mapped_column(primary_key=True)
    bytes: Mapped[int]


class DeviceConnection(Base):
    """One stretch of a device being linked to the hub; `ended_at` null while it lasts."""

    __tablename__ = "device_connection"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime | None]


class AlarmRaised(Base):
    """An alarm from raise to clear. `seen_at`: when the hub last saw the reason of one of its own;
    null for what devices raise and clear themselves."""

    __tablename__ = "alarm"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    alarm: Mapped[str] = key()
    subject: Mapped[str] = key()
    raised_at: Mapped[datetime] = mapped_column(primary_key=True)
    store_id: Mapped[str]
    cleared_at: Mapped[datetime | None]
    value: Mapped[float | None]
    limit: Mapped[float | None]
    detail: Mapped[str]
    seen_at: Mapped[datetime | None]


class ClockAnchor(Base):
    """A moment of one boot at which a device's monotonic clock and the true time were known
    together. `source`: `device` (its own wall clock, trusted), `hub` (its hello came then) or
    `bound` (all that is known is that it was no later). `corrected_events` were placed by it."""

    __tablename__ = "clock_anchor"
    tenant_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    boot_id: Mapped[str] = key(80)
    monotonic_ms: Mapped[int]
    true_at: Mapped[datetime]
    source: Mapped[str]
    noted_at: Mapped[datetime]
    corrected_events: Mapped[int]


class ReadinessProbe(Base):
    """What the hub writes to know that it can write: one row for ever, tenant `*`."""

    __tablename__ = "readiness_probe"
    tenant_id: Mapped[str] = key()
    probe: Mapped[str] = key()
    written_at: Mapped[datetime]
