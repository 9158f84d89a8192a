"""Stock moves and counts as booked on devices → the ledger."""

from collections.abc import Sequence
from typing import Any, Final

from cloud_hub.core.exact import exact
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_rows
from cloud_hub.stock.ledger import Change, book, correct_counts, location_id
from cloud_hub.stock.tables import StockCount, StockMove
from sync.events import StockCounted, StockMoved


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
    rows: list[dict[str, Any]] = []
    for fact in facts:
        quantity = exact(fact.body.quantity)
        if quantity is None:
            work.refuse(fact, f"quantity {fact.body.quantity} has more than four decimal places")
            continue
        rows.append(
            {
                "tenant_id": fact.tenant_id,
                "count_id": fact.event_id,
                "store_id": fact.store_id,
                "gtin": fact.body.gtin,
                "location": location_id(fact.store_id, fact.body.location),
                "quantity": quantity,
                "counted_at": fact.body.counted_at,
            }
        )
    insert_new(work.session, StockCount, rows)
    for tenant_id in sorted({row["tenant_id"] for row in rows}):
        changes = [
            Change(row["store_id"], row["gtin"], row["counted_at"])
            for row in rows
            if row["tenant_id"] == tenant_id
        ]
        correct_counts(work.session, tenant_id, changes)


trace_move: Final = by_rows("stock move", StockMove.move_id)
trace_count: Final = by_rows("stock count", StockCount.count_id)
