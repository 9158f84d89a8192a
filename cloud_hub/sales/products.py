"""Figures of single goods: what was returned, what sold through."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.insight.held_then import OfDay, of_brand
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window
from cloud_hub.sales.receipts import till_time
from cloud_hub.sales.tables import Receipt, ReceiptLine
from cloud_hub.sales.trade import receipts_asked
from sync.events import ReceiptType

Products = dict[tuple[str, date, int, str], Decimal]
"""Net units by store, business day, local hour and GTIN."""

OF_RECEIPT = sa.and_(
    ReceiptLine.tenant_id == Receipt.tenant_id, ReceiptLine.receipt_id == Receipt.receipt_id
)


def measure_return_rate(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Value returned / gross sales of the period; both from lines, discounts taken off. A line
    taken off again and a deposit paid back lower the gross; only a return, or a line that names
    what it returns, is one."""
    hour_of = window.hours()
    quarter = (epoch_second(Receipt.ended_at) // QUARTER_S).label("quarter")
    by = (Receipt.store_id, Receipt.business_day, quarter)
    zero = sa.literal(Decimal(0), ReceiptLine.amount.type)
    is_return = sa.or_(Receipt.type == ReceiptType.RETURN, ReceiptLine.return_of.is_not(None))
    query = (
        sa.select(
            *by,
            sa.func.sum(sa.case((is_return, ReceiptLine.amount), else_=zero)),
            sa.func.sum(sa.case((is_return, zero), else_=ReceiptLine.amount)),
        )
        # An outer join makes the window's receipts lead: led by the lines, all history is read.
        .outerjoin(ReceiptLine, OF_RECEIPT)
        .where(*receipts_asked(window))
        .group_by(*by)
    )
    cells: dict[Cell, Sums] = {}
    for store_id, day, number, returned, gross in session.execute(query):
        if returned is None or gross is None:
            continue
        hour = hour_of(store_id, number)
        add_to(cells, Cell(store_id, day, hour), Sums(amount=abs(returned), base=gross))
    return cells


def measure_sell_out(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Units sold less units returned through tills, of one brand's goods or of all that have a
    GTIN. An hour whose tills are known and that sold nothing is 0; days and stores that sold
    nothing but goods that nobody knows have no data."""
    cells: dict[Cell, Sums] = {
        cell: Sums(amount=Decimal(0), observed_s=s.observed_s, expected_s=s.expected_s)
        for cell, s in till_time(session, window).items()
    }
    for (store_id, day, hour, _), units in units_by_product(session, window, aspect).items():
        add_to(cells, Cell(store_id, day, hour), Sums(amount=units))
    unknown = _unknown_goods(session, window)
    return {cell: sums for cell, sums in cells.items() if not unknown(cell)}


def _unknown_goods(session: Session, window: Window) -> Callable[[Cell], bool]:
    """Whether a store, on the day of a cell or on all days asked about, sold goods of which not one
    is a known product."""
    by = (Receipt.store_id, Receipt.business_day)
    query = (
        sa.select(*by, sa.func.count(ReceiptLine.gtin))
        .outerjoin(ReceiptLine, OF_RECEIPT)
        .where(*receipts_asked(window), ReceiptLine.line.is_not(None))
        .group_by(*by)
    )
    days = {(store_id, day): known for store_id, day, known in session.execute(query)}
    stores: dict[str, int] = {}
    for (store_id, _), known in days.items():
        stores[store_id] = stores.get(store_id, 0) + known

    def is_unknown(cell: Cell) -> bool:
        return stores.get(cell.store_id) == 0 or days.get((cell.store_id, cell.day)) == 0

    return is_unknown


def units_by_product(
    session: Session, window: Window, aspect: Aspect, *, gtin: str | None = None
) -> Products:
    """Net units by store, business day, local hour and GTIN, of one brand or one product where
    asked. A measured line counts 1."""
    hour_of = window.hours()
    quarter = (epoch_second(Receipt.ended_at) // QUARTER_S).label("quarter")
    by = (Receipt.store_id, Receipt.business_day, quarter, ReceiptLine.gtin)
    units = sa.type_coerce(sa.func.sum(ReceiptLine.units), ReceiptLine.units.type)
    if gtin is not None:
        # Few lines of one product: look them up, then their receipts.
        query = (
            sa.select(*by, units)
            .join(ReceiptLine, OF_RECEIPT)
            .where(ReceiptLine.store_id.in_(window.store_ids), ReceiptLine.gtin == gtin)
        )
    else:
        query = sa.select(*by, units).outerjoin(
            ReceiptLine, sa.and_(OF_RECEIPT, *_of(session, window, aspect))
        )
    found: Products = {}
    asked = query.where(*receipts_asked(window)).group_by(*by)
    for store_id, day, number, sold, count in session.execute(asked):
        if sold is not None:
            key = (store_id, day, hour_of(store_id, number), sold)
            found[key] = found.get(key, Decimal(0)) + count
    return found


def _of(session: Session, window: Window, aspect: Aspect) -> list[sa.ColumnElement[bool]]:
    """SQL: the line is of the brand asked about, or of any product."""
    if aspect.brand_id is None:
        return [ReceiptLine.gtin.is_not(None)]
    line = OfDay(ReceiptLine.store_id, ReceiptLine.business_day, ReceiptLine.gtin)
    return [of_brand(session, window, line, aspect.brand_id)]
