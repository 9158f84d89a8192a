"""What photos of shelves show, and the reference to each picture."""

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from device_profiles.names import Identifier
from device_profiles.values.bounds import (
    Amount,
    Count,
    Moment,
    Number,
    Sha256,
    Share,
    Version,
    Word,
)
from device_profiles.values.gtin import Gtin
from sync.events.envelope import EventBody, Lane, Part

FACINGS_MOST = 2000
"""Facings, slots and baskets that one photo may show."""

Candidates = Annotated[tuple[Gtin, ...], Field(max_length=100)]
Slots = Annotated[tuple[Word, ...], Field(max_length=FACINGS_MOST)]
_WORD = re.compile(r"[a-z][a-z_]{0,31}")


class SeenFacing(Part):
    """One product at the front: box in pixels (x1, y1, x2, y2), what it is, where it stands.

    `certainty` is how likely `gtin`, or the first of `candidates`, is right. `candidates` are what
    else it may be, best first; only where a person should look. `stacked` items of it stand on
    each other there, where there is more than one.
    """

    box: tuple[Number, Number, Number, Number]
    gtin: Gtin | None = None
    score: Share
    slot_id: Word | None = None
    certainty: Share | None = None
    candidates: Candidates | None = None
    stacked: Count | None = Field(default=None, ge=1)


class SeenBasket(Part):
    """One basket of a chest freezer: the share of its floor that goods cover, null where it could
    not be judged; where it lies in the photo (x1, y1, x2, y2 in pixels), null from agents that do
    not say. What lies in it stands in the facings, under its slot."""

    slot_id: Word
    filled: Share | None = None
    box: tuple[Number, Number, Number, Number] | None = None


Baskets = Annotated[tuple[SeenBasket, ...], Field(max_length=FACINGS_MOST)]


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
    taken_at: Moment
    photo_sha256: Word
    width_px: Count
    height_px: Count
    quality: PictureQuality
    planogram_id: Word | None = None
    planogram_version: Version | None = None
    facings: tuple[SeenFacing, ...] = Field(default=(), max_length=FACINGS_MOST)
    empty_slots: Slots = ()
    hidden_slots: Slots = ()
    baskets: Baskets | None = None
    model: Word = ""
    took_ms: Amount = 0.0


class MediaTaken(EventBody):
    """A reference to a picture; its bytes go by resumable HTTP PUT under their SHA-256."""

    kind: ClassVar[str] = "media"
    lane: ClassVar[Lane] = Lane.MEDIA

    sha256: Sha256
    bytes: Count = Field(ge=1)
    media_type: Word
    width_px: Count
    height_px: Count
    taken_at: Moment
    subject: Word
