"""What photos of shelves show, and the reference to each picture."""

import re
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Field

from device_profiles.gtin import Gtin
from device_profiles.names import Identifier
from sync.events.envelope import EventBody, Lane, Part

_WORD = re.compile(r"[a-z][a-z_]{0,31}")


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
    """Whether a picture can be judged; any but CLEAR claims nothing about products. A word that
    this version does not know is OTHER, which is no reason to refuse an event."""

    CLEAR = "clear"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    FOGGED = "fogged"
    COVERED = "covered"
    MOVED = "moved"
    DAMAGED = "damaged"
    NO_COLOUR = "no_colour"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> "PictureQuality | None":
        return cls.OTHER if isinstance(value, str) and _WORD.fullmatch(value) else None


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
