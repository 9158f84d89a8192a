"""What shall go wrong in a simulated chain: filled in by problems.py, read by the rest."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldOut:
    """The last pack of a product leaves the floor at `at`; nobody refills it, though the back room
    holds exactly `back_room_units`."""

    store_id: str
    gtin: str
    at: datetime
    back_room_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsSwapped:
    """From `since` two neighbouring slots hold each other's product."""

    store_id: str
    first: str
    second: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangePacks:
    """From `since` a store's cooler holds other packs than planned: by slot, products of another
    brand, and numbers of packs that no product list holds."""

    store_id: str
    foreign: dict[str, str]
    unlisted: dict[str, int]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCrossings:
    """Staff crosses the entrance at `times`, each time in."""

    store_id: str
    times: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """Between `since` and `until`, `people` come to a till of which one is shut, instead of the
    usual shoppers: nobody else is in the store until the last of them has left, so that the queue
    is the same on any day."""

    store_id: str
    since: datetime
    until: datetime
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattended:
    """From `since` people help themselves from a store's lobby cooler, past its till."""

    store_id: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OddCooler:
    """From `since` until `until` (None: for good) a store's cooler runs for `duty` of the time
    (None: as ever) and is so much warmer; between the local hours `between_h` alone, where these
    are given (the second may be the next morning's). `mode` is what its controller says then."""

    store_id: str
    since: datetime
    until: datetime | None = None
    duty: float | None = None
    warmer_c: float = 0.0
    between_h: tuple[int, int] | None = None
    mode: str = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCut:
    """A store's line is dead from `since`; it comes back `back_after` the demonstration began."""

    store_id: str
    since: datetime
    back_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDisk:
    """A device's disk holds so little that `events` minutes, counted one event a minute from
    `since` while the line was down, are given up."""

    store_id: str
    device_id: str
    since: datetime
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AckLost:
    """An acknowledgement for this device is lost, so that it sends a batch a second time."""

    store_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """A line that a planned receipt has. A return's quantity is negative."""

    gtin: str
    quantity: Decimal
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReceipt:
    """A receipt that the script asks for. `returns` names the planned sale it gives back;
    `recorded_at` is when the till writes it down, where that is not when it happened."""

    store_id: str
    name: str
    at: datetime
    items: tuple[PlannedItem, ...]
    returns: str | None = None
    recorded_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Script:
    """Everything planted, by kind."""

    sold_out: list[SoldOut] = field(default_factory=list)
    swapped: list[SlotsSwapped] = field(default_factory=list)
    strange: list[StrangePacks] = field(default_factory=list)
    staff: list[StaffCrossings] = field(default_factory=list)
    rushes: list[Rush] = field(default_factory=list)
    unattended: list[Unattended] = field(default_factory=list)
    odd_coolers: list[OddCooler] = field(default_factory=list)
    cuts: list[LinkCut] = field(default_factory=list)
    small_disks: list[SmallDisk] = field(default_factory=list)
    lost_acks: list[AckLost] = field(default_factory=list)
    receipts: list[PlannedReceipt] = field(default_factory=list)

    def odd_cooler_of(self, store_id: str) -> tuple[OddCooler, ...]:
        """What is odd about a store's cooler."""
        return tuple(odd for odd in self.odd_coolers if odd.store_id == store_id)

    def cut_of(self, store_id: str) -> LinkCut | None:
        """The cut that concerns a store, if any."""
        return next((cut for cut in self.cuts if cut.store_id == store_id), None)
