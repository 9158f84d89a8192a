"""Every known kind, and when what it tells happened."""

from datetime import datetime
from functools import cache

from sync.events.cooler import CoolerOpened, CoolerRead
from sync.events.device import Alarm, CommandResult, LossDeclared, StateReported
from sync.events.envelope import EventBody, Stamp
from sync.events.floor import FloorHeated, FootfallAudited, FootfallCounted, ZoneOccupied
from sync.events.sales import CartClosed, Receipt, StockCounted, StockMoved
from sync.events.shelf import MediaTaken, ShelfObserved

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
"""Every known kind. A new one: a model beside, a line here, a mapping in a part's
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
