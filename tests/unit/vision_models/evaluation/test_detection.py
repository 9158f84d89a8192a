"""How well boxes are found."""

import numpy as np
import pytest

from vision_models.core.detections import Boxes, Detections
from vision_models.evaluation.detection import average_precision, pairs_at_half


def boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array(rows, np.float32).reshape(-1, 4)


ONE, TWO = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)


def found(*rows: tuple[float, float, float, float], scores: tuple[float, ...] = ()) -> Detections:
    return Detections(boxes(*rows), np.array(scores or (0.9,) * len(rows), np.float32))


def test_equal_boxes_are_pairs_whatever_their_order() -> None:
    assert pairs_at_half(boxes(ONE, TWO), boxes(TWO, ONE)) == [(0, 1), (1, 0)]


def test_half_shared_is_enough_and_less_is_not() -> None:
    half = (0.0, 0.0, 10.0, 5.0)
    assert pairs_at_half(boxes(ONE), boxes(half)) == [(0, 0)]
    less = (0.0, 0.0, 10.0, 4.9)
    assert pairs_at_half(boxes(ONE), boxes(less)) == []


def test_each_box_is_in_one_pair_the_nearest_one() -> None:
    near, nearer = (0.0, 0.0, 10.0, 7.0), (0.0, 0.0, 10.0, 9.0)
    assert pairs_at_half(boxes(ONE), boxes(near, nearer)) == [(0, 1)]
    assert pairs_at_half(boxes(near, ONE), boxes(nearer)) == [(1, 0)]


def test_without_boxes_there_are_no_pairs() -> None:
    assert pairs_at_half(boxes(), boxes(ONE)) == []
    assert pairs_at_half(boxes(ONE), boxes()) == []


def test_a_detector_that_sees_everything_right_is_perfect() -> None:
    precision = average_precision([boxes(ONE, TWO)], [found(ONE, TWO)])
    assert (precision.ap50, precision.ap75) == pytest.approx((1.0, 1.0))


def test_a_box_that_fits_loosely_counts_at_half_alone() -> None:
    precision = average_precision([boxes(ONE)], [found((0.0, 0.0, 10.0, 6.0))])
    assert (precision.ap50, precision.ap75) == (pytest.approx(1.0), 0.0)


def test_an_invented_box_costs_only_where_it_is_surer_than_the_right_one() -> None:
    far = (100.0, 0.0, 110.0, 10.0)
    after = average_precision([boxes(ONE)], [found(ONE, far, scores=(0.9, 0.1))])
    before = average_precision([boxes(ONE)], [found(far, ONE, scores=(0.9, 0.1))])
    assert after.ap50 == pytest.approx(1.0)
    assert before.ap50 == pytest.approx(0.5, abs=0.01)


def test_more_boxes_than_coco_allows_are_counted_on_a_dense_shelf() -> None:
    dense = [(10.0 * n, 0.0, 10.0 * n + 9, 9.0) for n in range(150)]
    assert average_precision([boxes(*dense)], [found(*dense)]).ap50 == pytest.approx(1.0)


def test_without_any_box_precision_is_0_and_no_fault() -> None:
    assert average_precision([boxes()], [found(ONE)]).ap50 == 0.0
    assert average_precision([boxes(ONE)], [found()]).ap50 == 0.0
