"""Lines that named no known product, read again when master data come: what was sold before its
product was known belongs to it from then on, in figures and in the ledger."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.projection import Fact
from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.sales import tables
from cloud_hub.sales.product_codes import load_catalogue, load_layouts
from cloud_hub.sales.receipt_events import MOVES_STOCK, Row, moves_of
from cloud_hub.stock.ledger import book
from device_profiles.codes import ScannedCode, read_code
from sync.events import LineReference, Receipt, ReceiptLine, ReceiptType

LINES_A_PAGE = 2000

Found = tuple[ScannedCode, str]
"""What a code says, and the product it means."""


def heal_lines(session: Session, tenant_id: str) -> int:
    """How many lines without a product have one now; within the caller's transaction. Run again it
    changes nothing."""
    line = tables.ReceiptLine
    nameless = sa.and_(line.tenant_id == tenant_id, line.gtin.is_(None))
    codes = session.scalars(sa.select(line.code).where(nameless).distinct()).all()
    found = _products(session, tenant_id, codes)
    healed = 0
    for some in chunks(found):
        query = _lines().where(nameless, line.code.in_(some)).limit(LINES_A_PAGE)
        while page := session.execute(query).all():
            _heal(session, tenant_id, page, found)
            healed += len(page)
    return healed


def _products(session: Session, tenant_id: str, codes: Sequence[str]) -> dict[str, Found]:
    """What each code means that means a known product."""
    layouts = load_layouts(session, tenant_id)
    scans = {code: read_code(code, layouts) for code in codes}
    gtins = [scan.gtin for scan in scans.values() if scan.gtin]
    catalogue = load_catalogue(session, tenant_id, gtins)
    return {
        code: (scan, gtin)
        for code, scan in scans.items()
        if (gtin := catalogue.product_of(code, scan)) is not None
    }


def _lines() -> sa.Select[Any]:
    """Lines with what their receipts say."""
    line, receipt = tables.ReceiptLine, tables.Receipt
    same = sa.and_(receipt.tenant_id == line.tenant_id, receipt.receipt_id == line.receipt_id)
    return sa.select(line.__table__, *(receipt.__table__.c[name] for name in _OF_RECEIPT)).join(
        receipt, same
    )


_OF_RECEIPT = ("workstation_id", "sequence", "type", "ended_at", "currency", "source_event")


def _heal(
    session: Session, tenant_id: str, page: Sequence[sa.Row[Any]], found: dict[str, Found]
) -> None:
    moves: list[Row] = []
    for row in page:
        scan, gtin = found[row.code]
        if row.type in MOVES_STOCK:
            fact = _fact(tenant_id, row)
            moves.extend(moves_of(fact, fact.body.lines[0], scan, gtin))
    session.execute(
        sa.update(tables.ReceiptLine),
        [
            {
                "tenant_id": tenant_id,
                "receipt_id": row.receipt_id,
                "line": row.line,
                "gtin": found[row.code][1],
            }
            for row in page
        ],
    )
    book(session, tenant_id, moves)


def _fact(tenant_id: str, row: sa.Row[Any]) -> Fact[Receipt]:
    """The receipt as its event told it, with this line alone."""
    device_id, epoch, lane, seq = row.source_event.rsplit("/", 3)
    ended_at = row.ended_at.replace(tzinfo=row.ended_at.tzinfo or UTC)
    body = Receipt(
        workstation_id=row.workstation_id,
        business_day=row.business_day,
        sequence=row.sequence,
        type=ReceiptType(row.type),
        ended_at=ended_at,
        currency=row.currency,
        lines=(_line(row),),
    )
    return Fact(
        tenant_id=tenant_id,
        store_id=row.store_id,
        device_id=device_id,
        epoch=int(epoch),
        lane=int(lane),
        seq=int(seq),
        occurred_at=ended_at,
        received_at=ended_at,
        body=body,
    )


def _line(row: sa.Row[Any]) -> ReceiptLine:
    source = None
    if row.return_of is not None:
        _, workstation_id, day, sequence, line = row.return_of.rsplit("/", 4)
        source = LineReference(
            workstation_id=workstation_id, business_day=day, sequence=int(sequence), line=int(line)
        )
    return ReceiptLine(
        line=row.line,
        code=row.code,
        description=row.description,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        discount=row.discount,
        amount=row.amount,
        return_of=source,
    )
