"""What else stands in the photo makes a pack likelier: goods stand in facings of the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

from vision_models.naming.matching import Match, MatchSettings

Box = tuple[float, float, float, float]

BESIDE_LOGIT = 1.5
"""For each recognised neighbour of the same product, two at most. This and the next chosen on 24
rendered shelves, a third of the packs in no gallery: with a certainty of 0.9 instead of 0.8 from
which a box is accepted, as many are named, and half as many wrongly."""
SEEN_LOGIT = 2.0
"""For a product that was recognised twice elsewhere on the shelf: a photo shows few of all SKUs."""
LEAST_SHARED = 0.6
"""Neighbours share so much of the lower one's height."""
MOST_APART = 0.5
"""… and are at most half of the narrower one's width apart, or overlap by as much."""
SURELY = 1e-6


def settle_beside(
    matches: Sequence[Match], boxes: Sequence[Box], how: MatchSettings
) -> list[Match]:
    """The matches, those accepted that only lacked the same product beside them, or twice
    elsewhere in the photo.

    Only what was accepted by itself counts: doubt does not prove doubt.
    """
    settled = list(matches)
    seen = Counter(match.accepted for match in matches)
    for place, match in enumerate(matches):
        if match.accepted or not match.candidates or match.cosine < how.hopeless_cosine:
            continue
        gtin = match.candidates[0].gtin
        alike = sum(
            other.accepted == gtin and _is_beside(boxes[place], box)
            for other, box in zip(matches, boxes, strict=True)
        )
        logit = BESIDE_LOGIT * min(alike, 2) + SEEN_LOGIT * (seen[gtin] >= 2)
        certainty = _raised(match.certainty, logit)
        if logit and certainty >= how.least_certainty:
            settled[place] = replace(match, accepted=gtin, certainty=certainty)
    return settled


def _raised(certainty: float, logit: float) -> float:
    likely = min(max(certainty, SURELY), 1 - SURELY)
    return round(1 / (1 + exp(-log(likely / (1 - likely)) - logit)), 4)


def _is_beside(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    lower = min(one[3] - one[1], other[3] - other[1])
    apart = max(one[0], other[0]) - min(one[2], other[2])
    narrow = min(one[2] - one[0], other[2] - other[0])
    return shared >= LEAST_SHARED * lower and abs(apart) <= MOST_APART * narrow
