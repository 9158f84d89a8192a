"""The report of SKUs: what was wrong, beside what it was taken for."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.evaluation.skus.report import shown_answers, told_sku_figures
from vision_models.evaluation.skus.trial import SkuAnswers, SkuFigures, SkuQuestion
from vision_models.naming.matching import Candidate, Match

A, B = "09520000000011", "09520000000028"


def match(gtin: str, certainty: float, *, accepted: bool) -> Match:
    return Match(
        candidates=(Candidate(gtin=gtin, score=certainty),),
        accepted=gtin if accepted else None,
        certainty=certainty,
    )


@pytest.fixture
def answers(tmp_path: Path) -> SkuAnswers:
    for name in ("a", "b", "q0", "q1", "q2"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((64, 64, 3), 90, np.uint8))
    return SkuAnswers(
        question=SkuQuestion(
            references={A: [tmp_path / "a.png"], B: [tmp_path / "b.png"]},
            queries=[(tmp_path / f"q{n}.png", gtin) for n, gtin in enumerate((A, A, B))],
        ),
        known=[
            match(A, 0.9, accepted=True),
            match(B, 0.3, accepted=False),
            match(A, 0.8, accepted=True),
        ],
        strange=[
            match(B, 0.5, accepted=True),
            match(B, 0.1, accepted=False),
            match(A, 0.7, accepted=True),
        ],
        ms=10.0,
    )


def test_wrong_answers_are_shown_the_surest_first_then_strangers_that_were_accepted(
    answers: SkuAnswers,
) -> None:
    shown = list(shown_answers(answers, most=5))
    assert [one.caption for one in shown] == [
        "q2.png: certainty 0.80, accepted",
        "q1.png: certainty 0.30, called unknown",
        "q2.png: its SKU taken out, accepted at 0.70",
        "q0.png: its SKU taken out, accepted at 0.50",
    ]
    assert [name for name, _, _ in shown[0].pictures] == ["photo", f"true {B}", f"answer {A}"]
    assert [name for name, _, _ in shown[2].pictures] == ["photo", f"as {A}"]


def test_no_more_are_shown_than_wanted_of_either(answers: SkuAnswers) -> None:
    assert len(list(shown_answers(answers, most=1))) == 2
    assert list(shown_answers(answers, most=0)) == []


def test_nothing_wrong_is_nothing_shown(answers: SkuAnswers) -> None:
    right = replace(
        answers,
        known=[match(truth, 0.9, accepted=True) for truth in answers.truths],
        strange=[match(A, 0.1, accepted=False)] * 3,
    )
    assert list(shown_answers(right, most=5)) == []


def test_the_figures_are_told_in_percent() -> None:
    figures = SkuFigures(
        skus=2,
        references=2,
        queries=3,
        top1=1 / 3,
        top1_at_95=0.4,
        top1_at_90=0.5,
        accepted=0.9,
        accepted_right=0.75,
        strange_accepted=0.02,
        ms=12.4,
        worst=[],
    )
    told = {one.name: one.value for one in told_sku_figures(figures)}
    assert told == {
        "Right": "33.3 %",
        "At 95 % coverage": "40.0 %",
        "At 90 % coverage": "50.0 %",
        "Accepted": "90.0 %",
        "Right of the accepted": "75.0 %",
        "Strangers accepted": "2.0 %",
        "Time a query": "12 ms",
    }
