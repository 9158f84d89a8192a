"""Who sees people: movement before a learned background, and the names of the eyes there are."""

import cv2
import numpy as np
import pytest

from simulators.render.people.people import Pinhole, Pose, draw_person, dressed
from vision_models.core.detections import Boxes
from vision_models.core.errors import UnusableModel
from vision_models.core.frame import Image
from vision_models.people.detectors import (
    DEFAULT_PERSON_DETECTOR,
    PERSON_DETECTORS,
    HogPersonDetector,
    MotionPersonDetector,
    MotionSettings,
    build_detector,
)

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)
LOOK = dressed(np.random.default_rng(3))
FPS = 8.0
FLOOR = cv2.GaussianBlur(
    np.random.default_rng(5).integers(60, 190, (240, 320, 3)).astype(np.uint8), (0, 0), 4
)


def picture(z: float | None, *, light: int = 0) -> tuple[Image, Boxes]:
    """A floor with or without somebody on it, and their box."""
    frame = np.clip(FLOOR.astype(int) + light, 0, 255).astype(np.uint8)
    if z is None:
        return frame, np.zeros((0, 4), np.float32)
    box = draw_person(frame, CAMERA, LOOK, Pose(x=0.0, z=z, heading_rad=0.0, stride_rad=z * 4), 1.0)
    assert box is not None
    return frame, np.array([box], np.float32)


def learned() -> tuple[MotionPersonDetector, float]:
    """A detector that knows the empty floor, and the time."""
    detector = MotionPersonDetector()
    for number in range(int(4 * FPS)):
        assert len(detector.detect(picture(None)[0], number / FPS)) == 0, "nobody is there"
    return detector, 4.0


def overlap(one: Boxes, other: Boxes) -> float:
    low, high = np.maximum(one[0, :2], other[0, :2]), np.minimum(one[0, 2:], other[0, 2:])
    shared = np.prod(np.clip(high - low, 0, None))
    areas = [np.prod(each[0, 2:] - each[0, :2]) for each in (one, other)]
    return float(shared / (sum(areas) - shared))


def test_whoever_walks_before_a_learned_background_is_seen_where_they_are() -> None:
    detector, at_s = learned()
    seen = []
    for number in range(12):
        image, true = picture(4.0 - number * 0.12)
        found = detector.detect(image, at_s + number / FPS)
        seen.append(len(found) == 1 and overlap(found.boxes, true) > 0.5)
        assert ((found.scores >= 0.5) & (found.scores <= 1.0)).all()
    assert sum(seen) >= 10


def test_light_that_goes_on_is_nobody() -> None:
    detector, at_s = learned()
    for number in range(8):
        image, _ = picture(None, light=30)
        assert len(detector.detect(image, at_s + number / FPS)) == 0


def test_who_waits_is_not_absorbed_but_a_thing_that_never_moves_is() -> None:
    detector = MotionPersonDetector(MotionSettings(still_for_s=10.0))
    for number in range(int(4 * FPS)):
        detector.detect(picture(None)[0], number / FPS)
    for number in range(8):
        detector.detect(picture(3.0 - number * 0.1)[0], 4.0 + number / FPS)
    image, _ = picture(2.3)
    times = np.arange(5.0, 30.0, 0.5)
    seen = {at_s: len(detector.detect(image, float(at_s))) for at_s in times}
    assert all(seen[at_s] for at_s in times if at_s < 13.0), "who waits is still there"
    assert not any(seen[at_s] for at_s in times if at_s > 25.0), "a thing is background"


def test_a_clock_that_jumps_back_and_a_camera_of_another_size_begin_anew() -> None:
    detector, _ = learned()
    image, _ = picture(3.0)
    assert len(detector.detect(image, 0.0)) == 0
    detector, at_s = learned()
    tall = np.full((400, 320, 3), 120, np.uint8)
    assert len(detector.detect(tall, at_s + 1)) == 0


def test_boxes_are_in_pixels_of_the_picture_whatever_its_size() -> None:
    detector = MotionPersonDetector()

    def large(z: float | None) -> tuple[Image, Boxes]:
        image, true = picture(z)
        return np.asarray(cv2.resize(image, (640, 480)), np.uint8), true * 2

    for number in range(int(4 * FPS)):
        detector.detect(large(None)[0], number / FPS)
    for number in range(4):
        image, true = large(3.0 - number * 0.12)
        found = detector.detect(image, 4.0 + number / FPS)
    assert overlap(found.boxes, true) > 0.5


def test_hog_sees_nobody_on_an_empty_wall() -> None:
    assert len(HogPersonDetector().detect(np.full((240, 320, 3), 120, np.uint8), 0.0)) == 0


@pytest.mark.parametrize("name", sorted(PERSON_DETECTORS))
def test_every_named_detector_can_be_had_and_sees_nobody_where_nobody_is(name: str) -> None:
    grey = np.full((120, 160, 3), 120, np.uint8)
    assert len(build_detector(name).detect(grey, 0.0)) == 0


def test_a_detector_that_is_none_is_refused_with_those_there_are() -> None:
    assert DEFAULT_PERSON_DETECTOR in PERSON_DETECTORS
    with pytest.raises(UnusableModel, match="no person detector 'owl'; there are person, motion"):
        build_detector("owl")
