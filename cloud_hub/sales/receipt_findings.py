"""Receipts that cannot be as they are told: more came back than was sold, tenders that do not add
up, times that have not come, voids of nothing. They count as they are; somebody should look."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.core.text import Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.sales.tables import Receipt, ReceiptLine
from cloud_hub.sales.trade import Odd, trade
from device_profiles.store import LoginRole

DOUBTFUL_RECEIPT = FindingKind(name="doubtful-receipt", permission=Permission.SEE_SALES)

TOLD_FOR = timedelta(days=7)
"""How long a receipt is told, from its business day on."""
SALE_MAY_COME = timedelta(hours=24)
"""How long after a return its sale may still be on its way."""
NAMED = 3
"""Receipts that a sentence names; the evidence holds all."""

_SENTENCES: dict[str, Text] = {
    Odd.RETURNED: Text(
        "{store}: {n} return brings back more than was sold: {receipts}.",
        "{store}: {n} returns bring back more than was sold: {receipts}.",
    ),
    Odd.NEVER_SOLD: Text(
        "{store}: {n} return of a receipt that never came: {receipts}.",
        "{store}: {n} returns of receipts that never came: {receipts}.",
    ),
    Odd.TENDERS: Text(
        "{store}: {n} receipt whose tenders do not add up: {receipts}.",
        "{store}: {n} receipts whose tenders do not add up: {receipts}.",
    ),
    Odd.FUTURE: Text(
        "{store}: {n} receipt of a time that had not come: {receipts}.",
        "{store}: {n} receipts of a time that had not come: {receipts}.",
    ),
    Odd.NAMELESS: Text(
        "{store}: {n} void that names no receipt: {receipts}.",
        "{store}: {n} voids that name no receipt: {receipts}.",
    ),
}


class _Doubt(NamedTuple):
    store_id: str
    odd: str
    receipt_id: str
    at: datetime


def find_doubtful(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding a store and reason, of receipts of the last seven days, or of days to come."""
    found: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
    for doubt in (*_marked(snapshot), *_returned(snapshot)):
        found[doubt.store_id, doubt.odd][doubt.receipt_id] = doubt.at
    for (store_id, odd), at_of in sorted(found.items()):
        receipts = sorted(at_of)
        yield Finding(
            key=f"{DOUBTFUL_RECEIPT}/{store_id}/{odd}",
            kind=DOUBTFUL_RECEIPT,
            severity=Severity.PROBLEM,
            sentence=_SENTENCES[odd].filled(
                store=snapshot.chain.stores[store_id].name,
                n=len(receipts),
                receipts=", ".join(name.partition("/")[2] for name in receipts[:NAMED])
                + (" …" if len(receipts) > NAMED else ""),
            ),
            since=min(snapshot.now, *at_of.values()),
            owner=LoginRole.HEAD_OFFICE,
            store_id=store_id,
            evidence=tuple(receipts),
        )


def _recent(snapshot: Snapshot) -> list[sa.ColumnElement[bool]]:
    return [
        Receipt.tenant_id == snapshot.chain.tenant_id,
        Receipt.store_id.in_(snapshot.chain.stores),
        Receipt.business_day >= (snapshot.now - TOLD_FOR).date(),
    ]


def _marked(snapshot: Snapshot) -> Iterator[_Doubt]:
    """What was odd about a receipt by itself, as ingest noted it."""
    rows = snapshot.session.execute(
        sa.select(Receipt.store_id, Receipt.odd, Receipt.receipt_id, Receipt.ended_at).where(
            *_recent(snapshot), Receipt.odd.is_not(None), Receipt.voided_by.is_(None)
        )
    )
    for store_id, odds, name, at in rows:
        for odd in (odds or "").split():
            yield _Doubt(store_id, odd, name, at)


def _returned(snapshot: Snapshot) -> Iterator[_Doubt]:
    """Returns of more than was sold, or of what never was, over all that came back of a line."""
    of_receipt = sa.and_(
        ReceiptLine.tenant_id == Receipt.tenant_id, ReceiptLine.receipt_id == Receipt.receipt_id
    )
    recent = snapshot.session.execute(
        sa.select(ReceiptLine.return_of, Receipt.store_id, Receipt.receipt_id, Receipt.ended_at)
        .join(ReceiptLine, of_receipt)
        .where(
            *_recent(snapshot),
            *trade(snapshot.chain.tenant_id),
            ReceiptLine.return_of.is_not(None),
        )
    ).all()
    lines = {str(row.return_of) for row in recent}
    sold, back = _sold(snapshot, sorted(lines)), _back(snapshot, sorted(lines))
    for line, store_id, name, ended_at in recent:
        was_sold = sold.get(str(line))
        if was_sold is None:
            if snapshot.now - ended_at > SALE_MAY_COME:
                yield _Doubt(store_id, Odd.NEVER_SOLD, name, ended_at)
        elif back.get(str(line), Decimal(0)) > was_sold:
            yield _Doubt(store_id, Odd.RETURNED, name, ended_at)


def _sold(snapshot: Snapshot, lines: Sequence[str]) -> Mapping[str, Decimal]:
    """How much each line sold, nothing where its sale was voided."""
    found: dict[str, Decimal] = {}
    for some in chunks(line.rpartition("/")[0] for line in lines):
        for name, line, quantity, voided_by in snapshot.session.execute(
            sa.select(
                ReceiptLine.receipt_id, ReceiptLine.line, ReceiptLine.quantity, Receipt.voided_by
            )
            .join(
                Receipt,
                sa.and_(
                    Receipt.tenant_id == ReceiptLine.tenant_id,
                    Receipt.receipt_id == ReceiptLine.receipt_id,
                ),
            )
            .where(
                ReceiptLine.tenant_id == snapshot.chain.tenant_id,
                ReceiptLine.receipt_id.in_(some),
            )
        ):
            found[f"{name}/{line}"] = Decimal(0) if voided_by else max(quantity, Decimal(0))
    return found


def _back(snapshot: Snapshot, lines: Sequence[str]) -> Mapping[str, Decimal]:
    """How much came back of each line in all, but for returns that were voided."""
    found: dict[str, Decimal] = {}
    for some in chunks(lines):
        for line, quantity in snapshot.session.execute(
            sa.select(ReceiptLine.return_of, ReceiptLine.quantity)
            .join(
                Receipt,
                sa.and_(
                    Receipt.tenant_id == ReceiptLine.tenant_id,
                    Receipt.receipt_id == ReceiptLine.receipt_id,
                ),
            )
            .where(
                *trade(snapshot.chain.tenant_id),
                ReceiptLine.tenant_id == snapshot.chain.tenant_id,
                ReceiptLine.return_of.in_(some),
            )
        ):
            found[str(line)] = found.get(str(line), Decimal(0)) - quantity
    return found
