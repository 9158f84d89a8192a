"""Stock moves and counts as booked on devices → the ledger."""

from collections.abc import Sequence
from typing import Any, Final

from cloud_hub.core.exact import exact
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_rows
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.stock.ledger import (
    PLACES,
    VIRTUAL_LOCATIONS,
    StockChange,
    book,
    correct_counts,
    location_id,
    store_of,
)
from cloud_hub.stock.tables import StockCount, StockMove
from sync.events import StockCounted, StockMoved


def _unknown(
    work: Projecting, fact: Fact[StockMoved] | Fact[StockCounted], *locations: str
) -> str | None:
    """Why nothing of the product can be booked at one of the locations; None where it can. What was
    booked before its product or store was loaded is replayed from the dead letters then."""
    if work.session.get(ProductRow, (fact.tenant_id, fact.body.gtin)) is None:
        return (
            f"product {fact.body.gtin} is not known: load it, then replay this letter; or mend the"
            " number"
        )
    for location in locations:
        store_id = store_of(location)
        if store_id is None:
            continue
        if location.partition("/")[2] not in PLACES:
            return (
                f"location {location!r} is not known; a store has {' and '.join(sorted(PLACES))},"
                f" and there are {', '.join(sorted(VIRTUAL_LOCATIONS))}"
            )
        is_own = store_id == fact.store_id
        if not is_own and work.session.get(StoreRow, (fact.tenant_id, store_id)) is None:
            return f"location {location!r} is of no store of the chain; load that store first"
    return None


def apply_moves(work: Projecting, facts: Sequence[Fact[StockMoved]]) -> None:
    """Books each move under its event's identity."""
    by_tenant: dict[str, list[dict[str, object]]] = {}
    for fact in facts:
        came_from = location_id(fact.store_id, fact.body.from_location)
        went_to = location_id(fact.store_id, fact.body.to_location)
        quantity = exact(fact.body.quantity)
        if quantity is None:
            work.refuse(fact, f"quantity {fact.body.quantity} has more than four decimal places")
        elif came_from == went_to:
            work.refuse(fact, f"stock cannot move from {came_from} to itself")
        elif error := _unknown(work, fact, came_from, went_to):
            work.refuse(fact, error)
        else:
            by_tenant.setdefault(fact.tenant_id, []).append(
                {
                    "tenant_id": fact.tenant_id,
                    "move_id": fact.event_id,
                    "store_id": fact.store_id,
                    "gtin": fact.body.gtin,
                    "quantity": quantity,
                    "from_location": came_from,
                    "to_location": went_to,
                    "reason": fact.body.reason,
                    "moved_at": fact.body.moved_at,
                }
            )
    for tenant_id, moves in by_tenant.items():
        book(work.session, tenant_id, moves)


def apply_counts(work: Projecting, facts: Sequence[Fact[StockCounted]]) -> None:
    """Keeps each count as an assertion, and the adjustment that makes it hold."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        location = location_id(fact.store_id, fact.body.location)
        quantity = exact(fact.body.quantity)
        if quantity is None:
            work.refuse(fact, f"quantity {fact.body.quantity} has more than four decimal places")
            continue
        if error := _unknown(work, fact, location):
            work.refuse(fact, error)
            continue
        rows.setdefault(fact.tenant_id, []).append(
            {
                "tenant_id": fact.tenant_id,
                "count_id": fact.event_id,
                "store_id": store_of(location) or fact.store_id,
                "gtin": fact.body.gtin,
                "location": location,
                "quantity": quantity,
                "counted_at": fact.body.counted_at,
            }
        )
    for tenant_id, counts in rows.items():
        insert_new(work.session, StockCount, counts)
        changes = [StockChange(row["location"], row["gtin"], row["counted_at"]) for row in counts]
        correct_counts(work.session, tenant_id, changes)


trace_move: Final = by_rows("stock move", StockMove.move_id)
trace_count: Final = by_rows("stock count", StockCount.count_id)
