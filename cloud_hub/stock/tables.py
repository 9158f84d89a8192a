"""货: moves and counts of goods."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cloud_hub.core.storage.table import Base, key


class StockMove(Base):
    """One double-entry move. A location is `store/floor`, `store/back-room`, or a virtual one
    (`customer`, `supplier`, `loss`, `adjustment`); all locations together always hold zero.
    Balances are derived and never stored here. `move_id` is the source event's identity and line.
    `store_id` is the store whose goods moved, whoever booked it; `other_store_id` the one that they
    went to, where they went to another.
    """

    __tablename__ = "stock_move"
    __table_args__ = (
        Index("stock_move_by_product", "tenant_id", "store_id", "gtin", "moved_at"),
        Index(
            "stock_move_between",
            "tenant_id",
            "other_store_id",
            "gtin",
            sqlite_where=sa.text("other_store_id IS NOT NULL"),
            postgresql_where=sa.text("other_store_id IS NOT NULL"),
        ),
    )
    tenant_id: Mapped[str] = key()
    move_id: Mapped[str] = key(200)
    store_id: Mapped[str]
    gtin: Mapped[str]
    quantity: Mapped[Decimal]
    from_location: Mapped[str]
    to_location: Mapped[str]
    reason: Mapped[str]
    moved_at: Mapped[datetime]
    other_store_id: Mapped[str | None] = mapped_column(default=None)


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
