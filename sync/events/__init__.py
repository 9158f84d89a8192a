"""The event types: the only wire format. One model a kind, additive from version to version.

A body says what a device saw or did; what that means is decided by the hub. Unknown fields are
kept (`extra="allow"`), so that an older hub loses nothing a newer agent says.
"""

from datetime import datetime
from functools import cache

from sync.events.cooler import CoolerOpened, CoolerRead, PackCount, PacksChanged
from sync.events.device import Alarm, AlarmState, CommandResult, LossDeclared, StateReported
from sync.events.envelope import ClockState, EventBody, Lane, Part, PositiveSeq, Stamp
from sync.events.floor import FloorHeated, FootfallAudited, FootfallCounted, ZoneOccupied
from sync.events.sales import (
    CartClosed,
    LineReference,
    Receipt,
    ReceiptLine,
    ReceiptType,
    ShopperIdentity,
    StockCounted,
    StockMoved,
    Tender,
)
from sync.events.shelf import MediaTaken, PictureQuality, SeenBasket, SeenFacing, ShelfObserved

__all__ = [
    "EVENT_TYPES",
    "Alarm",
    "AlarmState",
    "CartClosed",
    "ClockState",
    "CommandResult",
    "CoolerOpened",
    "CoolerRead",
    "EventBody",
    "FloorHeated",
    "FootfallAudited",
    "FootfallCounted",
    "Lane",
    "LineReference",
    "LossDeclared",
    "MediaTaken",
    "PackCount",
    "PacksChanged",
    "Part",
    "PictureQuality",
    "PositiveSeq",
    "Receipt",
    "ReceiptLine",
    "ReceiptType",
    "SeenBasket",
    "SeenFacing",
    "ShelfObserved",
    "ShopperIdentity",
    "Stamp",
    "StateReported",
    "StockCounted",
    "StockMoved",
    "Tender",
    "ZoneOccupied",
    "occurred_at",
]

EVENT_TYPES: dict[str, type[EventBody]] = {
    model.kind: model
    for model in (
        Receipt,
        StockMoved,
        StockCounted,
        Alarm,
        LossDeclared,
        StateReported,
        CommandResult,
        FootfallAudited,
        FootfallCounted,
        ZoneOccupied,
        FloorHeated,
        ShelfObserved,
        CoolerOpened,
        CoolerRead,
        CartClosed,
        MediaTaken,
    )
}
"""Every known kind. A new one: a model in a file beside, a line here, a mapping in a part's
`reporting.py` of edge_agent, a projection in a domain of cloud_hub."""

_OWN_TIMES = ("ended_at", "taken_at", "started_at", "moved_at", "counted_at", "at")


@cache
def _own_time(model: type[EventBody]) -> str | None:
    return next((name for name in _OWN_TIMES if name in model.model_fields), None)


def occurred_at(body: EventBody, stamp: Stamp) -> datetime:
    """When the thing happened: the body's own time where it has one, else when it was recorded."""
    name = _own_time(type(body))
    own: datetime = stamp.wall_at if name is None else getattr(body, name)
    return own
