"""From the rows of one receipt to the receipt, as a till would have booked it. Pure."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from device_profiles.gtin import InvalidGtin, parse_gtin
from edge_agent.core.errors import EdgeError
from edge_agent.till.imports.mapping import CodeKind, NegativeQuantity, ReceiptMapping
from edge_agent.till.imports.reading import RawLine
from edge_agent.till.pricing import business_day_of, round_to_cent
from edge_agent.till.reporting import TillAct, location_in, report_move, report_receipt
from edge_agent.till.requests import IdentityRequest, StockMoveRequest
from sync.events import Receipt, ReceiptLine, ReceiptType, StockMoved

PLACES = Decimal("0.0001")


class RefusedReceipt(EdgeError):
    """A receipt that cannot be booked as it stands; kept aside with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A receipt ready to be booked. `number` stands open where the file has none; `left_out` are
    lines that no event can carry."""

    key: str
    fingerprint: str
    receipt: Receipt | None
    has_own_number: bool
    moves: tuple[StockMoved, ...]
    warnings: tuple[str, ...]
    left_out: int


def compose(rows: tuple[RawLine, ...], mapping: ReceiptMapping, store_id: str) -> Composed:
    """The receipt that `rows` make.  Raises RefusedReceipt with the row and the reason."""
    first = rows[0]
    if not first.receipt:
        raise RefusedReceipt(f"row {first.row}: no receipt number")
    ended_at = _time(first, mapping)
    warnings: list[str] = []
    lines: list[ReceiptLine] = []
    moves: list[StockMoved] = []
    left_out = 0
    for row in rows:
        quantity = _exact(row.quantity, row, "quantity", warnings)
        line = _line(row, mapping, len(lines) + 1, quantity, warnings)
        adjusts = mapping.negative_quantity is NegativeQuantity.STOCK_ADJUSTMENT
        if not (adjusts and quantity < 0):
            lines.append(line)
        elif line.gtin is not None:
            moves.append(_adjustment(line, quantity, ended_at, store_id, first.receipt))
        else:
            left_out += 1
    return Composed(
        key=f"{mapping.name}:{first.receipt}",
        fingerprint=_fingerprint(rows),
        receipt=_receipt(rows, tuple(lines), ended_at, mapping) if lines else None,
        has_own_number=mapping.columns.sequence is not None,
        moves=tuple(moves),
        warnings=tuple(warnings),
        left_out=left_out,
    )


def _receipt(
    rows: tuple[RawLine, ...],
    lines: tuple[ReceiptLine, ...],
    ended_at: datetime,
    mapping: ReceiptMapping,
) -> Receipt:
    all_back = all(line.quantity < 0 for line in lines)
    people = dict.fromkeys(row.identity.strip() for row in rows if row.identity)
    act = TillAct(
        workstation_id=mapping.workstation_id,
        business_day=business_day_of(
            ended_at,
            zone=ZoneInfo(mapping.store_time_zone),
            register_closes_at_h=mapping.register_closes_at_h,
        ),
        sequence=_sequence(rows[0]),
        type=ReceiptType.RETURN if all_back else ReceiptType.SALE,
        ended_at=ended_at,
        currency=mapping.currency,
        lines=lines,
        identities=tuple(
            IdentityRequest(kind=mapping.identity.kind, value=one) for one in people if one
        ),
        origin="import",
    )
    return report_receipt(act)


def _line(
    row: RawLine, mapping: ReceiptMapping, number: int, quantity: Decimal, warnings: list[str]
) -> ReceiptLine:
    if not row.code:
        raise RefusedReceipt(f"row {row.row}: no product code")
    discount = sum(
        (_exact(one or "0", row, "discount", warnings) for one in row.discounts), start=Decimal(0)
    )
    price = None if row.unit_price is None else _exact(row.unit_price, row, "price", warnings)
    if row.amount is not None:
        amount = _exact(row.amount, row, "amount", warnings)
    elif price is not None:
        amount = round_to_cent(quantity * price - discount)
    else:
        raise RefusedReceipt(f"row {row.row}: neither amount nor price")
    if price is None:
        # Worth as much as the file says: what the line would have cost, by the piece.
        whole = amount + discount
        price = (whole / quantity).quantize(PLACES, ROUND_HALF_EVEN) if quantity else whole
    return ReceiptLine(
        line=number,
        code=row.code,
        gtin=_gtin(row, mapping, warnings),
        description=row.description or "",
        quantity=quantity,
        unit_price=price,
        discount=discount,
        amount=amount,
    )


def _gtin(row: RawLine, mapping: ReceiptMapping, warnings: list[str]) -> str | None:
    if mapping.code_kind is CodeKind.STORE or row.code is None:
        return None
    text = row.code.strip()
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14)):
        return None
    try:
        return parse_gtin(text)
    except InvalidGtin as error:
        warnings.append(f"row {row.row}: {error}; kept as the store's own code")
        return None


def _adjustment(
    line: ReceiptLine, quantity: Decimal, at: datetime, store_id: str, reference: str
) -> StockMoved:
    request = StockMoveRequest(
        gtin=line.gtin or "",
        quantity=-quantity,
        from_location=location_in(store_id, "floor"),
        to_location="adjustment",
        reason="adjustment",
        moved_at=at,
        reference=reference,
    )
    return report_move(store_id, request, now=at)


def _sequence(row: RawLine) -> int:
    """The receipt's own number; 0 stands for "the till's next"."""
    if row.sequence is None:
        return 0
    try:
        # Spreadsheets write long numbers as 4.0128e+10; that is still a whole number.
        number = Decimal(row.sequence.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and number == int(number) and 0 <= number < 2**62):
        raise RefusedReceipt(f"row {row.row}: receipt number {row.sequence!r} is not a number")
    return int(number)


def _exact(text: str | None, row: RawLine, what: str, warnings: list[str]) -> Decimal:
    """A figure to four places; one with more is rounded, and said so."""
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation as error:
        raise RefusedReceipt(f"row {row.row}: {what} {text!r} is not a number") from error
    if not value.is_finite() or abs(value) >= 10**12:
        raise RefusedReceipt(f"row {row.row}: {what} {text!r} is not a usable number")
    rounded = value.quantize(PLACES, ROUND_HALF_EVEN)
    if rounded != value:
        warnings.append(f"row {row.row}: {what} {text} is kept as {rounded.normalize():f}")
    return rounded.quantize(Decimal(1)) if rounded == int(rounded) else rounded.normalize()


def _time(row: RawLine, mapping: ReceiptMapping) -> datetime:
    text = (row.ended_at or "").strip()
    try:
        if mapping.time_format:
            at = datetime.strptime(text, mapping.time_format)  # noqa: DTZ007 - zone added below
        else:
            at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusedReceipt(
            f"row {row.row}: time {row.ended_at!r} is not readable; give the mapping a time_format"
        ) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(mapping.file_time_zone))


def _fingerprint(rows: tuple[RawLine, ...]) -> str:
    """What the receipt says, wherever its rows stand in the file."""
    content = sorted(repr(astuple(row)[1:]) for row in rows)
    return hashlib.sha256("\n".join(content).encode()).hexdigest()
