"""The report of shelves: what every box became, and the figures that could be judged."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.core.detections import Detections
from vision_models.evaluation.shelves.report import shown_photos, told_figures
from vision_models.evaluation.shelves.sets import LabelledPhoto
from vision_models.evaluation.shelves.trial import PhotoScore, ShelfTrial, shelf_figures

COLA, WATER = "09520000000011", "09520000000028"
TRUE = np.array([[10, 10, 50, 90], [60, 10, 100, 90], [110, 10, 150, 90]], np.float32)
FOUND = np.array([[11, 11, 51, 91], [61, 11, 101, 91], [160, 10, 190, 40]], np.float32)


class Blind:
    """A detector that is asked nothing here."""

    def detect(self, image: object, at_s: float) -> Detections:
        raise AssertionError("scores are given")


TRIAL = ShelfTrial(detector=Blind(), threshold=0.3)


@pytest.fixture
def score(tmp_path: Path) -> PhotoScore:
    """A photo of three facings, two of them found, and one box beside them."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((100, 200, 3), 90, np.uint8))
    found = Detections(FOUND, np.array([0.9, 0.8, 0.7], np.float32))
    return PhotoScore(
        photo=LabelledPhoto(image=tmp_path / "a.png", boxes=TRUE, are_shares=False),
        quality="clear",
        true=TRUE,
        found=found,
        everything=found,
        pairs=((0, 0), (1, 1)),
        counted=3,
        answers=None,
        named_right=0,
        detect_ms=20.0,
        name_ms=5.0,
    )


def named(score: PhotoScore, *answers: str | None) -> PhotoScore:
    photo = replace(score.photo, names=(COLA, WATER, COLA))
    right = sum(answers[f] == photo.names[t] for t, f in score.pairs)
    return replace(score, photo=photo, answers=answers, named_right=right)


def meanings(score: PhotoScore) -> dict[tuple[float, ...], str]:
    (shown,) = shown_photos([score], is_partial=False, most=5)
    ((_, _, marks),) = shown.pictures
    return {mark.box: mark.meaning for mark in marks}


def test_every_box_is_shown_with_what_became_of_it(score: PhotoScore) -> None:
    assert meanings(score) == {
        tuple(FOUND[0].tolist()): "right",
        tuple(FOUND[1].tolist()): "right",
        tuple(FOUND[2].tolist()): "not labelled",
        tuple(TRUE[2].tolist()): "missed",
    }


def test_where_names_are_asked_a_wrong_one_and_none_are_told_apart(score: PhotoScore) -> None:
    told = meanings(named(score, WATER, None, COLA))
    assert told[tuple(FOUND[0].tolist())] == "wrong name"
    assert told[tuple(FOUND[1].tolist())] == "unknown"
    assert meanings(named(score, COLA, WATER, None))[tuple(FOUND[0].tolist())] == "right"


@pytest.mark.parametrize(
    ("is_partial", "said"),
    [
        (False, "a.png: 2 of 3 right, 1 missed, 1 not labelled; clear"),
        (True, "a.png: 2 of 3 right, 1 missed; clear"),
    ],
)
def test_a_box_beside_partial_labels_is_no_error(
    score: PhotoScore, *, is_partial: bool, said: str
) -> None:
    (shown,) = shown_photos([score], is_partial=is_partial, most=1)
    assert shown.caption == said


def test_the_worst_photos_come_first_and_no_more_than_wanted(score: PhotoScore) -> None:
    worse = replace(score, pairs=(), quality="dark")
    assert [s.caption[-4:] for s in shown_photos([score, worse], is_partial=True, most=1)] == [
        "dark"
    ]
    assert list(shown_photos([score], is_partial=True, most=0)) == []


def test_figures_that_could_not_be_judged_are_left_out(score: PhotoScore) -> None:
    told = {one.name: one for one in told_figures(shelf_figures([score], TRIAL))}
    assert told["Recall"].value == told["Precision"].value == "66.7 %"
    assert (told["Photos"].value, told["Photos"].note) == ("1", "3 facings")
    assert told["Picture quality"].value == "1 clear"
    assert not {"AP50", "AP75", "Facing accuracy", "Naming"} & set(told)
    partial = shelf_figures([score], replace(TRIAL, is_partial=True))
    assert not {"Precision", "Count error", "Count exact"} & {t.name for t in told_figures(partial)}


def test_where_names_were_asked_their_figures_stand_there(score: PhotoScore) -> None:
    told = {
        one.name: one.value
        for one in told_figures(shelf_figures([named(score, COLA, None, COLA)], TRIAL))
    }
    assert (told["Facing accuracy"], told["Naming"]) == ("33.3 %", "5 ms")
