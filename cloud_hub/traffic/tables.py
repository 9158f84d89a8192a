"""The shop floor as cameras saw it: where people stood, and how exactly doors count."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class HeatHour(Base):
    """Person-seconds by cell of one camera's picture in one hour, along the rows of `columns` ×
    `rows` from the top left. `zones`: outline of each zone, x and y 0..1 of the frame."""

    __tablename__ = "heat_hour"
    __table_args__ = (Index("heat_by_day", "tenant_id", "store_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    camera_id: Mapped[str] = key()
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    business_day: Mapped[date] = mapped_column(Date)
    columns: Mapped[int]
    rows: Mapped[int]
    seconds: Mapped[list[Any]]
    zones: Mapped[dict[str, Any]]
    watched_s: Mapped[float]
    simulated: Mapped[bool]


class FootfallAudit(Base):
    """A clip of one line that a person counted by hand."""

    __tablename__ = "footfall_audit"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    line_id: Mapped[str] = key()
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    camera_id: Mapped[str]
    seconds: Mapped[float]
    hand_in: Mapped[int]
    hand_out: Mapped[int]
    counted_in: Mapped[int]
    counted_out: Mapped[int]
    missed: Mapped[int]
    surplus: Mapped[int]
    audited_at: Mapped[datetime]


class FootfallMinute(Base):
    """Crossings of a line in one minute as one device counted them. `sure` adds up how sure each
    crossing was, `frames` were looked at; null from agents that do not say. `arrived_at`: when the
    last of it reached the hub; null where a release before this column wrote it."""

    __tablename__ = "footfall_minute"
    __table_args__ = (Index("footfall_by_day", "tenant_id", "store_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    line_id: Mapped[str] = key()
    minute_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    business_day: Mapped[date] = mapped_column(Date)
    role: Mapped[str]
    entries: Mapped[int]
    exits: Mapped[int]
    staff: Mapped[int]
    watched_s: Mapped[float]
    sure: Mapped[float | None]
    frames: Mapped[float | None]
    simulated: Mapped[bool]
    arrived_at: Mapped[datetime | None]


class WatchedPlace(Base):
    """A counting line or a zone as one device watches it, and the first and last business day of
    which it has said anything. `kind`: the line's role, `queue` or `zone`. What should have been
    watched on a day follows from it, whatever days are asked about."""

    __tablename__ = "watched_place"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    device_id: Mapped[str] = key()
    kind: Mapped[str] = key()
    place_id: Mapped[str] = key()
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class ZoneMinute(Base):
    """Visits to a zone that ended in one minute: `visits` of them, each with its seconds; staff is
    counted apart. `queue_mean`/`queue_max`: people who waited. `came_from`: visits by the zone that
    was visited before. `category`: the goods that stand there, in English. `arrived_at`: when the
    newest of it reached the hub; null from before hubs kept it."""

    __tablename__ = "zone_minute"
    __table_args__ = (Index("zone_by_day", "tenant_id", "store_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    zone_id: Mapped[str] = key()
    minute_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    business_day: Mapped[date] = mapped_column(Date)
    dwell_s: Mapped[list[Any]]
    visits: Mapped[int]
    staff: Mapped[int]
    occupancy_mean: Mapped[float]
    occupancy_max: Mapped[int]
    is_queue: Mapped[bool]
    queue_mean: Mapped[float]
    queue_max: Mapped[int]
    came_from: Mapped[dict[str, Any]]
    category: Mapped[str | None]
    watched_s: Mapped[float]
    simulated: Mapped[bool]
    arrived_at: Mapped[datetime | None]
