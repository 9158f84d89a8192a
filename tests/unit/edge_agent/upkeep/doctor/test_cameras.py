from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.core.health import Health, PartHealth
from edge_agent.upkeep.doctor.cameras import as_parts_say, look_through
from edge_agent.upkeep.doctor.finding import Mend, Soundness

CAMERA = """
[[cameras]]
camera_id = "door"
width_px = {width}
height_px = 240
source = {{ kind = "{kind}", address = "{address}" }}
[[cameras.lines]]
line_id = "in"
start = [0.0, 0.5]
end = [1.0, 0.5]
"""
SHELF = """
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = { en = "Cooler" }
kind = "cooler-upright"
rows = 2
columns = 3
[[cameras]]
camera_id = "cooler-a"
width_px = 320
height_px = 240
source = { kind = "image-folder", address = "photos" }
[[cameras.shelves]]
fixture_id = "s01-a"
"""


def film(path: Path, brightness: int) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for _ in range(3):
        writer.write(np.full((240, 320, 3), brightness, np.uint8))
    writer.release()


def door(kind: str, address: str, width: int = 320) -> str:
    return CAMERA.format(kind=kind, address=address, width=width)


@pytest.mark.parametrize(
    ("brightness", "width", "mend"),
    [(120, 320, None), (2, 320, Mend.LIGHT), (120, 640, Mend.PICTURE)],
)
def test_a_picture_is_taken_and_judged(device, tmp_path: Path, brightness, width, mend) -> None:
    film(tmp_path / "film.avi", brightness)
    (found,) = look_through(device("door", door("video-file", "film.avi", width)), is_running=False)
    assert (found.subject, found.mend) == ("door", mend)


def test_a_source_that_is_away_says_so(device) -> None:
    (found,) = look_through(device("door", door("video-file", "none.avi")), is_running=False)
    assert found.mend is Mend.CAMERA
    assert "no video file" in found.en


def test_a_camera_that_the_agent_has_is_not_opened(device) -> None:
    (found,) = look_through(device("door", door("local", "0")), is_running=True)
    assert found.verdict is Soundness.UNTRIED


def test_a_folder_of_photos_is_looked_into(device, tmp_path: Path) -> None:
    settings = device("shelf-camera", SHELF)
    (missing,) = look_through(settings, is_running=False)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "20261122T040000Z.jpg").touch()
    (there,) = look_through(settings, is_running=True)
    assert (missing.mend, there.en) == (Mend.CAMERA, "1 pictures in its folder")


def test_a_running_agent_s_cameras_are_as_its_parts_see_them(device) -> None:
    settings, health = device("door", door("video-file", "film.avi")), Health()

    def told(now_s: float) -> tuple[Soundness, str]:
        parts: tuple[PartHealth, ...] = health.look(now_s=now_s)
        (found,) = as_parts_say(settings, parts)
        return found.verdict, found.en

    assert told(0)[0] is Soundness.UNTRIED
    health.expect("door", late_after_s=10)
    assert told(0)[0] is Soundness.UNTRIED
    health.worked("door", at_s=0)
    assert told(4) == (Soundness.OK, "working, 4 s ago")
    assert told(40) == (Soundness.WRONG, "late")
    health.lost("door", reason="no stream")
    assert told(4) == (Soundness.WRONG, "no stream")
