"""What the reading of a shelf's photo is: facings, gaps, and what could not be judged."""

from dataclasses import dataclass

from vision_models.core.damage import Part
from vision_models.naming.matching import SURE, Match
from vision_models.shelf.quality import Quality

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """One product at the front: `box` in pixels of the photo, GTIN or None for unknown.
    `certainty` and `candidates`, best first, are the match's; None and empty without a gallery.
    `stacked` items of it stand on each other here: one facing, that many high. `basket_id` is set
    in a chest freezer."""

    box: Box
    gtin: str | None
    score: float
    slot_id: str | None = None
    certainty: float | None = None
    candidates: tuple[str, ...] = ()
    stacked: int = 1
    basket_id: str | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look."""
        return self.gtin is None or (self.certainty or 0.0) < SURE


def facing_of(box: Box, match: Match, slot_id: str | None = None) -> Facing:
    """The facing in `box` that was recognised as `match` says."""
    return Facing(
        box=box,
        gtin=match.accepted,
        score=match.score,
        slot_id=slot_id,
        certainty=min(1.0, match.certainty) if match.candidates else None,
        candidates=tuple(one.gtin for one in match.candidates),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketSeen:
    """One basket of a chest freezer: where it lies in the photo, the GTINs lying open to view, and
    the share of its floor that goods cover, None where it could not be judged."""

    basket_id: str
    box: Box
    gtins: tuple[str, ...]
    filled: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfReading:
    """What one photo shows. `empty_slots` are planned slots with nothing in them, `hidden_slots`
    those that could not be judged. `compliance` is None without a planogram or a clear slot.
    `lost` are the parts of the photo that were never taken: nothing is said of them."""

    quality: Quality
    facings: tuple[Facing, ...] = ()
    empty_slots: tuple[str, ...] = ()
    hidden_slots: tuple[str, ...] = ()
    baskets: tuple[BasketSeen, ...] = ()
    compliance: float | None = None
    lost: tuple[Part, ...] = ()
    model: str = ""
    took_ms: float = 0.0
