"""Facts of shelves: one row a photo."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


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
