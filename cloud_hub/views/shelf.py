"""One fixture: its photo with boxes, its slots against the plan, its gaps with time and money."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_hub.metrics.shelf_facts import SlotState
from cloud_hub.photo import Box, Photo
from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Cost, ProblemRow

__all__ = ["GapSpan", "ShelfView", "SlotRow", "SlotState", "Thumbnail", "shelf_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One planned slot. `seen_gtin` is None for empty, unknown and hidden slots. `since` is when
    the state was first seen. `floor_units`/`back_room_units` are the ledger's, `sold_today` the
    till's; None where neither knows the product."""

    slot_id: str
    row: int
    column: int
    planned_gtin: str
    planned_name: Text
    seen_gtin: str | None
    seen_name: Text | None
    confidence: float | None
    state: SlotState
    since: datetime | None
    since_text: Text | None
    cost: Cost | None
    floor_units: Decimal | None
    back_room_units: Decimal | None
    sold_today: Decimal | None
    evidence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One photo of the day. `gaps` are the slots seen empty; None: the picture claims nothing."""

    sha256: str
    url: str | None
    taken_at: datetime
    local_time: str
    quality: str
    gaps: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSpan:
    """When a slot was empty today; `ended_at` None: it still is. `confirmed`: seen on two
    consecutive clear photos, or for ten minutes."""

    slot_id: str
    started_at: datetime
    ended_at: datetime | None
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfView:
    """Everything on a shelf's page. `seen` are the boxes of the last photo, `planned` one box a
    planned slot where its place in the picture is known, `difference` only what is wrong. `facings`
    etc. come as (right, of): None where the picture claims nothing. `last_clear_at` is the last
    picture that could be judged. `model` is the recogniser that read the photo."""

    fixture_id: str
    name: Text
    kind: str
    store_id: str
    store_name: Text
    owner_brand: Text | None
    now: datetime
    local_now: datetime
    time_zone: str
    business_day: date
    rows: int
    columns: int
    planogram_id: str | None
    planogram_version: int | None
    photo: Photo | None
    seen: tuple[Box, ...]
    planned: tuple[Box, ...]
    difference: tuple[Box, ...]
    last_clear_at: datetime | None
    quality_text: Text
    facings: tuple[int, int] | None
    positions: tuple[int, int] | None
    gaps: int | None
    unknown: int | None
    hidden: int
    lost_so_far: Cost | None
    model: str | None
    slots: tuple[SlotRow, ...]
    figures: tuple[Figure, ...]
    thumbnails: tuple[Thumbnail, ...]
    gap_spans: tuple[GapSpan, ...]
    problems: tuple[ProblemRow, ...]


def shelf_view(session: Session, viewer: Viewer, now: datetime, fixture_id: str) -> ShelfView:
    """One fixture as `viewer` may see it at `now`: a brand sees a rival's name only in its own
    cooler, else "Other A". Raises NotYours, NotFound."""
    raise NotImplementedError
