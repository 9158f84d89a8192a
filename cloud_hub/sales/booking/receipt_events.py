"""Receipts → receipt, lines, tenders, identities, and what left or came back to the floor.

Every line is kept as it is: equal lines, zero prices, negative quantities, three decimals, codes
that are no product. A receipt is one by its event's identity; two events under one receipt number
are the same receipt when they agree, and a dead letter for people to see when they do not. A void
takes the receipt that its lines name out of every figure and of the ledger: see `voids`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.exact import exact, rounded
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import chunks, insert_new
from cloud_hub.core.trace import KeptEvent, by_rows
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.sales import tables
from cloud_hub.sales.booking.product_codes import Codes, load_catalogue, load_country, load_layouts
from cloud_hub.sales.booking.receipt_lines import line_row, stock_moves
from cloud_hub.sales.booking.voids import receipt_name, settle_voids, voided_receipts
from cloud_hub.sales.tables import ReceiptIdentity
from cloud_hub.sales.trade import Odd
from cloud_hub.shoppers.tables import Identity
from cloud_hub.stock.ledger import book, count_moves
from device_profiles.values.codes import read_code
from device_profiles.values.countries import country_of_zone
from device_profiles.values.handles import FORM
from device_profiles.values.money import Settled, settle
from sync.events import Receipt, ReceiptType

AHEAD = timedelta(hours=1)
"""A receipt of a later time than that, when it arrives, is of one that has not come."""
FOREIGN = "a handle was sealed for another hub's keys; the receipt is kept without it"

log = logging.getLogger(__name__)

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
    seen = _seen(work, tenant_id, [receipt_name(fact.store_id, fact.body) for fact in facts])
    rows = _Rows()
    currency = _currency(work, tenant_id)
    for fact in facts:
        name = receipt_name(fact.store_id, fact.body)
        if (error := _unkeepable(fact, currency)) is not None:
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
    settle_voids(work.session, tenant_id, rows.receipts, rows.lines)


def _currency(work: Projecting, tenant_id: str) -> str | None:
    """What the chain's stores sell in."""
    return work.session.scalar(sa.select(Tenant.currency).where(Tenant.tenant_id == tenant_id))


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


def _unkeepable(fact: Fact[Receipt], currency: str | None) -> str | None:
    """Why this receipt cannot be kept to the last digit, or adds up with no other; None when it
    can and does."""
    receipt = fact.body
    if currency is not None and receipt.currency != currency:
        return (
            f"till {receipt.workstation_id} sells in {receipt.currency}, the stores of this chain"
            f" in {currency}: mend `currency` in the till's profile"
        )
    if len(voided_receipts(fact.store_id, receipt)) > 1:
        return "a void takes back one receipt; its lines name several"
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
    """What the receipt adds to net sales: its lines, as the till rounded their cash, less what gift
    cards paid, which counted when they were sold."""
    paid = _paid(receipt)
    return _lines_value(receipt) + paid.rounding - paid.gift_cards


def _lines_value(receipt: Receipt) -> Decimal:
    return sum((line.amount for line in receipt.lines), Decimal(0))


def _paid(receipt: Receipt) -> Settled:
    tenders = [(tender.kind, tender.amount) for tender in receipt.tenders]
    return settle(_lines_value(receipt), tenders, receipt.currency)


def _odd(fact: Fact[Receipt]) -> str | None:
    """Why the receipt cannot be as it is told."""
    receipt = fact.body
    is_void = receipt.type is ReceiptType.VOID
    undone = voided_receipts(fact.store_id, receipt)
    reasons = {
        Odd.TENDERS: not is_void and bool(_paid(receipt).short),
        Odd.FUTURE: receipt.ended_at > fact.received_at + AHEAD,
        Odd.NAMELESS: is_void and receipt.origin == "till" and not undone,
    }
    return " ".join(odd for odd, holds in reasons.items() if holds) or None


def _is_basket(receipt: Receipt) -> bool:
    """Whether something of value was sold: a product with pieces and money left after what was
    taken off again."""
    if receipt.type is not ReceiptType.SALE:
        return False
    left: dict[str, tuple[Decimal, Decimal]] = {}
    for line in receipt.lines:
        if line.return_of is None:
            quantity, amount = left.get(line.code, (Decimal(0), Decimal(0)))
            left[line.code] = quantity + line.quantity, amount + line.amount
    return any(quantity > 0 and amount > 0 for quantity, amount in left.values())


def _add(work: Projecting, rows: _Rows, name: str, fact: Fact[Receipt], codes: Codes) -> None:
    receipt = fact.body
    key = {"tenant_id": fact.tenant_id, "receipt_id": name}
    lines = [key | line_row(fact, line, codes) for line in receipt.lines]
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
            "units": sum((line["units"] for line in lines), Decimal(0)),
            "source_event": fact.event_id,
            "origin": receipt.origin,
            "is_basket": _is_basket(receipt),
            "void_of": next(iter(voided_receipts(fact.store_id, receipt)), None),
            "voided_by": None,
            "odd": _odd(fact),
        }
    )
    rows.lines.extend(lines)
    rows.moves.extend(stock_moves(rows.receipts[-1], lines, layouts=codes.layouts))
    for number, tender in enumerate(receipt.tenders, start=1):
        rows.tenders.append(key | {"tender": number, "kind": tender.kind, "amount": tender.amount})
    if receipt.identities:
        zone = work.zones[fact.tenant_id, fact.store_id].key
        _add_identities(work, rows, key, fact, codes.country or country_of_zone(zone))


def _add_identities(
    work: Projecting, rows: _Rows, key: Row, fact: Fact[Receipt], country: str | None
) -> None:
    for identity in fact.body.identities:
        value = work.identities.plain(identity.value)
        if value is None:
            log.warning("%s: %s", fact.event_id, FOREIGN, extra={"action": "handle"})
            continue
        index = work.identities.blind_index(fact.tenant_id, identity.kind, value, country)
        if index is None:
            continue
        handle = {"tenant_id": fact.tenant_id, "kind": identity.kind, "blind_index": index}
        rows.identities.append(
            handle
            | {
                "value_encrypted": work.identities.encrypt(value),
                "first_seen_at": fact.body.ended_at,
                "form": FORM,
            }
        )
        rows.shown.append(key | {"kind": identity.kind, "blind_index": index})


def receipt_day(_: Projecting, fact: Fact[Receipt]) -> date:
    """The business day whose figures a receipt changes: a void's is that of what it takes back."""
    if voided_receipts(fact.store_id, fact.body):
        return next(line.return_of.business_day for line in fact.body.lines if line.return_of)
    return fact.body.business_day


_trace_rows = by_rows("receipt", tables.Receipt.receipt_id, tables.Receipt.source_event)


def trace_receipt(session: Session, event: KeptEvent) -> list[str]:
    """The receipt, and how many stock moves it made."""
    moves = count_moves(session, event)
    told = [f"{moves} stock move{'' if moves == 1 else 's'}"] if moves else []
    return _trace_rows(session, event) + told
