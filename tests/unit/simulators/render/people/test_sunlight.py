"""Long shadows of a low sun."""

from dataclasses import replace

import numpy as np

from simulators.render.people.doorway import (
    DoorScene,
    door_frames,
)
from simulators.render.people.passers import Loiterer, Walker
from simulators.render.people.people import Look, Pinhole, dressed
from simulators.render.people.sunlight import Sun

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)


def somebody() -> Look:
    return dressed(np.random.default_rng(2))


def scene(*cast: Walker | Loiterer, seconds: float) -> DoorScene:
    line = ((0.02, 0.62), (0.98, 0.62))
    return DoorScene(camera=CAMERA, line=line, cast=cast, seconds=seconds, frames_per_s=8.0)


def walker(at_s: float, way: int) -> Walker:
    return Walker(at_s=at_s, way=way, x_m=0.1, speed_m_s=1.2, drift_m_s=0.0, look=somebody())


def test_a_low_sun_throws_shadows_before_people_and_boxes_stay_theirs() -> None:
    walking = scene(walker(3.0, 1), seconds=2.6)
    sunny = replace(walking, sun=Sun(x=0.3, z=-1.4))
    plain, shaded = (
        list(door_frames(one, np.random.default_rng(1)))[-1] for one in (walking, sunny)
    )
    assert plain.boxes == shaded.boxes
    darker = plain.image.astype(int).sum(axis=2) - shaded.image.astype(int).sum(axis=2) > 60
    assert np.argwhere(darker)[:, 0].max() > plain.boxes[0][3] + 5
