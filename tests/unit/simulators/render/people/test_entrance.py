"""The empty entrance before which people walk."""

import numpy as np

from simulators.render.people.entrance import POST_M, STREET_M, entrance, line, quad
from simulators.render.people.people import Pinhole

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)


def pixel(image: np.ndarray, x: float, y: float, z: float) -> np.ndarray:
    column, row, _ = CAMERA.see(x, y, z)
    return image[round(row), round(column)].astype(int)


def test_an_entrance_is_the_same_every_time_and_fills_the_picture() -> None:
    image = entrance(CAMERA, 3.0)
    assert image.shape == (240, 320, 3)
    assert np.array_equal(image, entrance(CAMERA, 3.0))
    assert image.std() > 20, "a bare picture would teach nothing"


def test_the_mat_is_darker_than_the_floor_and_the_street_brighter() -> None:
    image = entrance(CAMERA, 3.0)
    mat, floor = pixel(image, 0.0, 0.0, 3.1), pixel(image, 1.2, 0.0, 2.2)
    street = pixel(image, 0.0, 0.0, 3.0 + STREET_M + 0.5)
    assert mat.sum() < floor.sum() < street.sum()


def test_the_door_moves_with_the_line() -> None:
    near, far = entrance(CAMERA, 2.5), entrance(CAMERA, 3.5)
    at = (POST_M + 0.1, 0.5)
    assert pixel(near, *at, 2.5 + STREET_M).sum() < 400, "a post stands there"
    assert not np.array_equal(near, far)


def test_a_flat_thing_is_drawn_where_it_stands_and_nowhere_else() -> None:
    image = np.zeros((240, 320, 3), np.uint8)
    quad(image, CAMERA, [(-0.5, 0, 3), (0.5, 0, 3), (0.5, 0, 2), (-0.5, 0, 2)], (10, 20, 30))
    assert pixel(image, 0.0, 0.0, 2.5).tolist() == [10, 20, 30]
    assert pixel(image, 0.8, 0.0, 2.5).tolist() == [0, 0, 0]


def test_an_edge_may_leave_the_picture() -> None:
    image = np.zeros((240, 320, 3), np.uint8)
    line(image, CAMERA, (-50, 0, 3), (50, 0, 3), (255, 255, 255))
    row = round(CAMERA.see(0.0, 0.0, 3.0)[1])
    assert (image[row, :, 0] > 0).all()
    assert image[: row - 2].max() == 0
