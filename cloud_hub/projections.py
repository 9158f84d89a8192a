"""Event bodies → facts, in the transaction that takes them."""

from collections.abc import Callable, Sequence
from typing import Any

from cloud_hub.coolers.opening_events import apply_openings
from cloud_hub.coolers.reading_events import apply_coolers
from cloud_hub.core.projection import Fact, Work
from cloud_hub.fleet.events import apply_reported, apply_results
from cloud_hub.link.alarm_events import apply_alarms
from cloud_hub.link.media_events import apply_media
from cloud_hub.sales.cart_events import apply_carts
from cloud_hub.sales.receipt_events import apply_receipts
from cloud_hub.shelf.events import apply_shelves
from cloud_hub.stock.events import apply_counts, apply_moves
from cloud_hub.traffic.footfall_events import apply_audits, apply_footfall
from cloud_hub.traffic.zone_events import apply_heat, apply_zones
from sync import events

Projection = Callable[[Work, Sequence[Fact[Any]]], None]


PROJECTIONS: dict[str, Projection] = {
    events.Receipt.kind: apply_receipts,
    events.StockMoved.kind: apply_moves,
    events.StockCounted.kind: apply_counts,
    events.FootfallCounted.kind: apply_footfall,
    events.ZoneOccupied.kind: apply_zones,
    events.FloorHeated.kind: apply_heat,
    events.FootfallAudited.kind: apply_audits,
    events.ShelfObserved.kind: apply_shelves,
    events.CoolerRead.kind: apply_coolers,
    events.CoolerOpened.kind: apply_openings,
    events.CartClosed.kind: apply_carts,
    events.Alarm.kind: apply_alarms,
    events.CommandResult.kind: apply_results,
    events.StateReported.kind: apply_reported,
    events.MediaTaken.kind: apply_media,
}
"""In this order. Declared losses have no projection: they are in the link's books."""
