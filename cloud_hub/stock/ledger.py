"""The stock ledger: double-entry moves, balances as sums, counts as assertions.

A location belongs to its store, whoever booked what moved there. A physical balance below zero is
allowed and shown: it says that a delivery was not booked.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import chunks, insert_new
from cloud_hub.core.storage.parts import require_parts, store_part
from cloud_hub.core.trace import KeptEvent
from cloud_hub.stock.tables import StockCount, StockMove

PLACES = frozenset({"floor", "back-room"})
"""The locations of a store."""
VIRTUAL_LOCATIONS = frozenset({"customer", "supplier", "loss", "adjustment", "in-transit"})
OTHER_STORES = "other-stores"
"""In one store's balances: what went to and came from all the others."""
COUNT_REASON = "count"
VOID_REASON = "void"
Goods = tuple[str, str]
"""location, gtin."""


def location_id(store_id: str, said: str) -> str:
    """The location that a device of `store_id` calls `said`: `store/floor`, or a virtual one."""
    return said if said in VIRTUAL_LOCATIONS or "/" in said else f"{store_id}/{said}"


def store_of(location: str) -> str | None:
    """The store that a location belongs to; None for a virtual one."""
    store_id, is_physical, _ = location.partition("/")
    return store_id if is_physical else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How much of a product a location holds. Below zero: more was taken than was ever booked."""

    location: str
    gtin: str
    quantity: Decimal


def _signed_moves(tenant_id: str, store_id: str | None) -> sa.Subquery:
    """Every move twice: + where it went, − where it came from."""
    asked = [StockMove.tenant_id == tenant_id]
    if store_id is not None:
        asked.append(_touches(store_id))
    columns = (StockMove.gtin, StockMove.moved_at)
    inward = sa.select(
        *columns, StockMove.to_location.label("location"), StockMove.quantity.label("quantity")
    ).where(*asked)
    outward = sa.select(
        *columns,
        StockMove.from_location.label("location"),
        (-StockMove.quantity).label("quantity"),
    ).where(*asked)
    return sa.union_all(inward, outward).subquery()


def _touches(store_id: str) -> sa.ColumnElement[bool]:
    """SQL: the move was of goods of the store, or to it."""
    return sa.or_(StockMove.store_id == store_id, StockMove.other_store_id == store_id)


def balances(
    session: Session,
    tenant_id: str,
    *,
    store_id: str | None = None,
    gtin: str | None = None,
    at: datetime | None = None,
) -> list[Balance]:
    """What every location holds, virtual ones included, by location and GTIN.

    `store_id` narrows to the locations of one store and what stands against them, so that each
    product adds up to zero; `at` leaves out what moved later.
    """
    moves = _signed_moves(tenant_id, store_id)
    quantity = sa.type_coerce(sa.func.sum(moves.c.quantity), StockMove.quantity.type)
    query = sa.select(moves.c.location, moves.c.gtin, quantity)
    if gtin is not None:
        query = query.where(moves.c.gtin == gtin)
    if at is not None:
        query = query.where(moves.c.moved_at <= at)
    query = query.group_by(moves.c.location, moves.c.gtin).order_by(moves.c.location, moves.c.gtin)
    found = [
        Balance(location=location, gtin=product, quantity=quantity)
        for location, product, quantity in session.execute(query)
    ]
    return found if store_id is None else _seen_from(store_id, found)


def _seen_from(store_id: str, found: Iterable[Balance]) -> list[Balance]:
    """The balances with every other store's locations as one."""
    folded: dict[Goods, Balance] = {}
    for each in found:
        is_other = store_of(each.location) not in (store_id, None)
        location = OTHER_STORES if is_other else each.location
        before = folded.get((location, each.gtin))
        quantity = each.quantity + (before.quantity if before else 0)
        folded[location, each.gtin] = replace(each, location=location, quantity=quantity)
    return [folded[key] for key in sorted(folded)]


def imbalance(session: Session, tenant_id: str) -> Decimal:
    """The sum over every location of every product: 0, unless the ledger is damaged."""
    return sum((balance.quantity for balance in balances(session, tenant_id)), Decimal(0))


def book(session: Session, tenant_id: str, moves: Sequence[Mapping[str, Any]]) -> None:
    """Books the moves that are new, and corrects the counts they change.

    A move that arrives late, from before a count, changes what that count had to adjust. Raises
    PartsNotHeld where it touches a store that the transaction may not write.
    """
    changes = [
        StockChange(location, move["gtin"], move["moved_at"])
        for move in moves
        for location in (move["from_location"], move["to_location"])
        if store_of(location) is not None
    ]
    _require_stores(session, tenant_id, changes)
    insert_new(session, StockMove, [_placed(move) for move in moves])
    correct_counts(session, tenant_id, changes)


def _require_stores(session: Session, tenant_id: str, changes: Iterable["StockChange"]) -> None:
    """Raises PartsNotHeld where another worker could change what these stores hold meanwhile."""
    stores = {store_of(change.location) for change in changes}
    require_parts(session, {store_part(tenant_id, store) for store in stores if store})


def _placed(move: Mapping[str, Any]) -> dict[str, Any]:
    """The move under the store whose goods it moved, and the one that they went to."""
    came_from, went_to = store_of(move["from_location"]), store_of(move["to_location"])
    owner = came_from or went_to or move["store_id"]
    other = went_to if went_to not in (owner, None) else None
    return {**move, "store_id": owner, "other_store_id": other}


def undo(session: Session, tenant_id: str, move_ids: Iterable[str]) -> None:
    """Takes those of the moves that were booked back, at their own time: as if they had never
    been."""
    for some in chunks(move_ids):
        found = session.scalars(
            sa.select(StockMove).where(
                StockMove.tenant_id == tenant_id, StockMove.move_id.in_(some)
            )
        )
        back = [
            {
                "tenant_id": tenant_id,
                "move_id": f"{move.move_id}/void",
                "store_id": move.store_id,
                "gtin": move.gtin,
                "quantity": move.quantity,
                "from_location": move.to_location,
                "to_location": move.from_location,
                "reason": VOID_REASON,
                "moved_at": move.moved_at,
            }
            for move in found
        ]
        book(session, tenant_id, back)


class StockChange(NamedTuple):
    """What a location holds of a product was changed at a moment: by a move, or by a count."""

    location: str
    gtin: str
    at: datetime


def correct_counts(session: Session, tenant_id: str, changes: Iterable[StockChange]) -> None:
    """Makes the counts hold that follow a change: a count's adjustment is what was counted less
    what its location held by the count before and the moves since. Only the first count after a
    change can differ, however many stand behind it. The result does not depend on the order of
    arrival. Raises PartsNotHeld."""
    changes = list(changes)
    _require_stores(session, tenant_id, changes)
    at: dict[Goods, set[datetime]] = {}
    for change in changes:
        at.setdefault((change.location, change.gtin), set()).add(change.at)
    pairs = [
        pair
        for goods in _counted_later(session, tenant_id, at)
        for pair in _first_after(_counts(session, tenant_id, goods), at[goods])
    ]
    for some in chunks([count.count_id for _, count in pairs]):
        session.execute(
            sa.delete(StockMove).where(
                StockMove.tenant_id == tenant_id,
                StockMove.move_id.in_(some),
            )
        )
    adjustments = []
    for before, count in pairs:
        balance = before.quantity if before is not None else Decimal(0)
        if difference := count.quantity - balance - _flow(session, before, count):
            adjustments.append(_adjustment(count, difference))
    insert_new(session, StockMove, adjustments)


def _counted_later(
    session: Session, tenant_id: str, at: Mapping[Goods, set[datetime]]
) -> list[Goods]:
    """The goods that were counted at or after one of their changes; most never were."""
    last: dict[Goods, datetime] = {}
    stores = {store_of(location) for location, _ in at}
    for some in chunks({gtin for _, gtin in at}):
        for location, gtin, counted_at in session.execute(
            sa.select(StockCount.location, StockCount.gtin, sa.func.max(StockCount.counted_at))
            .where(
                StockCount.tenant_id == tenant_id,
                StockCount.store_id.in_(stores),
                StockCount.gtin.in_(some),
            )
            .group_by(StockCount.location, StockCount.gtin)
        ):
            last[location, gtin] = counted_at
    return [goods for goods in sorted(last) if goods in at and min(at[goods]) <= last[goods]]


def _counts(session: Session, tenant_id: str, goods: Goods) -> Sequence[sa.Row[Any]]:
    """Every count of a product at its location, in order of time."""
    location, gtin = goods
    return session.execute(
        sa.select(*StockCount.__table__.columns)
        .where(
            StockCount.tenant_id == tenant_id,
            StockCount.store_id == store_of(location),
            StockCount.gtin == gtin,
            StockCount.location == location,
        )
        .order_by(StockCount.counted_at, StockCount.count_id)
    ).all()


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
        _touches(count.store_id),
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
        "other_store_id": None,
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
