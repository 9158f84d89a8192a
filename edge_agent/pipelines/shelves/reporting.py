"""Photos and door openings → events."""

from dataclasses import dataclass
from datetime import datetime

from sync.events import (
    CoolerOpened,
    MediaTaken,
    PackCount,
    PacksChanged,
    PictureQuality,
    SeenBasket,
    SeenFacing,
    ShelfObserved,
)
from vision_models.shelf.openings.changes import Estimate, OpeningReading
from vision_models.shelf.openings.opening import Occasion


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
    occasion: Occasion
    reading: OpeningReading | None
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


def _packs(said: Estimate) -> PackCount:
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
