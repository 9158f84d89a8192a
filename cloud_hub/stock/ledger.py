"""The stock ledger: double-entry moves, balances as sums, counts as assertions.

A physical balance below zero is allowed and shown: it says that a delivery was not booked.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

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
    changes = [Change(move["store_id"], move["gtin"], move["moved_at"]) for move in moves]
    correct_counts(session, tenant_id, changes)


class Change(NamedTuple):
    """A product's stock was changed at a moment: by a move, or by a count."""

    store_id: str
    gtin: str
    at: datetime


def correct_counts(session: Session, tenant_id: str, changes: Iterable[Change]) -> None:
    """Makes the counts hold that follow a change: a count's adjustment is what was counted less
    what its location held by the count before and the moves since. Only the first count after a
    change can differ, however many stand behind it. The result does not depend on the order of
    arrival."""
    at: dict[Product, set[datetime]] = {}
    for change in changes:
        at.setdefault((change.store_id, change.gtin), set()).add(change.at)
    pairs = [
        pair
        for product in _counted_later(session, tenant_id, at)
        for counts in _counts(session, tenant_id, product).values()
        for pair in _first_after(counts, at[product])
    ]
    for some in chunks([count.count_id for _, count in pairs]):
        session.execute(
            sa.delete(StockMove).where(
                StockMove.tenant_id == tenant_id, StockMove.move_id.in_(some)
            )
        )
    adjustments = []
    for before, count in pairs:
        balance = before.quantity if before is not None else Decimal(0)
        if difference := count.quantity - balance - _flow(session, before, count):
            adjustments.append(_adjustment(count, difference))
    insert_new(session, StockMove, adjustments)


def _counted_later(
    session: Session, tenant_id: str, at: Mapping[Product, set[datetime]]
) -> list[Product]:
    """The products that were counted at or after one of their changes; most never were."""
    last: dict[Product, datetime] = {}
    stores = {store_id for store_id, _ in at}
    for some in chunks({gtin for _, gtin in at}):
        for store_id, gtin, counted_at in session.execute(
            sa.select(StockCount.store_id, StockCount.gtin, sa.func.max(StockCount.counted_at))
            .where(
                StockCount.tenant_id == tenant_id,
                StockCount.store_id.in_(stores),
                StockCount.gtin.in_(some),
            )
            .group_by(StockCount.store_id, StockCount.gtin)
        ):
            last[store_id, gtin] = counted_at
    return [
        product for product in sorted(last) if product in at and min(at[product]) <= last[product]
    ]


def _counts(session: Session, tenant_id: str, product: Product) -> dict[str, list[sa.Row[Any]]]:
    """Every count of a product by location, in order of time."""
    counts: dict[str, list[sa.Row[Any]]] = {}
    for count in session.execute(
        sa.select(*StockCount.__table__.columns)
        .where(
            StockCount.tenant_id == tenant_id,
            StockCount.store_id == product[0],
            StockCount.gtin == product[1],
        )
        .order_by(StockCount.counted_at, StockCount.count_id)
    ):
        counts.setdefault(count.location, []).append(count)
    return counts


def _first_after(
    counts: Sequence[sa.Row[Any]], moments: Iterable[datetime]
) -> list[tuple[sa.Row[Any] | None, sa.Row[Any]]]:
    """The counts of one location that changes at `moments` reach, each with the one before it:
    those of the very moment, and the next one."""
    times = [count.counted_at for count in counts]
    reached: set[int] = set()
    for moment in moments:
        first, after = bisect_left(times, moment), bisect_right(times, moment)
        reached.update(range(first, min(after + 1, len(times))))
    return [(counts[i - 1] if i else None, counts[i]) for i in sorted(reached)]


def _flow(session: Session, before: sa.Row[Any] | None, count: sa.Row[Any]) -> Decimal:
    """What came into a count's location less what left it since the count before."""
    signed = sa.case(
        (StockMove.to_location == count.location, StockMove.quantity),
        else_=-StockMove.quantity,
    )
    adjusted = sa.exists().where(
        StockCount.tenant_id == StockMove.tenant_id, StockCount.count_id == StockMove.move_id
    )
    query = sa.select(sa.type_coerce(sa.func.sum(signed), StockMove.quantity.type)).where(
        StockMove.tenant_id == count.tenant_id,
        StockMove.store_id == count.store_id,
        StockMove.gtin == count.gtin,
        sa.or_(StockMove.to_location == count.location, StockMove.from_location == count.location),
        StockMove.moved_at <= count.counted_at,
        ~adjusted,
    )
    if before is not None:
        query = query.where(StockMove.moved_at > before.counted_at)
    return session.scalar(query) or Decimal(0)


def _adjustment(count: sa.Row[Any], difference: Decimal) -> dict[str, Any]:
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
