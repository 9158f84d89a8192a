"""Detections: checked once, compared, thinned out."""

import numpy as np
import pytest

from vision_models.core.detections import Detections, agreed, contained, overlaps, without_repeats


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_the_overlap_of_two_boxes_is_shared_over_joined_area() -> None:
    found = overlaps(boxes((0, 0, 10, 10)), boxes((5, 0, 15, 10), (20, 20, 30, 30)))
    assert found[0].tolist() == pytest.approx([1 / 3, 0.0])


def test_a_box_inside_another_is_wholly_contained() -> None:
    found = contained(boxes((2, 2, 4, 4)), boxes((0, 0, 10, 10)))
    assert found.tolist() == [[1.0]]


def test_of_repeats_the_best_stays() -> None:
    both = Detections(
        boxes((0, 0, 10, 10), (1, 0, 11, 10), (50, 50, 60, 60)), np.array([0.6, 0.9, 0.5], "f4")
    )
    assert without_repeats(both).scores.tolist() == pytest.approx([0.9, 0.5])


@pytest.mark.parametrize(
    ("rows", "scores", "message"),
    [
        (np.zeros((2, 3), "f4"), np.zeros(2, "f4"), r"shape \(n, 4\)"),
        (np.zeros((2, 4), "f4"), np.zeros(3, "f4"), r"shape \(2,\)"),
        (np.full((1, 4), np.nan, "f4"), np.zeros(1, "f4"), "NaN"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(
    rows: np.ndarray, scores: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Detections(rows, scores)


def test_what_both_looks_find_is_the_mean_of_both_and_what_one_finds_is_half_as_sure() -> None:
    box, near, other = (10, 10, 50, 90), (12, 10, 52, 90), (100, 10, 140, 90)
    first = Detections(np.array([box, other], np.float32), np.array([0.8, 0.6], np.float32))
    second = Detections(np.array([near], np.float32), np.array([0.8], np.float32))
    found = agreed(first, second)
    assert found.scores.tolist() == pytest.approx([0.8, 0.3])
    assert found.boxes[0].tolist() == pytest.approx([11, 10, 51, 90])
    assert found.boxes[1].tolist() == pytest.approx(list(other))


def test_two_looks_that_see_nothing_agree_on_nothing() -> None:
    assert len(agreed(Detections.none(), Detections.none())) == 0
