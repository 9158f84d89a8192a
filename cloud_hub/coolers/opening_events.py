"""What photos before and after a cooler's door was open say → one row an opening, one a product."""

from collections.abc import Sequence
from typing import Any, Final

from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.core.projection import Fact, Projecting
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.trace import by_rows
from sync.events import CoolerOpened, PacksChanged


def apply_openings(work: Projecting, facts: Sequence[Fact[CoolerOpened]]) -> None:
    """Keeps every opening, and its products apart, under its event's identity."""
    openings: list[dict[str, Any]] = []
    products: list[dict[str, Any]] = []
    for fact in facts:
        body = fact.body
        if body.told_lanes > body.lanes or body.before_at > body.taken_at:
            work.refuse(fact, "more lanes were told than there are, or the photos are reversed")
            continue
        where = {
            "tenant_id": fact.tenant_id,
            "opening_id": fact.event_id,
            "store_id": fact.store_id,
            "fixture_id": body.fixture_id,
            "business_day": work.business_day(fact, body.taken_at),
            "taken_at": body.taken_at,
        }
        openings.append(
            where
            | {
                "device_id": fact.device_id,
                "camera_id": body.camera_id,
                "before_at": body.before_at,
                "before_sha256": body.before_sha256,
                "after_sha256": body.after_sha256,
                "quality": body.quality.value,
                "openings": body.openings,
                "open_s": body.open_s,
                "purpose": body.purpose,
                "lanes": body.lanes,
                "told_lanes": body.told_lanes,
                "model": body.model,
            }
        )
        products += [where | _packs(change) for change in body.changes]
    insert_new(work.session, CoolerOpening, openings)
    insert_new(work.session, OpenedProduct, products)


def _packs(change: PacksChanged) -> dict[str, Any]:
    return {
        "gtin": change.gtin,
        "taken": change.taken.mean,
        "taken_variance": change.taken.variance,
        "put_back": change.put_back.mean,
        "put_back_variance": change.put_back.variance,
        "refilled": change.refilled.mean,
        "refilled_variance": change.refilled.variance,
        "removed": change.removed.mean,
        "moved": change.moved,
        "untold": change.untold,
    }


trace_opening: Final = by_rows("cooler opening", CoolerOpening.opening_id)
