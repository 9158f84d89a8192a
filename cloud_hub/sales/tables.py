"""Facts of sales: receipts, their lines and tenders, carts, revised days."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Date, Index
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key, key_int
from device_profiles.values.units import EACH, known_unit


class ReceiptIdentity(Base):
    """An identity shown at a receipt."""

    __tablename__ = "receipt_identity"
    tenant_id: Mapped[str] = key()
    receipt_id: Mapped[str] = key(120)
    kind: Mapped[str] = key()
    blind_index: Mapped[str] = key(64)


def _items(context: DefaultExecutionContext) -> Decimal:
    line = context.current_parameters or {}
    return (known_unit(line["unit"]) or EACH).items(line["quantity"])


def _where(condition: str) -> dict[str, Any]:
    """An index of the few rows that it is for, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class Receipt(Base):
    """A transaction. `receipt_id` is the ARTS key as text:
    `store/workstation/business day/sequence`. `net_value` is the sum of its lines, with what the
    till rounded cash by, less what was paid with gift cards. `is_basket`: a sale in which something
    of value was sold. `void_of`: the receipt that a void takes back; `voided_by`: the event of the
    void that took this one back, from when on it counts in no figure. `odd`: why it cannot be as it
    is told, reasons with a space between."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("receipt_by_day", "tenant_id", "store_id", "business_day"),
        Index("receipt_by_time", "tenant_id", "store_id", "ended_at"),
        Index("receipt_void_of", "tenant_id", "void_of", **_where("void_of IS NOT NULL")),
        Index("receipt_odd", "tenant_id", "store_id", "business_day", **_where("odd IS NOT NULL")),
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
    is_basket: Mapped[bool] = mapped_column(default=True)
    void_of: Mapped[str | None] = mapped_column(default=None)
    voided_by: Mapped[str | None] = mapped_column(default=None)
    odd: Mapped[str | None] = mapped_column(default=None)


class ReceiptLine(Base):
    """A line; `gtin` is null where the code is no known product. `units`: how many items the line
    is, a measured one 1."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        Index("receipt_line_by_product", "tenant_id", "store_id", "gtin"),
        Index("receipt_line_returned", "tenant_id", "return_of", **_where("return_of IS NOT NULL")),
    )
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
    units: Mapped[Decimal] = mapped_column(default=_items)


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
