"""A doubtful pack beside recognised ones of the same product."""

from vision_models.naming.matching import CROP_MATCH, Candidate, Match
from vision_models.naming.neighbours import settle_beside

BOXES = [(0.0, 0.0, 40.0, 100.0), (42.0, 2.0, 82.0, 100.0), (300.0, 0.0, 340.0, 100.0)]
TEA, COLA = "06901234567892", "00036000291452"


def match(gtin: str, certainty: float, *, cosine: float = 0.7) -> Match:
    accepted = gtin if certainty >= CROP_MATCH.least_certainty else None
    return Match(
        candidates=(Candidate(gtin, 0.7),), accepted=accepted, certainty=certainty, cosine=cosine
    )


def test_a_doubtful_pack_beside_the_same_product_is_accepted() -> None:
    settled = settle_beside([match(TEA, 0.95), match(TEA, 0.6)], BOXES[:2], CROP_MATCH)
    assert [one.accepted for one in settled] == [TEA, TEA]
    assert settled[1].certainty > 0.8


def test_another_product_or_a_far_one_proves_nothing() -> None:
    other = settle_beside([match(COLA, 0.95), match(TEA, 0.6)], BOXES[:2], CROP_MATCH)
    far = settle_beside([match(TEA, 0.95), match(TEA, 0.6)], [BOXES[0], BOXES[2]], CROP_MATCH)
    assert [other[1].accepted, far[1].accepted] == [None, None]


def test_doubt_does_not_prove_doubt_and_the_unlike_stays_unknown() -> None:
    doubts = settle_beside([match(TEA, 0.7), match(TEA, 0.7)], BOXES[:2], CROP_MATCH)
    unlike = settle_beside([match(TEA, 0.95), match(TEA, 0.7, cosine=0.3)], BOXES[:2], CROP_MATCH)
    assert [one.accepted for one in doubts] == [None, None]
    assert unlike[1].accepted is None


def test_what_was_recognised_twice_elsewhere_is_likelier_far_away_too() -> None:
    doubt = match(TEA, 0.7)
    twice = settle_beside([match(TEA, 0.95), match(TEA, 0.95), doubt], BOXES, CROP_MATCH)
    once = settle_beside([match(TEA, 0.95), match(COLA, 0.95), doubt], BOXES, CROP_MATCH)
    assert (twice[2].accepted, once[2].accepted) == (TEA, None)
