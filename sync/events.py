"""The event types: the only wire format. One model a kind, additive from version to version.

A body says what a device saw or did; what that means is decided by the hub. Unknown fields are
kept (`extra="allow"`), so that an older hub loses nothing a newer agent says.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cache
from typing import Annotated, ClassVar, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from device_profiles.gtin import Gtin
from device_profiles.names import Identifier


class Lane(IntEnum):
    """Lanes in strict priority; a tenth of all batches is kept for the lower ones."""

    SALE = 0
    ALERT = 1
    RESULT = 2
    METRIC = 3
    MEDIA = 4


class EventBody(BaseModel):
    """Base of every event body. `kind` and `schema_version` stand in the envelope, not in it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    lane: ClassVar[Lane]


class Part(BaseModel):
    """Base of the parts inside a body."""

    model_config = ConfigDict(extra="allow", frozen=True)


# --- lane 0: sales and stock ---------------------------------------------------------------------


class ReceiptType(StrEnum):
    """What a receipt records."""

    SALE = "sale"
    RETURN = "return"
    VOID = "void"
    NO_SALE = "no-sale"
    PICK_UP = "pick-up"


class LineReference(Part):
    """A line of an earlier receipt, for a return. Any part may be unknown."""

    workstation_id: str
    business_day: date
    sequence: int
    line: int


class ReceiptLine(Part):
    """One line. `amount` is what the shopper pays for it, after `discount`; both signed as printed:
    a return's quantity and amount are negative."""

    line: int = Field(ge=1)
    code: str
    gtin: Gtin | None = None
    description: str = ""
    quantity: Decimal
    unit: str = "each"
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    amount: Decimal
    return_of: LineReference | None = None


class Tender(Part):
    """One payment."""

    kind: str
    amount: Decimal


class ShopperIdentity(Part):
    """A handle a shopper showed: phone, member number, card … Kept encrypted by the hub."""

    kind: str
    value: str


class Receipt(EventBody):
    """A finished transaction. Natural key: store, workstation, business day, sequence (ARTS)."""

    kind: ClassVar[str] = "receipt"
    lane: ClassVar[Lane] = Lane.SALE

    workstation_id: Identifier
    business_day: date
    sequence: int = Field(ge=0)
    type: ReceiptType = ReceiptType.SALE
    ended_at: AwareDatetime
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...] = ()
    identities: tuple[ShopperIdentity, ...] = ()
    origin: str = "till"


class StockMoved(EventBody):
    """Goods went from one location to another, as booked on a device in the store."""

    kind: ClassVar[str] = "stock-moved"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    quantity: Decimal = Field(gt=0)
    from_location: str
    to_location: str
    reason: str
    moved_at: AwareDatetime
    reference: str = ""


class StockCounted(EventBody):
    """A person counted a product at a location: an assertion, from which the hub adjusts."""

    kind: ClassVar[str] = "stock-counted"
    lane: ClassVar[Lane] = Lane.SALE

    gtin: Gtin
    location: str
    quantity: Decimal = Field(ge=0)
    counted_at: AwareDatetime


# --- lane 1: alerts ------------------------------------------------------------------------------


class AlarmState(StrEnum):
    """An alarm is raised once and cleared once."""

    RAISED = "raised"
    CLEARED = "cleared"


class Alarm(EventBody):
    """A device guards itself: source lost, picture covered, too warm, door open, disk full …"""

    kind: ClassVar[str] = "alarm"
    lane: ClassVar[Lane] = Lane.ALERT

    alarm: str
    subject: str
    state: AlarmState
    at: AwareDatetime
    value: float | None = None
    limit: float | None = None
    detail: str = ""


class LossDeclared(EventBody):
    """Events that the device gave up for want of room. The same ranges stand in batch headers."""

    kind: ClassVar[str] = "loss-declared"
    lane: ClassVar[Lane] = Lane.ALERT

    lost_epoch: int = Field(default=1, ge=1)
    lost_lane: Lane
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    bytes: int = Field(ge=0)
    reason: str


# --- lane 2: results -----------------------------------------------------------------------------


class StateReported(EventBody):
    """The reported half of the device shadow."""

    kind: ClassVar[str] = "state-reported"
    lane: ClassVar[Lane] = Lane.RESULT

    version: int = Field(ge=0)
    state: dict[str, object]


class CommandResult(EventBody):
    """What became of one command."""

    kind: ClassVar[str] = "command-result"
    lane: ClassVar[Lane] = Lane.RESULT

    command_id: str
    outcome: str
    detail: str = ""


class FootfallAudited(EventBody):
    """A person counted a clip of one line by hand; the clip never left the device and is gone.

    `missed` and `surplus` are crossings that only the person, or only the device, saw within some
    seconds of each other; the sums may agree although both happened.
    """

    kind: ClassVar[str] = "footfall-audit"
    lane: ClassVar[Lane] = Lane.RESULT

    line_id: Identifier
    camera_id: Identifier
    started_at: AwareDatetime
    seconds: float = Field(gt=0)
    hand_in: int = Field(ge=0)
    hand_out: int = Field(ge=0)
    counted_in: int = Field(ge=0)
    counted_out: int = Field(ge=0)
    missed: int = Field(ge=0)
    surplus: int = Field(ge=0)
    audited_at: AwareDatetime


# --- lane 3: metrics -----------------------------------------------------------------------------


class FootfallCounted(EventBody):
    """Crossings of one line in consecutive intervals from `started_at`; all lists equally long.

    `in_`/`out` leave staff out, `staff` says how many crossings that were. `watched_s` is how much
    of each interval the picture was good enough to count in, `confidence` how sure its crossings
    are (0..1; null where nobody crossed), `frames_per_s` how many frames were looked at.
    """

    kind: ClassVar[str] = "footfall"
    lane: ClassVar[Lane] = Lane.METRIC
    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    line_id: Identifier
    role: str = "entrance"
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    in_: tuple[int, ...] = Field(alias="in")
    out: tuple[int, ...]
    staff: tuple[int, ...] = ()
    watched_s: tuple[float, ...]
    confidence: tuple[float | None, ...] = ()
    frames_per_s: tuple[float, ...] = ()
    simulated: bool = False


class ZoneOccupied(EventBody):
    """Visits that ended in one zone during one interval, with the seconds each lasted.

    `dwell_s` is the histogram in its finest form: lists of intervals merge into that of any longer
    time. `came_from`: how many of the visits came from which zone of the same camera. `staff`:
    visits left out of everything else. `queue_mean`/`queue_max`: people who waited, in a queue.
    `category`: the goods that stand there, by the English name of their category.
    """

    kind: ClassVar[str] = "zone"
    lane: ClassVar[Lane] = Lane.METRIC

    zone_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    dwell_s: tuple[float, ...]
    occupancy_mean: float = Field(ge=0)
    occupancy_max: int = Field(ge=0)
    watched_s: float = Field(ge=0)
    is_queue: bool = False
    queue_mean: float = Field(default=0.0, ge=0)
    queue_max: int = Field(default=0, ge=0)
    came_from: dict[str, int] = Field(default_factory=dict)
    staff: int = Field(default=0, ge=0)
    category: str | None = None
    simulated: bool = False


class FloorHeated(EventBody):
    """Where people stood in one camera's picture during one interval: (cell, person-seconds) of the
    cells that anybody stood in, counted along the rows of `columns` × `rows` from the top left.
    `zones`: the outline of each zone, x and y 0..1 of the frame. No identities, no pictures."""

    kind: ClassVar[str] = "heat"
    lane: ClassVar[Lane] = Lane.METRIC

    camera_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(default=60, ge=1)
    columns: int = Field(ge=1, le=64)
    rows: int = Field(ge=1, le=64)
    cells: tuple[tuple[int, float], ...]
    zones: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    watched_s: float = Field(ge=0)
    simulated: bool = False


class SeenFacing(Part):
    """One product at the front: box in pixels (x1, y1, x2, y2), what it is, where it stands.

    `certainty` is how likely `gtin`, or the first of `candidates`, is right. `candidates` are what
    else it may be, best first; only where a person should look. `stacked` items of it stand on
    each other there, where there is more than one.
    """

    box: tuple[float, float, float, float]
    gtin: Gtin | None = None
    score: float = Field(ge=0, le=1)
    slot_id: str | None = None
    certainty: float | None = Field(default=None, ge=0, le=1)
    candidates: tuple[Gtin, ...] | None = None
    stacked: int | None = Field(default=None, ge=1)


class SeenBasket(Part):
    """One basket of a chest freezer: the share of its floor that goods cover, null where it could
    not be judged; where it lies in the photo (x1, y1, x2, y2 in pixels), null from agents that do
    not say. What lies in it stands in the facings, under its slot."""

    slot_id: str
    filled: float | None = Field(default=None, ge=0, le=1)
    box: tuple[float, float, float, float] | None = None


class PictureQuality(StrEnum):
    """Whether a picture can be judged; any but CLEAR claims nothing about products."""

    CLEAR = "clear"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    FOGGED = "fogged"
    COVERED = "covered"
    MOVED = "moved"


class ShelfObserved(EventBody):
    """What one photo of one fixture shows. `empty_slots` are planned slots with nothing in them,
    `hidden_slots` those that could not be judged."""

    kind: ClassVar[str] = "shelf"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    camera_id: Identifier
    taken_at: AwareDatetime
    photo_sha256: str
    width_px: int
    height_px: int
    quality: PictureQuality
    planogram_id: str | None = None
    planogram_version: int | None = None
    facings: tuple[SeenFacing, ...] = ()
    empty_slots: tuple[str, ...] = ()
    hidden_slots: tuple[str, ...] = ()
    baskets: tuple[SeenBasket, ...] | None = None
    model: str = ""
    took_ms: float = 0.0


class PackCount(Part):
    """How many packs: the mean and variance of what may be, and the range of nine cases in ten."""

    mean: float = Field(default=0.0, ge=0)
    variance: float = Field(default=0.0, ge=0)
    low: int = Field(default=0, ge=0)
    high: int = Field(default=0, ge=0)


class PacksChanged(Part):
    """What became of one product while a cooler was open. `moved`: from one lane to another;
    `untold`: so many of its lanes could not be judged."""

    gtin: Gtin
    taken: PackCount = PackCount()
    put_back: PackCount = PackCount()
    refilled: PackCount = PackCount()
    removed: PackCount = PackCount()
    moved: int = Field(default=0, ge=0)
    untold: int = Field(default=0, ge=0)


class CoolerOpened(EventBody):
    """What two photos of a cooler, before and after its door was open, say was taken and put back.

    `openings` and `open_s` are what the door's sensor counted between the photos; null: no sensor.
    `purpose` is `shopping` or `refill`. `told_lanes` of `lanes` could be judged. Where the later
    photo is not clear, `quality` says why and nothing is claimed.
    """

    kind: ClassVar[str] = "opening"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    camera_id: Identifier
    before_at: AwareDatetime
    taken_at: AwareDatetime
    before_sha256: str
    after_sha256: str
    quality: PictureQuality = PictureQuality.CLEAR
    openings: int | None = Field(default=None, ge=0)
    open_s: float | None = Field(default=None, ge=0)
    purpose: str = "shopping"
    changes: tuple[PacksChanged, ...] = ()
    lanes: int = Field(default=0, ge=0)
    told_lanes: int = Field(default=0, ge=0)
    model: str = ""


class CoolerRead(EventBody):
    """Readings of a cooler in consecutive intervals from `started_at`; lists equally long.
    A reading that could not be taken is null, never 0."""

    kind: ClassVar[str] = "cooler"
    lane: ClassVar[Lane] = Lane.METRIC

    fixture_id: Identifier
    started_at: AwareDatetime
    interval_s: int = Field(ge=1)
    temperature_c: tuple[float | None, ...]
    compressor_duty: tuple[float | None, ...] = ()
    door_open_s: tuple[float | None, ...] = ()
    mode: str = "normal"


class CartClosed(EventBody):
    """A smart cart's session at its end: what was scanned, and whether the weight agrees."""

    kind: ClassVar[str] = "cart"
    lane: ClassVar[Lane] = Lane.METRIC

    session_id: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    items: tuple[ReceiptLine, ...]
    expected_g: float
    measured_g: float
    verdict: str


# --- lane 4: media -------------------------------------------------------------------------------


class MediaTaken(EventBody):
    """A reference to a picture; its bytes go by resumable HTTP PUT under their SHA-256."""

    kind: ClassVar[str] = "media"
    lane: ClassVar[Lane] = Lane.MEDIA

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=1)
    media_type: str
    width_px: int
    height_px: int
    taken_at: AwareDatetime
    subject: str


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
"""Every known kind. A new one: a model here, a mapping in edge_agent/reporting.py, a handler in
cloud_hub/projections."""


class ClockState(StrEnum):
    """How far a device's wall clock may be believed."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


class Stamp(NamedTuple):
    """When something was recorded, by the device's own clocks. Never used for order or expiry.

    A tuple: one is made for every event on either side.
    """

    boot_id: str
    monotonic_ms: int
    wall_at: datetime
    clock: ClockState


_OWN_TIMES = ("ended_at", "taken_at", "started_at", "moved_at", "counted_at", "at")


@cache
def _own_time(model: type[EventBody]) -> str | None:
    return next((name for name in _OWN_TIMES if name in model.model_fields), None)


def occurred_at(body: EventBody, stamp: Stamp) -> datetime:
    """When the thing happened: the body's own time where it has one, else when it was recorded."""
    name = _own_time(type(body))
    own: datetime = stamp.wall_at if name is None else getattr(body, name)
    return own


PositiveSeq = Annotated[int, Field(ge=1)]
"""Sequence numbers count from 1, gapless in their lane."""
