"""The event types: the only wire format. One model a kind, additive from version to version.

A body says what a device saw or did; what that means is decided by the hub. Unknown fields are
kept (`extra="allow"`), so that an older hub loses nothing a newer agent says.
"""

from sync.events.catalogue import EVENT_TYPES, occurred_at
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
