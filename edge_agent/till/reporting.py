"""Receipts, moves, counts and carts → events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from edge_agent.till.requests import (
    IdentityRequest,
    StockCountRequest,
    StockMoveRequest,
    TenderRequest,
)
from sync.events import (
    CartClosed,
    LineReference,
    Receipt,
    ReceiptLine,
    ReceiptType,
    ShopperIdentity,
    StockCounted,
    StockMoved,
    Tender,
)

STORE_LOCATIONS = frozenset({"floor", "back-room"})
"""Locations inside the store; the hub names them `STORE/floor`, `STORE/back-room`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TillAct:
    """One finished act of a till, numbered. Amounts signed as printed."""

    workstation_id: str
    business_day: date
    sequence: int
    type: ReceiptType
    ended_at: datetime
    currency: str
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[TenderRequest, ...] = ()
    identities: tuple[IdentityRequest | ShopperIdentity, ...] = ()
    origin: str = "till"


def report_receipt(act: TillAct) -> Receipt:
    """The receipt of one act of a till."""
    return Receipt(
        workstation_id=act.workstation_id,
        business_day=act.business_day,
        sequence=act.sequence,
        type=act.type,
        ended_at=act.ended_at,
        currency=act.currency,
        lines=act.lines,
        tenders=tuple(Tender(kind=one.kind, amount=one.amount) for one in act.tenders),
        identities=tuple(ShopperIdentity(kind=one.kind, value=one.value) for one in act.identities),
        origin=act.origin,
    )


def undone(receipt: Receipt) -> dict[str, Any]:
    """Lines and tenders that take `receipt` back."""
    return {
        "lines": tuple(undo_line(receipt, line) for line in receipt.lines),
        "tenders": tuple(
            tender.model_copy(update={"amount": -tender.amount}) for tender in receipt.tenders
        ),
    }


def undo_line(receipt: Receipt, line: ReceiptLine) -> ReceiptLine:
    """The line that takes `line` of `receipt` back."""
    return line.model_copy(
        update={
            "quantity": -line.quantity,
            "discount": -line.discount,
            "amount": -line.amount,
            "return_of": LineReference(
                workstation_id=receipt.workstation_id,
                business_day=receipt.business_day,
                sequence=receipt.sequence,
                line=line.line,
            ),
        }
    )


def report_move(store_id: str, request: StockMoveRequest, *, now: datetime) -> StockMoved:
    """Goods that went from one location to another."""
    return StockMoved(
        gtin=request.gtin,
        quantity=request.quantity,
        from_location=location_in(store_id, request.from_location),
        to_location=location_in(store_id, request.to_location),
        reason=request.reason,
        moved_at=request.moved_at or now,
        reference=request.reference,
    )


def report_count(store_id: str, request: StockCountRequest, *, now: datetime) -> StockCounted:
    """A person's count."""
    return StockCounted(
        gtin=request.gtin,
        location=location_in(store_id, request.location),
        quantity=request.quantity,
        counted_at=request.counted_at or now,
    )


def location_in(store_id: str, location: str) -> str:
    """`floor` and `back-room` as this store's; every other location as it is."""
    return f"{store_id}/{location}" if location in STORE_LOCATIONS else location


@dataclass(frozen=True, slots=True, kw_only=True)
class CartEnd:
    """A cart's session at its end."""

    session_id: str
    started_at: datetime
    ended_at: datetime
    items: Sequence[ReceiptLine]
    expected_g: float
    measured_g: float
    verdict: str


def report_cart(end: CartEnd) -> CartClosed:
    """A closed cart session."""
    return CartClosed(
        session_id=end.session_id,
        started_at=end.started_at,
        ended_at=end.ended_at,
        items=tuple(end.items),
        expected_g=end.expected_g,
        measured_g=end.measured_g,
        verdict=end.verdict,
    )


def total_of(lines: Sequence[ReceiptLine]) -> Decimal:
    """What the lines come to."""
    return sum((line.amount for line in lines), start=Decimal(0))
