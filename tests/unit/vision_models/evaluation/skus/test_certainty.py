"""How sure an answer is, fitted from answers that are known to be right or wrong."""

import numpy as np
import pytest

from vision_models.evaluation.skus.certainty import Evidence, evidence_of, fit_sureness
from vision_models.naming.matching import Sureness


def evidence(seed: int = 1, *, strangers: int = 200) -> Evidence:
    """Right answers are mostly near and far ahead; wrong ones and strangers are neither."""
    rng = np.random.default_rng(seed)
    right = np.column_stack([rng.normal(0.8, 0.08, 300), rng.normal(0.2, 0.06, 300)])
    wrong = np.column_stack([rng.normal(0.6, 0.08, 60), rng.normal(0.05, 0.04, 60)])
    strange = np.column_stack([rng.normal(0.5, 0.1, strangers), rng.normal(0.05, 0.04, strangers)])
    return Evidence(
        known=np.vstack([right, wrong]),
        right=np.array([True] * 300 + [False] * 60),
        strange=strange.reshape(-1, 2),
    )


def likely(sureness: Sureness, cosine: float, lead: float) -> float:
    return float(
        1 / (1 + np.exp(-(sureness.cosine * cosine + sureness.lead * lead + sureness.offset)))
    )


def test_the_nearer_and_the_farther_ahead_the_surer() -> None:
    fitted = fit_sureness(evidence())
    assert fitted.cosine > 0
    assert fitted.lead > 0
    assert likely(fitted, 0.85, 0.25) > 0.95
    assert likely(fitted, 0.5, 0.03) < 0.2


def test_the_same_evidence_gives_the_same_weights() -> None:
    assert fit_sureness(evidence()) == fit_sureness(evidence())


def test_what_is_said_to_be_likely_is_right_as_often() -> None:
    seen = evidence(strangers=0)
    fitted = fit_sureness(seen)
    said = np.array([likely(fitted, cosine, lead) for cosine, lead in seen.known])
    assert abs(said.mean() - seen.right.mean()) < 0.01


def test_strangers_make_a_near_answer_less_sure() -> None:
    without, with_ = fit_sureness(evidence(strangers=0)), fit_sureness(evidence(strangers=400))
    assert likely(with_, 0.6, 0.08) < likely(without, 0.6, 0.08)


def test_answers_that_were_all_right_do_not_run_away() -> None:
    seen = evidence()
    sure = Evidence(known=seen.known[:300], right=seen.right[:300], strange=np.zeros((0, 2)))
    fitted = fit_sureness(sure)
    assert np.isfinite([fitted.cosine, fitted.lead, fitted.offset]).all()
    assert likely(fitted, 0.8, 0.2) > 0.9


def test_without_answers_there_is_no_evidence() -> None:
    found = evidence_of([])
    assert found.known.shape == found.strange.shape == (0, 2)
    assert len(found.right) == 0


def test_certainty_is_fitted_so_that_it_says_how_often_answers_are_right() -> None:
    rng = np.random.default_rng(4)
    known = rng.uniform([0.3, 0.0], [0.9, 0.6], (4000, 2))
    true = Sureness(cosine=9.0, lead=6.0, offset=-7.0)
    right = rng.random(4000) < [true.of(cosine, lead) for cosine, lead in known]
    none = np.zeros((0, 2))
    fitted = fit_sureness(Evidence(known=known, right=right, strange=none))
    said = np.array([fitted.of(cosine, lead) for cosine, lead in known])
    for low in (0.2, 0.5, 0.8):
        among = (said >= low) & (said < low + 0.2)
        assert right[among].mean() == pytest.approx(said[among].mean(), abs=0.06)


def test_strangers_make_certainty_smaller() -> None:
    rng = np.random.default_rng(4)
    known = rng.uniform([0.3, 0.0], [0.9, 0.6], (500, 2))
    right = known.sum(axis=1) + rng.normal(0, 0.2, 500) > 0.8
    closed = fit_sureness(Evidence(known=known, right=right, strange=np.zeros((0, 2))))
    strange = rng.uniform([0.3, 0.0], [0.7, 0.3], (500, 2))
    opened = fit_sureness(Evidence(known=known, right=right, strange=strange))
    assert opened.of(0.6, 0.2) < closed.of(0.6, 0.2)
