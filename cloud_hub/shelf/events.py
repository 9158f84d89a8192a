"""What shelf photos show → one observation a photo."""

from collections.abc import Sequence
from typing import Any, Final

from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_rows
from cloud_hub.shelf.tables import ShelfObservation
from sync.events import ShelfObserved


def apply_shelves(work: Projecting, facts: Sequence[Fact[ShelfObserved]]) -> None:
    """Keeps every observation under its event's identity."""
    insert_new(
        work.session,
        ShelfObservation,
        [
            {
                "tenant_id": fact.tenant_id,
                "observation_id": fact.event_id,
                "store_id": fact.store_id,
                "fixture_id": fact.body.fixture_id,
                "device_id": fact.device_id,
                "camera_id": fact.body.camera_id,
                "taken_at": fact.body.taken_at,
                "business_day": work.business_day(fact, fact.body.taken_at),
                "photo_sha256": fact.body.photo_sha256,
                "width_px": fact.body.width_px,
                "height_px": fact.body.height_px,
                "quality": fact.body.quality.value,
                "planogram_id": fact.body.planogram_id,
                "planogram_version": fact.body.planogram_version,
                "facings": [facing.model_dump(mode="json") for facing in fact.body.facings],
                "named": sum(1 for facing in fact.body.facings if facing.gtin is not None),
                "unnamed": sum(1 for facing in fact.body.facings if facing.gtin is None),
                "empty_slots": list(fact.body.empty_slots),
                "hidden_slots": list(fact.body.hidden_slots),
                "baskets": _baskets(fact.body),
                "model": fact.body.model,
                "took_ms": fact.body.took_ms,
            }
            for fact in facts
        ],
    )


def _baskets(body: ShelfObserved) -> list[dict[str, Any]] | None:
    """A chest freezer's baskets as JSON; None where there are none."""
    return [basket.model_dump(mode="json") for basket in body.baskets] if body.baskets else None


trace_photo: Final = by_rows("shelf photo", ShelfObservation.observation_id)
