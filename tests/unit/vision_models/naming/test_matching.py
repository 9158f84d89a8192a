"""When a match is accepted, and when it is unknown."""

import pytest

from vision_models.naming.matching import (
    CANDIDATES,
    CROP_MATCH,
    Candidate,
    Match,
    Sureness,
    answer,
)

RANKED = [Candidate(f"{number:014d}", 0.9 - number / 100) for number in range(8)]


def judged(cosine: float, lead: float, *, is_planned: bool = False) -> Match:
    best = Candidate(RANKED[0].gtin, cosine)
    return answer(RANKED, best, lead, CROP_MATCH, is_planned=is_planned)


def test_a_likelihood_rises_with_cosine_and_lead_and_stays_between_nothing_and_all() -> None:
    sureness = Sureness(cosine=10.0, lead=20.0, offset=-8.0)
    assert sureness.of(0.8, 0.0) == pytest.approx(0.5)
    assert sureness.of(0.8, 0.1) > sureness.of(0.8, 0.0) > sureness.of(0.7, 0.0)
    assert 0.0 < sureness.of(-1e9, -1e9) < 1e-20
    assert sureness.of(1e9, 1e9) <= 1.0


def test_a_sure_match_is_accepted_and_a_doubtful_one_is_unknown_with_its_candidates() -> None:
    sure, doubtful = judged(0.95, 0.2), judged(0.6, 0.0)
    assert (sure.accepted, doubtful.accepted) == (RANKED[0].gtin, None)
    assert len(doubtful.candidates) == CANDIDATES
    assert (sure.cosine, sure.lead) == (0.95, 0.2)


def test_what_stands_where_it_is_planned_is_likelier() -> None:
    assert judged(0.8, 0.05, is_planned=True).certainty > judged(0.8, 0.05).certainty


def test_without_candidates_there_is_no_score() -> None:
    assert Match(candidates=(), accepted=None).score == 0.0
    assert judged(0.9, 0.1).score == RANKED[0].score
