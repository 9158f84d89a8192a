"""A camera that was turned is noticed, people and light are not taken for it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from simulators.render.people.doorway import busy_door, door_frames
from simulators.render.people.entrance import entrance
from vision_models.core.errors import UnusablePicture
from vision_models.people.scene_change import ReferenceView

SCENE = replace(busy_door(np.random.default_rng(5), crossings=12, is_hard=True), frames_per_s=1.0)
EMPTY = entrance(SCENE.camera, SCENE.line_z)


def moved(dx_px: float, dy_px: float, turned_deg: float = 0.0) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((320, 240), turned_deg, 1.0)
    turn[:, 2] += dx_px, dy_px
    return cv2.warpAffine(EMPTY, turn, (640, 480), borderMode=cv2.BORDER_REPLICATE)


def test_people_in_front_are_no_other_view() -> None:
    reference = ReferenceView(EMPTY)
    frames = list(door_frames(SCENE, np.random.default_rng(1)))[::3]
    shifts = [reference.compare(frame.image) for frame in frames]
    assert min(shift.agreeing for shift in shifts) >= 0.5
    assert max(shift.moved for shift in shifts) <= 0.01


@pytest.mark.parametrize("gain", [0.3, 0.6, 1.5])
def test_other_light_is_no_other_view(gain: float) -> None:
    shift = ReferenceView(EMPTY).compare(np.clip(EMPTY * gain, 0, 255).astype(np.uint8))
    assert shift.agreeing >= 0.7
    assert shift.moved <= 0.01


def test_a_small_push_is_measured() -> None:
    shift = ReferenceView(EMPTY).compare(moved(26, -10))
    assert shift.dx == pytest.approx(26 / 640, abs=0.005)
    assert shift.dy == pytest.approx(-10 / 480, abs=0.005)


@pytest.mark.parametrize("turned", [moved(160, 0), moved(0, 0, 20), EMPTY[::-1].copy()])
def test_a_turned_camera_shows_nothing_of_the_place(turned: np.ndarray) -> None:
    assert ReferenceView(EMPTY).compare(turned).agreeing < 0.35


def test_a_blank_wall_is_no_reference() -> None:
    with pytest.raises(UnusablePicture, match="nothing to recognise"):
        ReferenceView(np.full((480, 640, 3), 90, np.uint8))
