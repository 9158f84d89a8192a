"""Lines that named no known product, read again when master data come: what was sold before its
product was known belongs to it from then on, in figures and in the ledger. For a day that was
final that is a revision, like late data's; a line of a voided receipt changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.projection import RevisedDay
from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.master_data.lookups import known_zones
from cloud_hub.sales import tables
from cloud_hub.sales.booking.product_codes import load_catalogue, load_layouts
from cloud_hub.sales.booking.receipt_lines import MOVES_STOCK, stock_moves
from cloud_hub.sales.day_revisions import note_revised
from cloud_hub.stock.ledger import book
from device_profiles.values.codes import read_code

LINES_A_PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Healing:
    """The transaction of a load of master data."""

    session: Session
    now: datetime
    zones: Mapping[tuple[str, str], ZoneInfo]


def heal_lines(session: Session, tenant_id: str, now: datetime) -> int:
    """How many lines without a product have one now; within the caller's transaction. Run again it
    changes nothing."""
    healing = _Healing(session=session, now=now, zones=known_zones(session))
    line = tables.ReceiptLine
    nameless = sa.and_(line.tenant_id == tenant_id, line.gtin.is_(None))
    codes = session.scalars(sa.select(line.code).where(nameless).distinct()).all()
    found = _products(session, tenant_id, codes)
    healed = 0
    for some in chunks(found):
        query = _lines().where(nameless, line.code.in_(some)).limit(LINES_A_PAGE)
        while page := session.execute(query).all():
            note_revised(healing, _days(tenant_id, page))
            _heal(session, tenant_id, page, found)
            healed += len(page)
    return healed


def _days(tenant_id: str, page: Sequence[sa.Row[Any]]) -> set[RevisedDay]:
    """The days whose figures these lines change."""
    return {
        (tenant_id, row.store_id, row.business_day)
        for row in page
        if row.voided_by is None and row.type in MOVES_STOCK
    }


def _products(session: Session, tenant_id: str, codes: Sequence[str]) -> dict[str, str]:
    """What each code means that means a known product."""
    layouts = load_layouts(session, tenant_id)
    scans = {code: read_code(code, layouts) for code in codes}
    gtins = [scan.gtin for scan in scans.values() if scan.gtin]
    catalogue = load_catalogue(session, tenant_id, gtins)
    return {
        code: gtin
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


_OF_RECEIPT = ("type", "ended_at", "source_event", "voided_by")


def _heal(
    session: Session, tenant_id: str, page: Sequence[sa.Row[Any]], found: dict[str, str]
) -> None:
    moves: list[dict[str, Any]] = []
    layouts = load_layouts(session, tenant_id)
    for row in page:
        line = {**row._mapping, "gtin": found[row.code]}
        if row.voided_by is None:
            moves.extend(stock_moves(line, [line], layouts=layouts))
    session.execute(
        sa.update(tables.ReceiptLine),
        [
            {
                "tenant_id": tenant_id,
                "receipt_id": row.receipt_id,
                "line": row.line,
                "gtin": found[row.code],
            }
            for row in page
        ],
    )
    book(session, tenant_id, moves)
