"""Receipts, stock, carts: what was sold and moved."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import Field, model_validator

from device_profiles.names import Identifier
from device_profiles.values.bounds import (
    MONEY_MAX,
    Amount,
    Count,
    Day,
    Label,
    Moment,
    Money,
    Number,
    Quantity,
    ReceiptNumber,
    SealedText,
    Text,
    Word,
)
from device_profiles.values.gtin import Gtin
from sync.events.envelope import EventBody, Lane, Part

LINES_MOST = 1000
"""Lines of one receipt, and of one cart."""
TENDERS_MOST = 50
IDENTITIES_MOST = 20


class ReceiptType(StrEnum):
    """What a receipt records."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"
    NO_SALE = "no-sale"
    PICK_UP = "pick-up"


class LineReference(Part):
    """A line of an earlier receipt, for a return. Any part may be unknown."""

    workstation_id: Word
    business_day: Day
    sequence: ReceiptNumber
    line: Count


class ReceiptLine(Part):
    """One line. `amount` is what the shopper pays for it, after `discount`; both signed as printed:
    a return's quantity and amount are negative."""

    line: Count = Field(ge=1)
    code: Word
    gtin: Gtin | None = None
    description: Text = ""
    quantity: Quantity
    unit: Label = "each"
    unit_price: Money
    discount: Money = Decimal(0)
    amount: Money
    return_of: LineReference | None = None


class Tender(Part):
    """One payment."""

    kind: Label
    amount: Money


class ShopperIdentity(Part):
    """A handle a shopper showed: phone, member number, card … Kept encrypted by the hub."""

    kind: Label
    value: SealedText


class Receipt(EventBody):
    """A finished transaction. Natural key: store, workstation, business day, sequence (ARTS)."""

    kind: ClassVar[str] = "receipt"
    lane: ClassVar[Lane] = Lane.SALE

    workstation_id: Identifier
    business_day: Day
    sequence: ReceiptNumber
    type: ReceiptType = ReceiptType.SALE
    ended_at: Moment
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[ReceiptLine, ...] = Field(max_length=LINES_MOST)
    tenders: tuple[Tender, ...] = Field(default=(), max_length=TENDERS_MOST)
    identities: tuple[ShopperIdentity, ...] = Field(default=(), max_length=IDENTITIES_MOST)
    origin: Word = "till"

    @model_validator(mode="after")
    def _total_is_money(self) -> "Receipt":
        if abs(sum((line.amount for line in self.lines), Decimal(0))) > MONEY_MAX:
            raise ValueError(f"the lines come to more than {MONEY_MAX:,f}")
        return self


class StockMoved(EventBody):
    """Goods went from one location to another, as booked on a device in the store."""

    kind: ClassVar[str] = "stock-moved"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    quantity: Quantity = Field(gt=0)
    from_location: Word
    to_location: Word
    reason: Word
    moved_at: Moment
    reference: Text = ""


class StockCounted(EventBody):
    """A person counted a product at a location: an assertion, from which the hub adjusts."""

    kind: ClassVar[str] = "stock-counted"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    location: Word
    quantity: Quantity = Field(ge=0)
    counted_at: Moment


class CartClosed(EventBody):
    """A smart cart's session at its end: what was scanned, and whether the weight agrees."""

    kind: ClassVar[str] = "cart"
    lane: ClassVar[Lane] = Lane.METRIC

    session_id: Word
    started_at: Moment
    ended_at: Moment
    items: tuple[ReceiptLine, ...] = Field(max_length=LINES_MOST)
    expected_g: Number
    measured_g: Amount
    verdict: Word
