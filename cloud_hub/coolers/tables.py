"""Coolers whose door was open: the photos before and after, and what they say of each product."""

from datetime import date, datetime

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class CoolerOpening(Base):
    """Two photos of a cooler and what lay between them. `told_lanes` of `lanes` could be judged;
    0 of 0 where the later photo was not clear."""

    __tablename__ = "cooler_opening"
    __table_args__ = (
        Index("opening_by_fixture", "tenant_id", "fixture_id", "taken_at"),
        Index("opening_by_day", "tenant_id", "store_id", "business_day"),
    )
    tenant_id: Mapped[str] = key()
    opening_id: Mapped[str] = key(200)
    store_id: Mapped[str]
    fixture_id: Mapped[str]
    device_id: Mapped[str]
    camera_id: Mapped[str]
    before_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    business_day: Mapped[date] = mapped_column(Date)
    before_sha256: Mapped[str]
    after_sha256: Mapped[str]
    quality: Mapped[str]
    openings: Mapped[int | None]
    open_s: Mapped[float | None]
    purpose: Mapped[str]
    lanes: Mapped[int]
    told_lanes: Mapped[int]
    model: Mapped[str]


class OpenedProduct(Base):
    """What became of one product in one opening: means and variances of numbers of packs."""

    __tablename__ = "opened_product"
    __table_args__ = (Index("opened_product_by_day", "tenant_id", "store_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    opening_id: Mapped[str] = key(200)
    gtin: Mapped[str] = key(14)
    store_id: Mapped[str]
    fixture_id: Mapped[str]
    business_day: Mapped[date] = mapped_column(Date)
    taken_at: Mapped[datetime]
    taken: Mapped[float]
    taken_variance: Mapped[float]
    put_back: Mapped[float]
    put_back_variance: Mapped[float]
    refilled: Mapped[float]
    refilled_variance: Mapped[float]
    removed: Mapped[float]
    moved: Mapped[int]
    untold: Mapped[int]


class SensorReading(Base):
    """A reading of a cooler's further sensor in one interval, in the unit of its kind's row in
    `device_profiles.sensor`; the highest of several sensors of a kind."""

    __tablename__ = "sensor_reading"
    __table_args__ = (Index("sensor_reading_by_day", "tenant_id", "store_id", "business_day"),)
    tenant_id: Mapped[str] = key()
    fixture_id: Mapped[str] = key()
    kind: Mapped[str] = key(40)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    device_id: Mapped[str] = key()
    store_id: Mapped[str]
    business_day: Mapped[date] = mapped_column(Date)
    interval_s: Mapped[int]
    value: Mapped[float]


class CoolerReading(Base):
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
