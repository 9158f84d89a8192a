"""The stock ledger: double-entry moves, balances as sums, counts as assertions.

A physical balance below zero is allowed and shown: it says that a delivery was not booked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import chunks, insert_new
from cloud_hub.core.trace import KeptEvent
from cloud_hub.stock.tables import StockCount, StockMove

VIRTUAL_LOCATIONS = frozenset({"customer", "supplier", "loss", "adjustment"})
COUNT_REASON = "count"
Product = tuple[str, str]
"""store_id, gtin."""


def location_id(store_id: str, said: str) -> str:
    """The location that a device of `store_id` calls `said`: `store/floor`, or a virtual one."""
    return said if said in VIRTUAL_LOCATIONS or "/" in said else f"{store_id}/{said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How much of a product a location holds. Below zero: more was taken than was ever booked."""

    location: str
    gtin: str
    quantity: Decimal


def _signed_moves(tenant_id: str) -> sa.Subquery:
    """Every move twice: + where it went, − where it came from."""
    columns = (StockMove.store_id, StockMove.gtin, StockMove.moved_at)
    inward = sa.select(
        *columns, StockMove.to_location.label("location"), StockMove.quantity.label("quantity")
    ).where(StockMove.tenant_id == tenant_id)
    outward = sa.select(
        *columns,
        StockMove.from_location.label("location"),
        (-StockMove.quantity).label("quantity"),
    ).where(StockMove.tenant_id == tenant_id)
    return sa.union_all(inward, outward).subquery()


def balances(
    session: Session,
    tenant_id: str,
    *,
    store_id: str | None = None,
    gtin: str | None = None,
    at: datetime | None = None,
) -> list[Balance]:
    """What every location holds, virtual ones included, by location and GTIN.

    `store_id`, `gtin` narrow the moves; `at` leaves out what moved later.
    """
    moves = _signed_moves(tenant_id)
    quantity = sa.type_coerce(sa.func.sum(moves.c.quantity), StockMove.quantity.type)
    query = sa.select(moves.c.location, moves.c.gtin, quantity)
    if store_id is not None:
        query = query.where(moves.c.store_id == store_id)
    if gtin is not None:
        query = query.where(moves.c.gtin == gtin)
    if at is not None:
        query = query.where(moves.c.moved_at <= at)
    query = query.group_by(moves.c.location, moves.c.gtin).order_by(moves.c.location, moves.c.gtin)
    return [
        Balance(location=location, gtin=product, quantity=quantity)
        for location, product, quantity in session.execute(query)
    ]


def imbalance(session: Session, tenant_id: str) -> Decimal:
    """The sum over every location of every product: 0, unless the ledger is damaged."""
    return sum((balance.quantity for balance in balances(session, tenant_id)), Decimal(0))


def book(session: Session, tenant_id: str, moves: Sequence[Mapping[str, Any]]) -> None:
    """Books the moves that are new, and corrects the counts they change.

    A move that arrives late, from before a count, changes what that count had to adjust.
    """
    insert_new(session, StockMove, moves)
    correct_counts(session, tenant_id, {(move["store_id"], move["gtin"]) for move in moves})


def correct_counts(session: Session, tenant_id: str, products: Iterable[Product]) -> None:
    """Makes every count of these products hold: its adjustment is what was counted less what the
    moves until then add up to. The result does not depend on the order of arrival."""
    touched = set(products)
    counts: dict[tuple[str, str, str], list[StockCount]] = {}
    for stores in chunks(store for store, _ in touched):
        for count in session.scalars(
            sa.select(StockCount)
            .where(StockCount.tenant_id == tenant_id, StockCount.store_id.in_(stores))
            .order_by(StockCount.counted_at, StockCount.count_id)
        ):
            if (count.store_id, count.gtin) in touched:
                counts.setdefault((count.store_id, count.gtin, count.location), []).append(count)
    if not counts:
        return
    obsolete = [count.count_id for group in counts.values() for count in group]
    for some in chunks(obsolete):
        session.execute(
            sa.delete(StockMove).where(
                StockMove.tenant_id == tenant_id, StockMove.move_id.in_(some)
            )
        )
    adjustments = [
        adjustment
        for group in counts.values()
        for adjustment in _adjustments(session, tenant_id, group)
    ]
    insert_new(session, StockMove, adjustments)


def _adjustments(
    session: Session, tenant_id: str, counts: Sequence[StockCount]
) -> list[dict[str, Any]]:
    """The adjustment of each of one location's counts, in order of time; none where it agrees."""
    first = counts[0]
    flow = session.execute(
        sa.select(StockMove.moved_at, StockMove.quantity, StockMove.to_location)
        .where(
            StockMove.tenant_id == tenant_id,
            StockMove.store_id == first.store_id,
            StockMove.gtin == first.gtin,
            sa.or_(
                StockMove.to_location == first.location, StockMove.from_location == first.location
            ),
        )
        .order_by(StockMove.moved_at)
    ).all()
    made: list[dict[str, Any]] = []
    balance, at = Decimal(0), 0
    for count in counts:
        while at < len(flow) and flow[at].moved_at <= count.counted_at:
            came_in = flow[at].to_location == first.location
            balance += flow[at].quantity if came_in else -flow[at].quantity
            at += 1
        if difference := count.quantity - balance:
            made.append(_adjustment(count, difference))
        balance = count.quantity
    return made


def _adjustment(count: StockCount, difference: Decimal) -> dict[str, Any]:
    surplus = difference > 0
    return {
        "tenant_id": count.tenant_id,
        "move_id": count.count_id,
        "store_id": count.store_id,
        "gtin": count.gtin,
        "quantity": abs(difference),
        "from_location": "adjustment" if surplus else count.location,
        "to_location": count.location if surplus else "adjustment",
        "reason": COUNT_REASON,
        "moved_at": count.counted_at,
    }


def count_moves(session: Session, event: KeptEvent) -> int:
    """How many moves carry the event's name with a number behind it."""
    counted = session.scalar(
        sa.select(sa.func.count())
        .select_from(StockMove)
        .where(
            StockMove.tenant_id == event.tenant_id,
            StockMove.store_id == event.store_id,
            StockMove.move_id.startswith(f"{event.event_id}/"),
        )
    )
    return counted or 0
