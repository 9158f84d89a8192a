"""From the rows of one receipt to the receipt, as a till would have booked it. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from device_profiles.device import first_problem
from device_profiles.values.bounds import MONEY_MAX
from device_profiles.values.codes import read_code
from device_profiles.values.countries import country_of_zone
from device_profiles.values.handles import normal_form
from device_profiles.values.money import plain, rounded_money
from device_profiles.values.units import known_unit
from edge_agent.core.errors import EdgeError
from edge_agent.till.imports.cells import (
    UnusableCell,
    is_nothing,
    number,
    unmangled,
    unmangled_code,
)
from edge_agent.till.imports.mapping import CodeKind, NegativeQuantity, ReceiptMapping, RowKind
from edge_agent.till.imports.moments import read_moment
from edge_agent.till.imports.reading import RawLine
from edge_agent.till.pricing import business_day_of
from edge_agent.till.reporting import TillAct, location_in, report_move, report_receipt
from edge_agent.till.requests import IdentityRequest, StockMoveRequest
from sync.events import Receipt, ReceiptLine, ReceiptType, StockMoved

PLACES = Decimal("0.0001")
NAMELESS = (
    "a void that does not say which receipt it takes back: name that column as `voids` in the"
    " mapping, take the receipt out of the file, or name the word as a return in `kinds`"
)


class RefusedRow(EdgeError):
    """A row that cannot be booked as it stands; kept aside with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that is not booked, and why."""

    row: RawLine
    reason: str

    @classmethod
    def of(cls, row: RawLine, why: object) -> "Refusal":
        """The row's, with where it stands."""
        return cls(row=row, reason=f"{row.where}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What a void takes back: the receipt of this number; and the rows that say so."""

    number: str
    rows: tuple[RawLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A receipt ready to be booked, None where no row of it can be. `number` stands open where the
    file has none; `left_out` are lines that no event can carry, `skipped` rows that the mapping
    leaves out. `takes` is there for a void, which is booked once that receipt is found; `name` is
    the number by which a void finds this one. `former_key` is what release 0.1.0 knew it by."""

    key: str
    former_key: str
    fingerprint: str
    name: str
    takes: Takes | None
    receipt: Receipt | None
    has_own_number: bool
    moves: tuple[StockMoved, ...]
    warnings: tuple[str, ...]
    refused: tuple[Refusal, ...]
    left_out: int
    skipped: int


@dataclass(slots=True, kw_only=True)
class _Composing:
    """One receipt in the making."""

    mapping: ReceiptMapping
    store_id: str
    mark: str
    warnings: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    lines: list[ReceiptLine] = field(default_factory=list)
    moves: list[StockMoved] = field(default_factory=list)
    kinds: set[RowKind] = field(default_factory=set)
    good: list[RawLine] = field(default_factory=list)
    ended_at: datetime | None = None
    left_out: int = 0
    skipped: int = 0

    def warn(self, row: RawLine, what: str) -> None:
        """Something about a row that people should know."""
        self.warnings.append(f"{row.where}: {what}")


def by_day(rows: Sequence[RawLine], mapping: ReceiptMapping) -> Iterator[tuple[RawLine, ...]]:
    """The rows of one number by business day: where numbers begin again each day, each day's is a
    receipt of its own. Rows without a time of their own belong to the one before them."""
    day = ""
    marked: list[tuple[str, RawLine]] = []
    for row in rows:
        with suppress(UnusableCell):
            day = _business_day(_moment(row, mapping)[0], mapping).isoformat()
        marked.append((day, row))
    first = next((day for day, _ in marked if day), "")
    marked = sorted(((day or first, row) for day, row in marked), key=lambda one: one[0])
    for _, some in groupby(marked, key=lambda one: one[0]):
        yield tuple(row for _, row in some)


def compose(
    rows: tuple[RawLine, ...], mapping: ReceiptMapping, store_id: str, *, mark: str = "."
) -> Composed:
    """The receipt that `rows` make; `mark` begins the decimals. Rows that cannot be booked are told
    with their reasons."""
    work = _Composing(mapping=mapping, store_id=store_id, mark=mark)
    for row in rows:
        try:
            _add(work, row)
        except (RefusedRow, UnusableCell) as error:
            work.refused.append(Refusal.of(row, error))
        except ValidationError as error:
            # A cell that is one, and more than a receipt can hold.
            work.refused.append(Refusal.of(row, first_problem(error)))
    takes = _takes(work)
    name = rows[0].receipt or ""
    day = "" if work.ended_at is None else _business_day(work.ended_at, mapping).isoformat()
    till = f"{rows[0].workstation}:" if rows[0].workstation else ""
    receipt = None
    try:
        receipt = _receipt(work)
    except ValidationError as error:
        # Each row is one, and together they are more than a receipt can hold.
        _refuse_all(work, first_problem(error))
    return Composed(
        key=f"{mapping.name}:{till}{name}:{day}",
        former_key=f"{mapping.name}:{name}",
        fingerprint=_fingerprint(rows),
        name=number_named(rows[0].receipt),
        takes=takes,
        receipt=receipt,
        has_own_number=mapping.columns.sequence is not None,
        moves=tuple(work.moves),
        warnings=tuple(work.warnings),
        refused=tuple(work.refused),
        left_out=work.left_out,
        skipped=work.skipped,
    )


def number_named(text: str | None) -> str:
    """A receipt's number as it was before a spreadsheet had it."""
    with suppress(UnusableCell):
        return unmangled(text or "")
    return (text or "").strip()


def _takes(work: _Composing) -> Takes | None:
    """What a receipt of nothing but voids takes back; all of it is refused where it says nothing
    or several."""
    if work.kinds != {RowKind.VOID}:
        return None
    told = {number_named(row.voids) for row in work.good if not is_nothing(row.voids)}
    if len(told) == 1:
        return Takes(number=told.pop(), rows=tuple(work.good))
    # It would change nothing, or one of them, and nobody knows which.
    _refuse_all(work, NAMELESS if not told else f"one void of several receipts: {sorted(told)}")
    return None


def _refuse_all(work: _Composing, why: str) -> None:
    """Nothing of this receipt is booked."""
    work.refused += [Refusal.of(row, why) for row in work.good]
    work.lines.clear()
    work.moves.clear()
    work.left_out = 0


def _add(work: _Composing, row: RawLine) -> None:
    """One row's line or move.  Raises RefusedRow or UnusableCell."""
    mapping = work.mapping
    kind = mapping.kind_of(row.kind or "")
    if kind is None:
        raise RefusedRow(f"kind {row.kind!r} is not known; name it in the mapping's `kinds`")
    if kind is RowKind.SKIP:
        work.skipped += 1
        return
    if is_nothing(row.receipt):
        raise RefusedRow("no receipt number")
    ended_at = _ended_at(work, row)
    _sequence(row)
    quantity = _exact(work, row, row.quantity, "quantity")
    line = _line(work, row, quantity)
    comes_back = kind in (RowKind.RETURN, RowKind.VOID)
    if comes_back and (line.quantity > 0 or (line.quantity == 0 and line.amount > 0)):
        line = _turned(line)
    adjusts = mapping.negative_quantity is NegativeQuantity.STOCK_ADJUSTMENT
    if not (adjusts and line.quantity < 0):
        work.lines.append(line)
    elif line.gtin is not None:
        work.moves.append(_adjustment(line, ended_at, work.store_id, row.receipt or ""))
    else:
        work.left_out += 1
    work.kinds.add(kind)
    work.good.append(row)


def _turned(line: ReceiptLine) -> ReceiptLine:
    """A line that comes back, told with a positive quantity: programs sign all of its figures, the
    amount alone, or leave it to the word."""
    figures = ("quantity",) if line.amount < 0 else ("quantity", "discount", "amount")
    return line.model_copy(update={name: -getattr(line, name) for name in figures})


def _ended_at(work: _Composing, row: RawLine) -> datetime:
    """The row's time; that of the receipt where it says none. The receipt has its first row's."""
    if is_nothing(row.ended_at) and work.ended_at is not None:
        return work.ended_at
    at, warning = _moment(row, work.mapping)
    if warning and work.ended_at is None:
        work.warn(row, warning)
    if work.ended_at is None:
        work.ended_at = at
    return at


def _moment(row: RawLine, mapping: ReceiptMapping) -> tuple[datetime, str]:
    day = (row.ended_at or "").strip()
    time = (row.time or "").strip()
    if time and day.endswith((" 00:00", " 00:00:00", "T00:00:00")):
        # A spreadsheet gives a day alone a midnight.
        day = day.replace("T", " ").rpartition(" ")[0]
    read = read_moment(f"{day} {time}".strip(), mapping.time_formats, mapping.file_time_zone)
    return read.at, read.warning


def _business_day(at: datetime, mapping: ReceiptMapping) -> date:
    return business_day_of(
        at,
        zone=ZoneInfo(mapping.store_time_zone),
        register_closes_at_h=mapping.register_closes_at_h,
    )


def _receipt(work: _Composing) -> Receipt | None:
    mapping, lines = work.mapping, tuple(work.lines)
    if not lines or work.ended_at is None:
        return None
    type_ = ReceiptType.SALE
    if work.kinds == {RowKind.VOID}:
        type_ = ReceiptType.VOID
    elif work.kinds == {RowKind.RETURN} or all(line.quantity < 0 for line in lines):
        type_ = ReceiptType.RETURN
    workstation = work.good[0].workstation
    act = TillAct(
        workstation_id=mapping.workstation_named(workstation or ""),
        business_day=_business_day(work.ended_at, mapping),
        sequence=_sequence(work.good[0]),
        type=type_,
        ended_at=work.ended_at,
        currency=mapping.currency,
        lines=lines,
        identities=tuple(_people(work)),
        origin="import",
    )
    return report_receipt(act)


def _people(work: _Composing) -> Iterator[IdentityRequest]:
    """Who was shown, each once."""
    mapping = work.mapping
    country = mapping.country or country_of_zone(mapping.store_time_zone)
    seen: set[str] = set()
    for row in work.good:
        if is_nothing(row.identity) or row.identity is None:
            continue
        try:
            value = unmangled(row.identity)
            shown = IdentityRequest(kind=mapping.identity.kind, value=value)
        except UnusableCell as error:
            work.warn(row, f"shopper {error}")
            continue
        except ValidationError as error:
            work.warn(row, f"shopper {first_problem(error)}")
            continue
        normal = normal_form(mapping.identity.kind, value, country)
        if normal is not None and normal not in seen:
            seen.add(normal)
            yield shown


def _line(work: _Composing, row: RawLine, quantity: Decimal) -> ReceiptLine:
    code, gtin = _code(work, row)
    discounts = (one for one in row.discounts if not is_nothing(one))
    discount = sum((_exact(work, row, one, "discount") for one in discounts), start=Decimal(0))
    price = None if is_nothing(row.unit_price) else _exact(work, row, row.unit_price, "price")
    if not is_nothing(row.amount):
        told = _exact(work, row, row.amount, "amount")
        amount = rounded_money(told, work.mapping.currency)
        if amount != told:
            work.warn(row, f"amount {plain(told)} is kept as {plain(amount)}")
    elif price is not None:
        amount = rounded_money(quantity * price - discount, work.mapping.currency)
        if row.amount is not None:
            work.warn(row, f"amount {row.amount!r} is none: taken from quantity and price")
    else:
        raise RefusedRow("neither amount nor price")
    if price is None:
        # Worth as much as the file says: what the line would have cost, by the piece.
        whole = amount + discount
        price = (whole / quantity).quantize(PLACES, ROUND_HALF_EVEN) if quantity else whole
    return ReceiptLine(
        line=len(work.lines) + 1,
        code=code,
        gtin=gtin,
        description=row.description or "",
        quantity=quantity,
        unit=_unit(work, row),
        unit_price=price,
        discount=discount,
        amount=amount,
    )


def _code(work: _Composing, row: RawLine) -> tuple[str, str | None]:
    """The code as it was before a spreadsheet had it, and the GTIN it names."""
    if is_nothing(row.code) or row.code is None:
        raise RefusedRow("no product code")
    mapping = work.mapping
    if mapping.code_kind is CodeKind.STORE:
        return row.code, None
    try:
        code, is_repaired = unmangled_code(row.code)
    except UnusableCell as error:
        work.warn(row, f"code {error}; kept as the store's own code")
        return row.code, None
    if is_repaired and code.removeprefix("0") != row.code.strip():
        work.warn(row, f"code {row.code!r} is read as {code}")
    scan = read_code(code, mapping.code_layouts)
    if scan.problem:
        work.warn(row, f"{scan.problem}; kept as the store's own code")
    return (code if is_repaired else row.code), scan.gtin


def _unit(work: _Composing, row: RawLine) -> str:
    if is_nothing(row.unit) or row.unit is None:
        return "each"
    unit = known_unit(row.unit)
    if unit is None:
        work.warn(row, f"unit {row.unit!r} is not known: kept as it is, the line counts 1")
    return row.unit.strip()[:20] if unit is None else unit.name


def _adjustment(line: ReceiptLine, at: datetime, store_id: str, reference: str) -> StockMoved:
    request = StockMoveRequest(
        gtin=line.gtin or "",
        quantity=-line.quantity,
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
        found = number(row.sequence)
    except UnusableCell:
        found = Decimal("NaN")
    if not (found.is_finite() and 0 <= found < 2**62 and found == int(found)):
        raise RefusedRow(f"receipt number {row.sequence!r} is not a number")
    return int(found)


def _exact(work: _Composing, row: RawLine, text: str | None, what: str) -> Decimal:
    """The figure to four places.  Raises RefusedRow."""
    try:
        value = number(text or "", work.mark)
    except UnusableCell as error:
        raise RefusedRow(f"{what} {text!r} is not a number") from error
    if abs(value) > MONEY_MAX:
        raise RefusedRow(f"{what} {text!r} is not a usable number")
    rounded = value.quantize(PLACES, ROUND_HALF_EVEN)
    if rounded != value:
        work.warn(row, f"{what} {text} is kept as {rounded.normalize():f}")
    return rounded.quantize(Decimal(1)) if rounded == int(rounded) else rounded.normalize()


def _fingerprint(rows: Sequence[RawLine]) -> str:
    """What the receipt says, wherever its rows stand in the file; as release 0.1.0 made it where
    nothing is told that it did not know."""
    content = sorted(
        repr(_known(row)) + repr(tuple(one for one in _new(row) if one)) * any(_new(row))
        for row in rows
    )
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


def _known(row: RawLine) -> tuple[object, ...]:
    return (
        *(row.store, row.receipt, row.sequence, row.ended_at, row.code, row.quantity, row.amount),
        *(row.unit_price, row.discounts, row.description, row.identity),
    )


def _new(row: RawLine) -> tuple[str | None, ...]:
    return (row.time, row.workstation, row.kind, row.unit, row.voids)
