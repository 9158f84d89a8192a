"""A photo as a page shows it: where its bytes are, how old it is, what stands where in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cloud_hub.core.text import Said


class BoxKind(StrEnum):
    """What a box marks. On a brand's cooler: own, foreign, unknown; elsewhere: product."""

    OWN = "own"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    PRODUCT = "product"
    MISPLACED = "misplaced"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in the photo's own pixels. `label` is the product's name, None where
    nobody is told it; `score` is None where nothing was recognised (a gap)."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: BoxKind
    label: Said | None
    score: float | None
    slot_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture with its age. `url` is None until its bytes have arrived. `due_at` is when the
    next photo is due (None: never planned); `is_stale` once that time has passed, or the picture is
    older than one interval: a stale photo is shown grey. `quality` is sync.events.PictureQuality.
    """

    sha256: str
    url: str | None
    taken_at: datetime
    age_s: float
    due_at: datetime | None
    is_stale: bool
    width_px: int
    height_px: int
    quality: str
    boxes: tuple[Box, ...]
