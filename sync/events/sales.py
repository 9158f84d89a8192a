"""Receipts, stock, carts: what was sold and moved."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Field

from device_profiles.gtin import Gtin
from device_profiles.names import Identifier
from sync.events.envelope import EventBody, Lane, Part


class ReceiptType(StrEnum):
    """What a receipt records."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"
    NO_SALE = "no-sale"
    PICK_UP = "pick-up"


class LineReference(Part):
    """A line of an earlier receipt, for a return. Any part may be unknown."""

    workstation_id: str
    business_day: date
    sequence: int
    line: int


class ReceiptLine(Part):
    """One line. `amount` is what the shopper pays for it, after `discount`; both signed as printed:
    a return's quantity and amount are negative."""

    line: int = Field(ge=1)
    code: str
    gtin: Gtin | None = None
    description: str = ""
    quantity: Decimal
    unit: str = "each"
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    amount: Decimal
    return_of: LineReference | None = None


class Tender(Part):
    """One payment."""

    kind: str
    amount: Decimal


class ShopperIdentity(Part):
    """A handle a shopper showed: phone, member number, card … Kept encrypted by the hub."""

    kind: str
    value: str


class Receipt(EventBody):
    """A finished transaction. Natural key: store, workstation, business day, sequence (ARTS)."""

    kind: ClassVar[str] = "receipt"
    lane: ClassVar[Lane] = Lane.SALE

    workstation_id: Identifier
    business_day: date
    sequence: int = Field(ge=0)
    type: ReceiptType = ReceiptType.SALE
    ended_at: AwareDatetime
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...] = ()
    identities: tuple[ShopperIdentity, ...] = ()
    origin: str = "till"


class StockMoved(EventBody):
    """Goods went from one location to another, as booked on a device in the store."""

    kind: ClassVar[str] = "stock-moved"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    quantity: Decimal = Field(gt=0)
    from_location: str
    to_location: str
    reason: str
    moved_at: AwareDatetime
    reference: str = ""


class StockCounted(EventBody):
    """A person counted a product at a location: an assertion, from which the hub adjusts."""

    kind: ClassVar[str] = "stock-counted"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    location: str
    quantity: Decimal = Field(ge=0)
    counted_at: AwareDatetime


class CartClosed(EventBody):
    """A smart cart's session at its end: what was scanned, and whether the weight agrees."""

    kind: ClassVar[str] = "cart"
    lane: ClassVar[Lane] = Lane.METRIC

    session_id: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    items: tuple[ReceiptLine, ...]
    expected_g: float
    measured_g: float
    verdict: str
