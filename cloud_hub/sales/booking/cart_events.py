"""Closed sessions of smart carts."""

from collections.abc import Sequence
from typing import Final

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_body
from cloud_hub.sales.tables import CartSession
from sync.events import CartClosed


def apply_carts(work: Projecting, facts: Sequence[Fact[CartClosed]]) -> None:
    """Keeps every session; its name is the device's and its own."""
    insert_new(
        work.session,
        CartSession,
        [
            {
                "tenant_id": fact.tenant_id,
                "session_id": f"{fact.device_id}/{fact.body.session_id}",
                "store_id": fact.store_id,
                "device_id": fact.device_id,
                "started_at": fact.body.started_at,
                "ended_at": fact.body.ended_at,
                "items": [item.model_dump(mode="json") for item in fact.body.items],
                "expected_g": fact.body.expected_g,
                "measured_g": fact.body.measured_g,
                "verdict": fact.body.verdict,
            }
            for fact in facts
        ],
    )


trace_cart: Final = by_body(lambda body: f"cart session {body['session_id']}")
