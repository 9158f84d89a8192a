"""People put before others and behind things: who is still labelled."""

import cv2
import numpy as np

from vision_models.train.person.layers import Layers
from vision_models.train.person.outlines import outlines

GROUND = np.full((120, 160, 3), 90, np.uint8)
NOBODY = np.zeros((0, 4), np.float32)


def _sprite(width: int, height: int) -> np.ndarray:
    return np.dstack([np.full((height, width, 3), 200.0), np.full((height, width), 255.0)])


def test_who_stands_half_behind_a_counter_is_labelled_whole() -> None:
    layers = Layers(GROUND, NOBODY)
    layers.paste(_sprite(30, 80), 40, 20, is_person=True)
    layers.paste(_sprite(100, 40), 10, 60, is_person=False)
    _, boxes = layers.shown()
    assert boxes.tolist() == [[40, 20, 70, 100]]


def test_who_is_all_but_hidden_by_somebody_is_not_labelled() -> None:
    layers = Layers(GROUND, NOBODY)
    layers.paste(_sprite(30, 80), 40, 20, is_person=True)
    layers.paste(_sprite(30, 80), 45, 22, is_person=True)
    _, boxes = layers.shown()
    assert boxes.tolist() == [[45, 22, 75, 102]]


def test_who_was_in_the_picture_before_is_hidden_like_anybody() -> None:
    layers = Layers(GROUND, np.array([[10, 10, 40, 90], [100, 10, 130, 90]], np.float32))
    layers.paste(_sprite(40, 100), 5, 5, is_person=False)
    image, boxes = layers.shown()
    assert boxes.tolist() == [[100, 10, 130, 90]]
    assert image[50, 20].tolist() == [200, 200, 200]


def test_a_person_is_cut_out_of_a_labelled_photo() -> None:
    photo = np.full((240, 320, 3), (180, 190, 200), np.uint8)
    cv2.ellipse(photo, (160, 120), (28, 80), 0, 0, 360, (40, 30, 60), -1)
    boxes = np.array([[130, 38, 190, 202]], np.float32)
    ((number, person),) = outlines(photo, boxes)
    assert number == 0
    assert person.shape[0] > 150
    assert person[person.shape[0] // 2, person.shape[1] // 2, 3] == 255
    assert person[2, 2, 3] == 0
