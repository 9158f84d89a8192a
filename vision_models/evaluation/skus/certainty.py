"""How sure an answer is, fitted: cosine and lead of answers that are known to be right or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision_models.evaluation.skus.trial import SkuAnswers
from vision_models.naming.matching import Match, Sureness

OPEN_WEIGHT = 0.25
"""What an answer weighs whose true SKU is not in the gallery: a quarter of one whose is."""
RIDGE = 1e-3
STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers to queries: `known` with their SKU in the gallery, `strange` without it. Rows are
    cosine, lead; `right` says which of the known ones were right."""

    known: NDArray[np.float64]
    right: NDArray[np.bool_]
    strange: NDArray[np.float64]


def evidence_of(answers: Sequence[SkuAnswers]) -> Evidence:
    """The evidence of all answers together."""
    return Evidence(
        known=_rows([match for each in answers for match in each.known]),
        right=np.array([right for each in answers for right in each.right], bool),
        strange=_rows([match for each in answers for match in each.strange]),
    )


def fit_sureness(evidence: Evidence) -> Sureness:
    """The weights that make the answers likeliest, by Newton's steps. Source: Platt 1999."""
    rows = np.vstack([evidence.known, evidence.strange])
    right = np.concatenate([evidence.right, np.zeros(len(evidence.strange), bool)]).astype(float)
    weight = np.concatenate(
        [np.ones(len(evidence.known)), np.full(len(evidence.strange), OPEN_WEIGHT)]
    )
    design = np.column_stack([rows, np.ones(len(rows))])
    found = np.zeros(3)
    ridge = np.array([RIDGE, RIDGE, 1e-9])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(design @ found, -50, 50)))
        slope = design.T @ (weight * (likely - right)) + ridge * found
        bend = (design * (weight * likely * (1 - likely))[:, None]).T @ design + np.diag(ridge)
        found = found - np.linalg.solve(bend, slope)
    return Sureness(cosine=float(found[0]), lead=float(found[1]), offset=float(found[2]))


def _rows(matches: Sequence[Match]) -> NDArray[np.float64]:
    return np.array([(match.cosine, match.lead) for match in matches], np.float64).reshape(-1, 2)
