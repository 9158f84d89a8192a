"""货 goods: brands, products, listings and the stock ledger."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key
from device_profiles.names import Names


class BrandRow(Base):
    """A brand. `joined` numbers the loads of master data: those that came together have the same,
    later ones a higher one, so that what rivals are called to each other stays as it is."""

    __tablename__ = "brand"
    tenant_id: Mapped[str] = key()
    brand_id: Mapped[str] = key()
    name: Mapped[Names]
    joined: Mapped[int] = mapped_column(default=0)


class ProductRow(Base):
    """A sellable item. `item_code` is the store's own number inside a weight-embedded EAN;
    `retired_from` is the first business day on which it is in the range no more."""

    __tablename__ = "product"
    tenant_id: Mapped[str] = key()
    gtin: Mapped[str] = key(14)
    brand_id: Mapped[str]
    name: Mapped[Names]
    category: Mapped[Names]
    width_mm: Mapped[float]
    sold_by_weight: Mapped[bool]
    item_code: Mapped[str | None]
    retired_from: Mapped[date | None]


class ListingRow(Base):
    """A product as one store sells it."""

    __tablename__ = "listing"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    gtin: Mapped[str] = key(14)
    price: Mapped[Decimal]
    par_units: Mapped[int]
    must_have: Mapped[bool]
