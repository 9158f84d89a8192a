"""Facts: receipts, footfall, shelf observations, cooler readings, carts, alarms, tasks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class FootfallMinute(Base):
    """Crossings of a line in one minute as one device counted them. `sure` adds up how sure each
    crossing was, `frames` were looked at; null from agents that do not say."""

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


class ZoneMinute(Base):
    """Visits to a zone that ended in one minute: `visits` of them, each with its seconds; staff is
    counted apart. `queue_mean`/`queue_max`: people who waited. `came_from`: visits by the zone that
    was visited before. `category`: the goods that stand there, in English."""

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


class ShelfObservation(Base):
    """What one photo of a fixture showed. `facings` is a list of sync.events.SeenFacing as JSON;
    `named` of them have a GTIN, `unnamed` have none. `baskets`, of a chest freezer alone, is a list
    of sync.events.SeenBasket as JSON."""

    __tablename__ = "shelf_observation"
    __table_args__ = (Index("shelf_by_fixture", "tenant_id", "fixture_id", "taken_at"),)
    tenant_id: Mapped[str] = key()
    observation_id: Mapped[str] = key(200)
    store_id: Mapped[str]
    fixture_id: Mapped[str]
    device_id: Mapped[str]
    camera_id: Mapped[str]
    taken_at: Mapped[datetime]
    business_day: Mapped[date] = mapped_column(Date)
    photo_sha256: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    quality: Mapped[str]
    planogram_id: Mapped[str | None]
    planogram_version: Mapped[int | None]
    facings: Mapped[list[Any]]
    named: Mapped[int] = mapped_column(default=0)
    unnamed: Mapped[int] = mapped_column(default=0)
    empty_slots: Mapped[list[Any]]
    hidden_slots: Mapped[list[Any]]
    baskets: Mapped[list[Any] | None]
    model: Mapped[str]
    took_ms: Mapped[float]


class CoolerMinute(Base):
    """A cooler's readings in one interval; null where it could not be read."""

    __tablename__ = "cooler_reading"
    tenant_id: Mapped[str] = key()
    fixture_id: Mapped[str] = key()
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    store_id: Mapped[str]
    interval_s: Mapped[int]
    temperature_c: Mapped[float | None]
    compressor_duty: Mapped[float | None]
    door_open_s: Mapped[float | None]
    mode: Mapped[str]


class Task(Base):
    """Work for a person. `key` keeps one finding from making two tasks."""

    __tablename__ = "task"
    tenant_id: Mapped[str] = key()
    task_id: Mapped[str] = key(120)
    store_id: Mapped[str]
    finding: Mapped[str]
    text_en: Mapped[str]
    text_zh: Mapped[str]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
