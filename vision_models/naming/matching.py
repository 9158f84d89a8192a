"""What a match is, and when it is accepted: certainty from cosine and lead, or *unknown*."""

from dataclasses import dataclass, replace
from math import exp

CANDIDATES = 5
SURE = 0.9
"""A certainty from which nobody needs to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How likely an answer is right: 1 / (1 + exp(-(`cosine` × its cosine + `lead` × its lead +
    `offset`))). Fitted by vision_models/evaluation/skus/certainty.py."""

    cosine: float
    lead: float
    offset: float

    def of(self, cosine: float, lead: float) -> float:
        """The likelihood, 0..1. Source: Platt 1999."""
        logit = self.cosine * cosine + self.lead * lead + self.offset
        return 1.0 / (1.0 + exp(-max(-50.0, min(50.0, logit))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSettings:
    """When a candidate is accepted. Cosines are of unit vectors; points are agreeing SIFT points.

    `views` are the shares of a picture that are looked at. Below `hopeless_cosine` nothing is
    taken. A SKU that leads by `clear_margin` needs no second look; else the nearest `looked_at`
    SKUs within `near_margin` gain `print_weight` × ln(1 + agreeing points beyond chance). What
    leads then is the answer; it is accepted from `least_certainty`, which `sureness` makes of its
    cosine and its lead. Print alone proves nothing: goods of one make share most of theirs.
    """

    views: tuple[float, ...]
    sureness: Sureness
    least_certainty: float
    hopeless_cosine: float = 0.3
    clear_margin: float = 0.35
    near_margin: float = 0.35
    looked_at: int = 8
    least_lead: float = 0.1
    print_weight: float = 0.1


PHOTO_MATCH = MatchSettings(
    views=(1.0, 0.8, 0.62),
    sureness=Sureness(cosine=11.2, lead=7.1, offset=-7.9),
    least_certainty=0.6,
)
"""For photos with the product somewhere in the middle: looked at thrice. Fitted on photos of 31
real SKUs, a quarter of the weight on photos whose SKU was taken out of the gallery."""
CROP_MATCH = MatchSettings(
    views=(1.0,),
    sureness=Sureness(cosine=10.7, lead=18.4, offset=-8.1),
    least_certainty=0.8,
    hopeless_cosine=0.5,
    clear_margin=0.08,
    near_margin=0.12,
    looked_at=5,
    least_lead=0.04,
)
"""For crops round one product, a slot or a box, which show little else: looked at once, and judged
more strictly. Fitted on 24 rendered dense shelves (seeds 21, 22) of packs that no training saw, a
third of them in no gallery."""
BOX_MATCH = replace(CROP_MATCH, least_certainty=0.9)
"""For boxes found anywhere, of which most have recognised neighbours (neighbours.py) to help."""
PLANNED_LOGIT = 1.5
"""What stands where it is planned is so much likelier: odds × 4.5."""
POINTS_BY_CHANCE = 4
"""So many points agree on two pictures of different goods: any four fit some turn and scale."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A GTIN and how well it fits, 0..1."""

    gtin: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The best candidates, best first, and the accepted GTIN, or None for *unknown*. `certainty` is
    how likely the best is right; it rests on its `cosine` and its `lead` in cosine and print."""

    candidates: tuple[Candidate, ...]
    accepted: str | None
    certainty: float = 0.0
    cosine: float = 0.0
    lead: float = 0.0

    @property
    def score(self) -> float:
        """Score of the best candidate, 0 without one."""
        return self.candidates[0].score if self.candidates else 0.0


def answer(
    ranked: list[Candidate],
    best: Candidate,
    lead: float,
    limits: MatchSettings,
    *,
    is_planned: bool,
) -> Match:
    """`best`, the first of `ranked`, with its own cosine as score, and how sure that is."""
    sureness = limits.sureness
    if is_planned:
        sureness = replace(sureness, offset=sureness.offset + PLANNED_LOGIT)
    certainty = sureness.of(best.score, lead)
    return Match(
        candidates=tuple(ranked[:CANDIDATES]),
        accepted=best.gtin if certainty >= limits.least_certainty else None,
        certainty=round(certainty, 4),
        cosine=best.score,
        lead=lead,
    )
