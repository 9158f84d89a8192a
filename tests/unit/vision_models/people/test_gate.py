"""A network behind a gate: it looks when something moves, and never takes a thing for a person."""

import numpy as np

from vision_models.core.detections import Detections
from vision_models.core.frame import Image
from vision_models.people.gate import GatedDetector

BOX = (80.0, 60.0, 120.0, 160.0)


class OneBox:
    """Sees somebody at the same place always, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, image: Image, at_s: float) -> Detections:
        self.asked += 1
        return Detections(np.array([BOX], np.float32), np.array([0.9], np.float32))


def picture(person_at: int | None, light: int = 0) -> Image:
    image = np.full((240, 320, 3), 120 + light, np.uint8)
    if person_at is not None:
        image[60:160, person_at : person_at + 40] = 30
    return image


def test_an_empty_door_is_looked_at_every_other_second_only() -> None:
    eyes = OneBox()
    gate = GatedDetector(eyes)
    for number in range(100):
        gate.detect(picture(None), number / 10)
    assert eyes.asked <= 6


def test_wandering_light_alone_wakes_nobody() -> None:
    eyes = OneBox()
    gate = GatedDetector(eyes)
    for number in range(100):
        gate.detect(picture(None, light=number % 40), number / 10)
    assert eyes.asked <= 6


def test_every_frame_with_movement_is_looked_at() -> None:
    eyes = OneBox()
    gate = GatedDetector(eyes)
    for number in range(30):
        gate.detect(picture(20 + 6 * number), number / 10)
    assert eyes.asked == 30


def test_who_stands_still_is_still_there_in_frames_not_looked_at() -> None:
    eyes = OneBox()
    gate = GatedDetector(eyes)
    for number in range(10):
        gate.detect(picture(26 + 6 * number), number / 10)
    asked = eyes.asked
    for number in range(10, 20):
        found = gate.detect(picture(80), number / 10)
        assert len(found) == 1
    assert eyes.asked <= asked + 1


def test_what_never_moved_is_a_thing() -> None:
    gate = GatedDetector(OneBox())
    assert len(gate.detect(picture(80), 0.0)) == 0
    # Somebody walks by elsewhere: the thing stays a thing.
    for number in range(1, 20):
        assert len(gate.detect(picture(80) - picture(200 + number) // 9, number / 10)) == 0


def test_who_has_not_moved_for_long_becomes_a_thing() -> None:
    gate = GatedDetector(OneBox())
    for number in range(10):
        gate.detect(picture(26 + 6 * number), number / 10)
    assert len(gate.detect(picture(80), 40.0)) == 1
    assert len(gate.detect(picture(80), 50.0)) == 0


def test_a_clock_that_jumps_back_begins_anew() -> None:
    eyes = OneBox()
    gate = GatedDetector(eyes)
    gate.detect(picture(None), 100.0)
    gate.detect(picture(None), 1.0)
    assert eyes.asked == 2
