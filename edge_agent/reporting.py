"""Observation -> event: the only place where what a device saw or did becomes a body of the wire.

A new event type is one function here, one model in sync/events, one handler in the hub.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from edge_agent.till.requests import (
    IdentityRequest,
    StockCountRequest,
    StockMoveRequest,
    TenderRequest,
)
from sync.events import (
    Alarm,
    AlarmState,
    CartClosed,
    CoolerOpened,
    CoolerRead,
    FloorHeated,
    FootfallAudited,
    FootfallCounted,
    LineReference,
    MediaTaken,
    PackCount,
    PacksChanged,
    PictureQuality,
    Receipt,
    ReceiptLine,
    ReceiptType,
    SeenBasket,
    SeenFacing,
    ShelfObserved,
    ShopperIdentity,
    StockCounted,
    StockMoved,
    Tender,
    ZoneOccupied,
)

if TYPE_CHECKING:
    # A till reports too, and holds no OpenCV.
    from vision_models.changes import Estimate, OpeningReading
    from vision_models.opening import Occasion

STORE_LOCATIONS = frozenset({"floor", "back-room"})
"""Locations inside the store; the hub names them `STORE/floor`, `STORE/back-room`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TillAct:
    """One finished act of a till, numbered. Amounts signed as printed."""

    workstation_id: str
    business_day: date
    sequence: int
    type: ReceiptType
    ended_at: datetime
    currency: str
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[TenderRequest, ...] = ()
    identities: tuple[IdentityRequest, ...] = ()
    origin: str = "till"


def report_receipt(act: TillAct) -> Receipt:
    """The receipt of one act of a till."""
    return Receipt(
        workstation_id=act.workstation_id,
        business_day=act.business_day,
        sequence=act.sequence,
        type=act.type,
        ended_at=act.ended_at,
        currency=act.currency,
        lines=act.lines,
        tenders=tuple(Tender(kind=one.kind, amount=one.amount) for one in act.tenders),
        identities=tuple(ShopperIdentity(kind=one.kind, value=one.value) for one in act.identities),
        origin=act.origin,
    )


def undo_line(receipt: Receipt, line: ReceiptLine) -> ReceiptLine:
    """The line that takes `line` of `receipt` back."""
    return line.model_copy(
        update={
            "quantity": -line.quantity,
            "discount": -line.discount,
            "amount": -line.amount,
            "return_of": LineReference(
                workstation_id=receipt.workstation_id,
                business_day=receipt.business_day,
                sequence=receipt.sequence,
                line=line.line,
            ),
        }
    )


def report_move(store_id: str, request: StockMoveRequest, *, now: datetime) -> StockMoved:
    """Goods that went from one location to another."""
    return StockMoved(
        gtin=request.gtin,
        quantity=request.quantity,
        from_location=location_in(store_id, request.from_location),
        to_location=location_in(store_id, request.to_location),
        reason=request.reason,
        moved_at=request.moved_at or now,
        reference=request.reference,
    )


def report_count(store_id: str, request: StockCountRequest, *, now: datetime) -> StockCounted:
    """A person's count."""
    return StockCounted(
        gtin=request.gtin,
        location=location_in(store_id, request.location),
        quantity=request.quantity,
        counted_at=request.counted_at or now,
    )


def location_in(store_id: str, location: str) -> str:
    """`floor` and `back-room` as this store's; every other location as it is."""
    return f"{store_id}/{location}" if location in STORE_LOCATIONS else location


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What a local rule found: an alarm's name, what it is about, and the figure behind it."""

    alarm: str
    subject: str
    value: float | None = None
    limit: float | None = None
    detail: str = ""


def report_alarm(guarded: Guarded, *, state: AlarmState, at: datetime) -> Alarm:
    """An alarm that began or ended."""
    return Alarm(
        alarm=guarded.alarm,
        subject=guarded.subject,
        state=state,
        at=at,
        value=guarded.value,
        limit=guarded.limit,
        detail=guarded.detail,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMinute:
    """Crossings of one line in one minute; `watched_s` of its 60 s the picture could be counted.
    `confidence` is None where nobody crossed."""

    line_id: str
    role: str
    started_at: datetime
    entries: int
    exits: int
    staff: int
    watched_s: float
    confidence: float | None
    frames_per_s: float
    simulated: bool


def report_footfall(minute: LineMinute) -> FootfallCounted:
    """One minute of one line."""
    return FootfallCounted(
        line_id=minute.line_id,
        role=minute.role,
        started_at=minute.started_at,
        interval_s=60,
        in_=(minute.entries,),
        out=(minute.exits,),
        staff=(minute.staff,),
        watched_s=(round(minute.watched_s, 1),),
        confidence=(None if minute.confidence is None else round(minute.confidence, 2),),
        frames_per_s=(round(minute.frames_per_s, 1),),
        simulated=minute.simulated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMinute:
    """Visits to one zone that ended in one minute, how many people stood there and waited."""

    zone_id: str
    started_at: datetime
    dwell_s: tuple[float, ...]
    occupancy_mean: float
    occupancy_max: int
    watched_s: float
    is_queue: bool
    queue_mean: float
    queue_max: int
    came_from: dict[str, int]
    staff: int
    category: str | None
    simulated: bool


def report_zone(minute: ZoneMinute) -> ZoneOccupied:
    """One minute of one zone."""
    return ZoneOccupied(
        zone_id=minute.zone_id,
        started_at=minute.started_at,
        interval_s=60,
        dwell_s=tuple(round(one, 1) for one in minute.dwell_s),
        occupancy_mean=round(minute.occupancy_mean, 2),
        occupancy_max=minute.occupancy_max,
        watched_s=round(minute.watched_s, 1),
        is_queue=minute.is_queue,
        queue_mean=round(minute.queue_mean, 2),
        queue_max=minute.queue_max,
        came_from=minute.came_from,
        staff=minute.staff,
        category=minute.category,
        simulated=minute.simulated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMinute:
    """Person-seconds by cell of one camera's floor map in one minute."""

    camera_id: str
    started_at: datetime
    columns: int
    rows: int
    cells: dict[int, float]
    zones: dict[str, tuple[tuple[float, float], ...]]
    watched_s: float
    simulated: bool


def report_heat(minute: HeatMinute) -> FloorHeated:
    """One minute of one camera's floor map."""
    return FloorHeated(
        camera_id=minute.camera_id,
        started_at=minute.started_at,
        interval_s=60,
        columns=minute.columns,
        rows=minute.rows,
        cells=tuple((cell, round(seconds, 1)) for cell, seconds in sorted(minute.cells.items())),
        zones=minute.zones,
        watched_s=round(minute.watched_s, 1),
        simulated=minute.simulated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCount:
    """What a person counted in a clip of one line, beside what the device had counted in it."""

    line_id: str
    camera_id: str
    started_at: datetime
    seconds: float
    hand_in: int
    hand_out: int
    counted_in: int
    counted_out: int
    missed: int
    surplus: int
    audited_at: datetime


def report_audit(count: HandCount) -> FootfallAudited:
    """One clip counted by hand."""
    return FootfallAudited(
        line_id=count.line_id,
        camera_id=count.camera_id,
        started_at=count.started_at,
        seconds=round(count.seconds, 1),
        hand_in=count.hand_in,
        hand_out=count.hand_out,
        counted_in=count.counted_in,
        counted_out=count.counted_out,
        missed=count.missed,
        surplus=count.surplus,
        audited_at=count.audited_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRead:
    """One photo of one fixture, and what was read from it."""

    fixture_id: str
    camera_id: str
    taken_at: datetime
    sha256: str
    width_px: int
    height_px: int
    quality: PictureQuality
    planogram_id: str | None
    planogram_version: int | None
    facings: tuple[SeenFacing, ...]
    empty_slots: tuple[str, ...]
    hidden_slots: tuple[str, ...]
    model: str
    took_ms: float
    baskets: tuple[SeenBasket, ...] = ()


def report_shelf(photo: PhotoRead) -> ShelfObserved:
    """What one photo of one fixture shows."""
    return ShelfObserved(
        fixture_id=photo.fixture_id,
        camera_id=photo.camera_id,
        taken_at=photo.taken_at,
        photo_sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        quality=photo.quality,
        planogram_id=photo.planogram_id,
        planogram_version=photo.planogram_version,
        facings=photo.facings,
        empty_slots=photo.empty_slots,
        hidden_slots=photo.hidden_slots,
        baskets=photo.baskets or None,
        model=photo.model,
        took_ms=round(photo.took_ms, 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What two photos of a cooler say was taken; `reading` None: the later one claims nothing."""

    fixture_id: str
    camera_id: str
    before_at: datetime
    taken_at: datetime
    before_sha256: str
    after_sha256: str
    quality: PictureQuality
    occasion: "Occasion"
    reading: "OpeningReading | None"
    model: str


def report_opening(opened: Opened) -> CoolerOpened:
    """What became of a cooler's packs between two photos."""
    reading = opened.reading
    return CoolerOpened(
        fixture_id=opened.fixture_id,
        camera_id=opened.camera_id,
        before_at=opened.before_at,
        taken_at=opened.taken_at,
        before_sha256=opened.before_sha256,
        after_sha256=opened.after_sha256,
        quality=opened.quality,
        openings=opened.occasion.openings,
        open_s=opened.occasion.open_s,
        purpose=reading.purpose.value if reading else "",
        changes=tuple(
            PacksChanged(
                gtin=change.gtin,
                taken=_packs(change.taken),
                put_back=_packs(change.put_back),
                refilled=_packs(change.refilled),
                removed=_packs(change.removed),
                moved=change.moved,
                untold=change.untold,
            )
            for change in (reading.changes if reading else ())
        ),
        lanes=reading.lanes if reading else 0,
        told_lanes=reading.told_lanes if reading else 0,
        model=opened.model,
    )


def _packs(said: "Estimate") -> PackCount:
    return PackCount(
        mean=round(said.mean, 3), variance=round(said.variance, 4), low=said.low, high=said.high
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in the media store."""

    sha256: str
    bytes: int
    width_px: int
    height_px: int
    taken_at: datetime
    subject: str


def report_media(picture: Picture) -> MediaTaken:
    """The reference to a picture; its bytes go their own way."""
    return MediaTaken(
        sha256=picture.sha256,
        bytes=picture.bytes,
        media_type="image/jpeg",
        width_px=picture.width_px,
        height_px=picture.height_px,
        taken_at=picture.taken_at,
        subject=picture.subject,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerMinute:
    """A cooler's readings of one interval; None where a sensor could not be read."""

    fixture_id: str
    started_at: datetime
    interval_s: int
    temperature_c: float | None
    compressor_duty: float | None
    door_open_s: float | None
    mode: str


def report_cooler(minute: CoolerMinute) -> CoolerRead:
    """One interval of one cooler."""
    return CoolerRead(
        fixture_id=minute.fixture_id,
        started_at=minute.started_at,
        interval_s=minute.interval_s,
        temperature_c=(minute.temperature_c,),
        compressor_duty=(minute.compressor_duty,),
        door_open_s=(minute.door_open_s,),
        mode=minute.mode,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CartEnd:
    """A cart's session at its end."""

    session_id: str
    started_at: datetime
    ended_at: datetime
    items: Sequence[ReceiptLine]
    expected_g: float
    measured_g: float
    verdict: str


def report_cart(end: CartEnd) -> CartClosed:
    """A closed cart session."""
    return CartClosed(
        session_id=end.session_id,
        started_at=end.started_at,
        ended_at=end.ended_at,
        items=tuple(end.items),
        expected_g=end.expected_g,
        measured_g=end.measured_g,
        verdict=end.verdict,
    )


def total_of(lines: Sequence[ReceiptLine]) -> Decimal:
    """What the lines come to."""
    return sum((line.amount for line in lines), start=Decimal(0))
