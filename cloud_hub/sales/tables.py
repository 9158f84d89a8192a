"""Facts of sales: receipts, their lines and tenders, carts, revised days."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key, key_int


class ReceiptIdentity(Base):
    """An identity shown at a receipt."""

    __tablename__ = "receipt_identity"
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    kind: Mapped[str] = key()
    blind_index: Mapped[str] = key(64)


class Receipt(Base):
    """A transaction. `receipt_id` is the ARTS key as text:
    `store/workstation/business day/sequence`. `net_value` is the sum of its lines."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("receipt_by_day", "tenant_id", "store_id", "business_day"),
        Index("receipt_by_time", "tenant_id", "store_id", "ended_at"),
    )
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    store_id: Mapped[str]
    workstation_id: Mapped[str]
    business_day: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]
    type: Mapped[str]
    ended_at: Mapped[datetime]
    currency: Mapped[str]
    net_value: Mapped[Decimal]
    units: Mapped[Decimal]
    source_event: Mapped[str]
    origin: Mapped[str]


class ReceiptLine(Base):
    """A line; `gtin` is null where the code is no known product."""

    __tablename__ = "receipt_line"
    __table_args__ = (Index("receipt_line_by_product", "tenant_id", "store_id", "gtin"),)
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    line: Mapped[int] = key_int()
    store_id: Mapped[str]
    business_day: Mapped[date] = mapped_column(Date)
    code: Mapped[str]
    gtin: Mapped[str | None]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    unit_price: Mapped[Decimal]
    discount: Mapped[Decimal]
    amount: Mapped[Decimal]
    return_of: Mapped[str | None]


class ReceiptTender(Base):
    """A payment of a receipt."""

    __tablename__ = "receipt_tender"
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    tender: Mapped[int] = key_int()
    kind: Mapped[str]
    amount: Mapped[Decimal]


class CartSession(Base):
    """A smart cart's closed session."""

    __tablename__ = "cart_session"
    tenant_id: Mapped[str] = key()
    session_id: Mapped[str] = key(120)
    store_id: Mapped[str]
    device_id: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    items: Mapped[list[Any]]
    expected_g: Mapped[float]
    measured_g: Mapped[float]
    verdict: Mapped[str]


class DayRevision(Base):
    """What a store's business day looked like before late events changed it."""

    __tablename__ = "day_revision"
    tenant_id: Mapped[str] = key()
    store_id: Mapped[str] = key()
    business_day: Mapped[date] = mapped_column(Date, primary_key=True)
    revised_at: Mapped[datetime] = mapped_column(primary_key=True)
    net_sales_before: Mapped[Decimal]
    receipts_before: Mapped[int]
