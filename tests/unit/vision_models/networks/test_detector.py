"""Any model as a detector: what it answers must be what its manifest says."""

import numpy as np
import pytest

from vision_models.core.errors import UnusableModel
from vision_models.networks.detector import check_scores, fitted_into


@pytest.mark.parametrize("worst", [-4.2, 1.5, 677.0, -0.01])
def test_scores_that_are_no_shares_are_refused_with_what_was_found(worst: float) -> None:
    scores = np.array([0.2, worst, 0.9], np.float32)
    with pytest.raises(UnusableModel, match=r"a\.onnx: scores must lie in 0\.\.1, found"):
        check_scores(scores, "a.onnx")


def test_shares_that_were_rounded_pass_and_so_does_an_empty_scene() -> None:
    check_scores(np.array([0.0, 1.0005, -0.0005], np.float32), "a.onnx")
    check_scores(np.zeros(0, np.float32), "a.onnx")


def test_a_picture_is_fitted_in_proportion_on_grey() -> None:
    fitted = fitted_into(np.zeros((50, 100, 3), np.uint8), 200, 200)
    assert (fitted[:100] == 0).all()
    assert (fitted[100:] == 114).all()
