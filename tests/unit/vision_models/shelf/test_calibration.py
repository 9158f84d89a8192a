"""A shelf's front, flattened."""

import numpy as np
import pytest

from device_profiles.camera import LensDistortion, ShelfView
from vision_models.shelf.calibration import flatten


@pytest.mark.parametrize("lens", [LensDistortion(), LensDistortion(focal=0.9, k1=-0.18, k2=0.02)])
def test_corners_go_to_the_front_and_back_to_where_they_were(lens: LensDistortion) -> None:
    corners = ((0.12, 0.1), (0.9, 0.14), (0.86, 0.92), (0.1, 0.88))
    view = ShelfView(fixture_id="cooler", corners=corners, distortion=lens)
    flat = flatten(np.zeros((600, 800, 3), np.uint8), view)
    height, width = flat.front.shape[:2]
    x1, y1, x2, y2 = flat.box_in_picture(0, 0, width, height)
    wanted = (0.1 * 800, 0.1 * 600, 0.9 * 800, 0.92 * 600)
    assert (x1, y1, x2, y2) == pytest.approx(wanted, abs=1.0)
