"""Assets, where each stood, and who saw to it."""

from datetime import date, datetime

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class Asset(Base):
    """A machine that somebody owns. `device_id` is the device under whose name it works now; null:
    it stands nowhere."""

    __tablename__ = "asset"
    tenant_id: Mapped[str] = key()
    asset_id: Mapped[str] = key()
    device_id: Mapped[str | None]
    serial: Mapped[str]
    model: Mapped[str]
    owner: Mapped[str]
    warranty_until: Mapped[date | None] = mapped_column(Date)
    installed_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str]
    made_at: Mapped[datetime]


class AssetPlace(Base):
    """Where an asset stood from `since` on, until `until`: under which device, in which store, at
    which fixture, as these were when it came."""

    __tablename__ = "asset_place"
    tenant_id: Mapped[str] = key()
    asset_id: Mapped[str] = key()
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    device_id: Mapped[str]
    store_id: Mapped[str]
    fixture_id: Mapped[str | None]


class AssetVisit(Base):
    """Somebody saw to an asset: what he found, why, which parts went in; `photo_sha256` is a
    picture of its device."""

    __tablename__ = "asset_visit"
    tenant_id: Mapped[str] = key()
    asset_id: Mapped[str] = key()
    visit_id: Mapped[str] = key()
    visited_on: Mapped[date] = mapped_column(Date)
    visitor: Mapped[str]
    symptom: Mapped[str]
    cause: Mapped[str]
    parts: Mapped[str]
    note: Mapped[str]
    photo_sha256: Mapped[str | None]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str]
