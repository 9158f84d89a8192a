"""A calibration that no camera can have is refused with one line that says what to do."""

import pytest
from pydantic import ValidationError

from device_profiles.camera import LensDistortion, ShelfView
from device_profiles.device import first_problem

GOOD = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]


def refused(corners: list[list[float]]) -> str:
    with pytest.raises(ValidationError) as caught:
        ShelfView.model_validate({"fixture_id": "cooler", "corners": corners})
    return first_problem(caught.value)


def test_four_corners_round_a_shelf_are_taken_and_none_are_needed() -> None:
    assert ShelfView.model_validate({"fixture_id": "cooler", "corners": GOOD}).corners is not None
    assert ShelfView(fixture_id="cooler").corners is None


@pytest.mark.parametrize(
    ("order", "what"),
    [
        ([0, 2, 1, 3], "do not go clockwise"),
        ([3, 2, 1, 0], "do not go clockwise"),
        ([0, 1, 3, 2], "do not go clockwise"),
        ([0, 0, 2, 3], "corners 1 and 2 are nearly one point"),
    ],
)
def test_crossed_turned_and_missing_corners_are_refused(order: list[int], what: str) -> None:
    message = refused([GOOD[number] for number in order])
    assert what in message
    assert "mark the four corners anew" in message


def test_corners_beyond_the_picture_are_refused() -> None:
    assert "less than or equal to 1" in refused([[0.1, 0.1], [1.2, 0.1], [0.9, 0.9], [0.1, 0.9]])


def test_a_shelf_too_small_to_be_read_is_refused() -> None:
    sliver = [[0.5, 0.5], [0.53, 0.5], [0.53, 0.505], [0.5, 0.505]]
    assert "nearly one point" in refused(sliver)


def test_a_lens_that_cannot_be_is_refused() -> None:
    for field, value in (("focal", 0.0), ("k1", 3.0)):
        with pytest.raises(ValidationError):
            LensDistortion.model_validate({field: value})
