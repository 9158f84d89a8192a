"""Receipts → receipt, lines, tenders, identities, and what left or came back to the floor.

Every line is kept as it is: equal lines, zero prices, negative quantities, three decimals, codes
that are no product. A receipt is one by its event's identity; two events under one receipt number
are the same receipt when they agree, and a dead letter for people to see when they do not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.exact import exact, rounded
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import chunks, insert_new
from cloud_hub.core.trace import KeptEvent, by_rows
from cloud_hub.sales import tables
from cloud_hub.sales.product_codes import Catalogue, load_catalogue, load_country, load_layouts
from cloud_hub.sales.tables import ReceiptIdentity
from cloud_hub.shoppers.tables import Identity
from cloud_hub.stock.ledger import book, count_moves, location_id
from device_profiles.codes import ScannedCode, read_code
from device_profiles.countries import country_of_zone
from device_profiles.handles import FORM
from sync.events import Receipt, ReceiptLine, ReceiptType

MOVES_STOCK = frozenset({ReceiptType.SALE, ReceiptType.RETURN, ReceiptType.PICK_UP})
GRAMS_PER_KG = 1000

Row = dict[str, Any]
Seen = tuple[str, datetime, Decimal]
"""What two events under one receipt number are compared by: type, time, net value."""


@dataclass(slots=True)
class _Rows:
    receipts: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    tenders: list[Row] = field(default_factory=list)
    identities: list[Row] = field(default_factory=list)
    shown: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Codes:
    """By what a chain's codes and its shoppers' telephone numbers are read."""

    catalogue: Catalogue
    layouts: tuple[str, ...]
    country: str | None


def receipt_id(store_id: str, receipt: Receipt) -> str:
    """The ARTS key as text: `store/workstation/business day/sequence`."""
    day = receipt.business_day.isoformat()
    return f"{store_id}/{receipt.workstation_id}/{day}/{receipt.sequence}"


def apply_receipts(work: Projecting, facts: Sequence[Fact[Receipt]]) -> None:
    """Books every receipt that is new."""
    for tenant_id in sorted({fact.tenant_id for fact in facts}):
        _apply(work, tenant_id, [fact for fact in facts if fact.tenant_id == tenant_id])


def _apply(work: Projecting, tenant_id: str, facts: Sequence[Fact[Receipt]]) -> None:
    layouts = load_layouts(work.session, tenant_id)
    lines = [line for fact in facts for line in fact.body.lines]
    gtins = {line.gtin for line in lines if line.gtin}
    gtins |= {gtin for line in lines if (gtin := read_code(line.code, layouts).gtin)}
    catalogue = load_catalogue(work.session, tenant_id, gtins)
    codes = Codes(catalogue, layouts, load_country(work.session, tenant_id))
    seen = _seen(work, tenant_id, [receipt_id(fact.store_id, fact.body) for fact in facts])
    rows = _Rows()
    for fact in facts:
        name = receipt_id(fact.store_id, fact.body)
        if (error := _unkeepable(fact.body)) is not None:
            work.refuse(fact, error)
            continue
        content = (fact.body.type.value, fact.body.ended_at, _net_value(fact.body))
        if (before := seen.setdefault(name, content)) is not content:
            if before == content:
                work.repeated(fact)
            else:
                work.refuse(fact, f"receipt number {name} was used before, for another receipt")
            continue
        _add(work, rows, name, fact, codes)
    _write(work, tenant_id, rows)


def _write(work: Projecting, tenant_id: str, rows: _Rows) -> None:
    insert_new(work.session, tables.Receipt, rows.receipts)
    insert_new(work.session, tables.ReceiptLine, rows.lines)
    insert_new(work.session, tables.ReceiptTender, rows.tenders)
    # In one order for all: two workers that meet the same shoppers must not wait for each other.
    identities = sorted(rows.identities, key=lambda row: (row["kind"], row["blind_index"]))
    insert_new(work.session, Identity, identities)
    insert_new(work.session, ReceiptIdentity, rows.shown)
    book(work.session, tenant_id, rows.moves)


def _seen(work: Projecting, tenant_id: str, names: Sequence[str]) -> dict[str, Seen]:
    table = tables.Receipt
    seen: dict[str, Seen] = {}
    for some in chunks(names):
        for name, kind, ended_at, net_value in work.session.execute(
            sa.select(table.receipt_id, table.type, table.ended_at, table.net_value).where(
                table.tenant_id == tenant_id, table.receipt_id.in_(some)
            )
        ):
            seen[name] = (kind, ended_at, net_value)
    return seen


def _unkeepable(receipt: Receipt) -> str | None:
    """Why this receipt cannot be kept to the last digit; None when it can."""
    numbers = [line.line for line in receipt.lines]
    if len(set(numbers)) != len(numbers):
        return "two lines have the same number"
    for line in receipt.lines:
        for name in ("quantity", "discount", "amount"):
            value = getattr(line, name)
            if exact(value) is None:
                return f"line {line.line}: {name} {value} has more than four decimal places"
        if rounded(line.unit_price) is None:
            return f"line {line.line}: unit_price {line.unit_price} is too large"
    for tender in receipt.tenders:
        if exact(tender.amount) is None:
            return f"tender {tender.kind}: {tender.amount} has more than four decimal places"
    return None


def _net_value(receipt: Receipt) -> Decimal:
    return sum((line.amount for line in receipt.lines), Decimal(0))


def _add(work: Projecting, rows: _Rows, name: str, fact: Fact[Receipt], codes: Codes) -> None:
    receipt = fact.body
    key = {"tenant_id": fact.tenant_id, "receipt_id": name}
    rows.receipts.append(
        key
        | {
            "store_id": fact.store_id,
            "workstation_id": receipt.workstation_id,
            "business_day": receipt.business_day,
            "sequence": receipt.sequence,
            "type": receipt.type.value,
            "ended_at": receipt.ended_at,
            "currency": receipt.currency,
            "net_value": _net_value(receipt),
            "units": sum((_units(line) for line in receipt.lines), Decimal(0)),
            "source_event": fact.event_id,
            "origin": receipt.origin,
        }
    )
    for line in receipt.lines:
        scan = read_code(line.code, codes.layouts)
        gtin = codes.catalogue.product_of(line.code, scan, told=line.gtin)
        rows.lines.append(key | _line(fact, line, gtin))
        if gtin is not None and receipt.type in MOVES_STOCK:
            rows.moves.extend(moves_of(fact, line, scan, gtin))
    for number, tender in enumerate(receipt.tenders, start=1):
        rows.tenders.append(key | {"tender": number, "kind": tender.kind, "amount": tender.amount})
    if receipt.identities:
        zone = work.zones[fact.tenant_id, fact.store_id].key
        _add_identities(work, rows, key, fact, codes.country or country_of_zone(zone))


def _line(fact: Fact[Receipt], line: ReceiptLine, gtin: str | None) -> Row:
    source = line.return_of
    return {
        "line": line.line,
        "store_id": fact.store_id,
        "business_day": fact.body.business_day,
        "code": line.code,
        "gtin": gtin,
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        # A unit price is what the printout divides to; the amount is what was paid.
        "unit_price": rounded(line.unit_price),
        "discount": line.discount,
        "amount": line.amount,
        "return_of": None
        if source is None
        else f"{fact.store_id}/{source.workstation_id}/{source.business_day.isoformat()}"
        f"/{source.sequence}/{source.line}",
    }


def _units(line: ReceiptLine) -> Decimal:
    """How many items a line is: a weighed line counts 1.  Source: METRICS, units."""
    if line.unit == "each":
        return line.quantity
    return Decimal(line.quantity > 0) - Decimal(line.quantity < 0)


def _stock_quantity(line: ReceiptLine, scan: ScannedCode) -> Decimal:
    """How much of the product the line moves: pieces, or kilograms of what is weighed."""
    if line.unit == "g":
        return line.quantity / GRAMS_PER_KG
    if scan.weight_g is not None and line.unit == "each":
        return line.quantity * scan.weight_g / GRAMS_PER_KG
    return line.quantity


def moves_of(fact: Fact[Receipt], line: ReceiptLine, scan: ScannedCode, gtin: str) -> Iterator[Row]:
    """What a line of a receipt moves between floor and customer."""
    quantity = rounded(_stock_quantity(line, scan))
    if not quantity:
        return
    is_return = line.return_of is not None or fact.body.type is ReceiptType.RETURN
    if quantity < 0 and not is_return and line.amount == 0:
        # A till's stock correction: nothing says where the goods went.
        return
    floor = location_id(fact.store_id, "floor")
    back = quantity < 0
    yield {
        "tenant_id": fact.tenant_id,
        "move_id": f"{fact.event_id}/{line.line}",
        "store_id": fact.store_id,
        "gtin": gtin,
        "quantity": abs(quantity),
        "from_location": "customer" if back else floor,
        "to_location": floor if back else "customer",
        "reason": "return" if back else "sale",
        "moved_at": fact.body.ended_at,
    }


def _add_identities(
    work: Projecting, rows: _Rows, key: Row, fact: Fact[Receipt], country: str | None
) -> None:
    for identity in fact.body.identities:
        index = work.identities.blind_index(fact.tenant_id, identity.kind, identity.value, country)
        if index is None:
            continue
        handle = {"tenant_id": fact.tenant_id, "kind": identity.kind, "blind_index": index}
        rows.identities.append(
            handle
            | {
                "value_encrypted": work.identities.encrypt(identity.value),
                "first_seen_at": fact.body.ended_at,
                "form": FORM,
            }
        )
        rows.shown.append(key | {"kind": identity.kind, "blind_index": index})


def receipt_day(_: Projecting, fact: Fact[Receipt]) -> date:
    """The business day whose figures a receipt changes."""
    return fact.body.business_day


_trace_rows = by_rows("receipt", tables.Receipt.receipt_id, tables.Receipt.source_event)


def trace_receipt(session: Session, event: KeptEvent) -> list[str]:
    """The receipt, and how many stock moves it made."""
    moves = count_moves(session, event)
    told = [f"{moves} stock move{'' if moves == 1 else 's'}"] if moves else []
    return _trace_rows(session, event) + told
