"""Sales figures from receipts: net sales, basket, units, sales per m², members. Which receipts
count and what they come to: see `trade`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window
from cloud_hub.sales.tables import Receipt, ReceiptIdentity
from cloud_hub.sales.till_coverage import NOTHING_KNOWN, Known, known_tills
from cloud_hub.sales.trade import IS_BASKET, VISITORLESS, receipts_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesFact:
    """Receipts of one quarter of an hour (`quarter`: its number since 1970), which lies in the
    store's local `hour`, that are baskets or are none (returns, and sales of nothing of value);
    with their value as printed (a return's is negative), their units, and for how many somebody had
    come in."""

    store_id: str
    day: date
    hour: int
    quarter: int
    is_basket: bool
    receipts: int
    value: Decimal
    units: Decimal
    visited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """The receipts of a window, of which time each store's tills are known, and how much of each
    opening hour that is."""

    facts: tuple[SalesFact, ...]
    tills: Mapping[str, Known]
    known: Cells


def load_sales(session: Session, window: Window) -> Sales:
    """The receipts of a window by store, local hour, and whether they are baskets."""
    basket = sa.case((IS_BASKET, 1), else_=0).label("basket")
    hour_of = window.hours()
    quarter = (epoch_second(Receipt.ended_at) // QUARTER_S).label("quarter")
    query = (
        sa.select(
            Receipt.store_id,
            Receipt.business_day,
            quarter,
            basket,
            sa.func.count(),
            sa.func.sum(Receipt.net_value),
            sa.func.sum(Receipt.units),
            sa.func.sum(sa.case((Receipt.origin.in_(VISITORLESS), 0), else_=1)),
        )
        .where(*receipts_asked(window))
        .group_by(Receipt.store_id, Receipt.business_day, quarter, basket)
    )
    facts = tuple(
        SalesFact(
            store_id=store_id,
            day=day,
            hour=hour_of(store_id, number),
            quarter=number,
            is_basket=bool(is_basket),
            receipts=receipts,
            value=value,
            units=units,
            visited=int(visited),
        )
        for store_id, day, number, is_basket, receipts, value, units, visited in session.execute(
            query
        )
    )
    tills = known_tills(session, window)
    return Sales(facts=facts, tills=tills, known=_known(window, tills))


def till_time(session: Session, window: Window) -> Cells:
    """Of every opening hour, how many of its seconds the store's tills are known for."""
    return _known(window, known_tills(session, window))


def _known(window: Window, tills: Mapping[str, Known]) -> Cells:
    cells: dict[Cell, Sums] = {}
    for each in window.days:
        known = tills.get(each.store_id, NOTHING_KNOWN)
        for hour, start, end in each.open_hours():
            time = Sums(
                amount=0,
                observed_s=known.overlap_s(start, end),
                expected_s=(end - start).total_seconds(),
            )
            add_to(cells, Cell(each.store_id, each.day, hour), time)
    return cells


def net_sales(sales: Sales) -> Cells:
    """Sales less returns. An hour whose tills are known and that sold nothing is 0."""
    cells = {cell: _time(sums, amount=Decimal(0)) for cell, sums in sales.known.items()}
    for fact in sales.facts:
        add_to(cells, _cell(fact), _seen(cells, fact, amount=fact.value))
    return cells


def average_basket(sales: Sales) -> Cells:
    """Net value of baskets / baskets."""
    cells: dict[Cell, Sums] = {}
    for fact in _of_sales(sales):
        add_to(cells, _cell(fact), Sums(amount=fact.value, base=fact.receipts))
    return _with_time(cells, sales.known)


def units_per_transaction(sales: Sales) -> Cells:
    """Units of baskets / baskets; a measured line counts 1."""
    cells: dict[Cell, Sums] = {}
    for fact in _of_sales(sales):
        add_to(cells, _cell(fact), Sums(amount=fact.units, base=fact.receipts))
    return _with_time(cells, sales.known)


def sales_per_m2(sales: Sales, days: Iterable[StoreDay]) -> Cells:
    """Net sales / selling m² / trading day: a cell a day, whose base is the store's area. A day of
    which no till is known has none."""
    areas = {(d.store_id, d.day): d.store.selling_area_m2 for d in days if d.open_s > 0}
    cells: dict[Cell, Sums] = {}
    for cell, sums in net_sales(sales).items():
        if (cell.store_id, cell.day) in areas:
            add_to(cells, Cell(cell.store_id, cell.day, None), sums)
    return {
        cell: _time(
            sums,
            amount=sums.amount,
            base=areas[cell.store_id, cell.day] if sums.observed_s > 0 else 0,
        )
        for cell, sums in cells.items()
    }


def measure_member_rate(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Baskets that showed an identity / baskets."""
    hour_of = window.hours()
    quarter = (epoch_second(Receipt.ended_at) // QUARTER_S).label("quarter")
    member = sa.exists().where(
        ReceiptIdentity.tenant_id == Receipt.tenant_id,
        ReceiptIdentity.receipt_id == Receipt.receipt_id,
    )
    query = (
        sa.select(
            Receipt.store_id,
            Receipt.business_day,
            quarter,
            sa.func.count(),
            sa.func.sum(sa.case((member, 1), else_=0)),
        )
        .where(*receipts_asked(window), IS_BASKET)
        .group_by(Receipt.store_id, Receipt.business_day, quarter)
    )
    cells: dict[Cell, Sums] = {}
    for store_id, day, number, receipts, members in session.execute(query):
        add_to(
            cells,
            Cell(store_id, day, hour_of(store_id, number)),
            Sums(amount=members, base=receipts),
        )
    return _with_time(cells, till_time(session, window))


def measure_net_sales(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Net sales of a window."""
    return net_sales(load_sales(session, window))


def measure_average_basket(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Average basket of a window."""
    return average_basket(load_sales(session, window))


def measure_units_per_transaction(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Units per transaction of a window."""
    return units_per_transaction(load_sales(session, window))


def measure_sales_per_m2(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Sales per m² of a window."""
    return sales_per_m2(load_sales(session, window), window.days)


def _of_sales(sales: Sales) -> Iterable[SalesFact]:
    return (fact for fact in sales.facts if fact.is_basket)


def _cell(fact: SalesFact) -> Cell:
    return Cell(fact.store_id, fact.day, fact.hour)


def _seen(cells: Mapping[Cell, Sums], fact: SalesFact, *, amount: Decimal | int) -> Sums:
    """What a receipt adds. One that came from an hour of which nothing else is known proves a
    second of it, so that its money is shown, with the coverage it has."""
    cell = cells.get(_cell(fact))
    proved_s = 1.0 if cell is not None and cell.expected_s > 0 and cell.observed_s <= 0 else 0.0
    return Sums(amount=amount, observed_s=proved_s)


def _time(sums: Sums, *, amount: Decimal | float | int, base: Decimal | float | int = 0) -> Sums:
    return Sums(amount=amount, base=base, observed_s=sums.observed_s, expected_s=sums.expected_s)


def _with_time(cells: dict[Cell, Sums], known: Cells) -> Cells:
    for cell, sums in known.items():
        present = cells.get(cell)
        amount, base = (present.amount, present.base) if present else (0, 0)
        observed_s = max(sums.observed_s, 1.0) if present else sums.observed_s
        cells[cell] = Sums(
            amount=amount, base=base, observed_s=observed_s, expected_s=sums.expected_s
        )
    return cells
