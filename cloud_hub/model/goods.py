"""货 goods: brands, products, listings and the stock ledger."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key


class Brand(Base):
    """A brand."""

    __tablename__ = "brand"
    tenant_id: Mapped[str] = key()
    brand_id: Mapped[str] = key()
    name_en: Mapped[str]
    name_zh: Mapped[str]


class Product(Base):
    """A sellable item. `item_code` is the store's own number inside a weight-embedded EAN."""

    __tablename__ = "product"
    tenant_id: Mapped[str] = key()
    gtin: Mapped[str] = key(14)
    brand_id: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    category_en: Mapped[str]
    category_zh: Mapped[str]
    width_mm: Mapped[float]
    sold_by_weight: Mapped[bool]
    item_code: Mapped[str | None]


class Listing(Base):
    """A product as one store sells it."""

    __tablename__ = "listing"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    gtin: Mapped[str] = key(14)
    price: Mapped[Decimal]
    par_units: Mapped[int]
    must_have: Mapped[bool]


class StockMove(Base):
    """One double-entry move. A location is `store/floor`, `store/back-room`, or a virtual one
    (`customer`, `supplier`, `loss`, `adjustment`); all locations together always hold zero.
    Balances are derived and never stored here. `move_id` is the source event's identity and line.
    """

    __tablename__ = "stock_move"
    __table_args__ = (Index("stock_move_by_product", "tenant_id", "store_id", "gtin", "moved_at"),)
    tenant_id: Mapped[str] = key()
    move_id: Mapped[str] = key(200)
    store_id: Mapped[str]
    gtin: Mapped[str]
    quantity: Mapped[Decimal]
    from_location: Mapped[str]
    to_location: Mapped[str]
    reason: Mapped[str]
    moved_at: Mapped[datetime]


class StockCount(Base):
    """What a person counted: an assertion. The hub keeps one adjustment move beside it, whose
    `move_id` is `count_id`, and corrects that move when an earlier move arrives late."""

    __tablename__ = "stock_count"
    __table_args__ = (Index("stock_count_by_product", "tenant_id", "store_id", "gtin"),)
    tenant_id: Mapped[str] = key()
    count_id: Mapped[str] = key(200)
    store_id: Mapped[str]
    gtin: Mapped[str]
    location: Mapped[str]
    quantity: Mapped[Decimal]
    counted_at: Mapped[datetime]
