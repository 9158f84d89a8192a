"""Counting people in real clips, and refusing what is none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_profiles.camera import CountingLine, Zone
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Frame
from vision_models.people.footfall import count_people

COMING = CountingLine(line_id="coming", start=(0.65, 0.985), end=(0.2, 0.985))
LEAVING = CountingLine(line_id="leaving", start=(0.8, 0.0), end=(0.8, 1.0))
TABLE = Zone(zone_id="table", corners=((0.35, 0.7), (0.75, 0.7), (0.75, 1.0), (0.35, 1.0)))
AT_THE_TABLE_S = (
    (7.0, 18.9),
    (23.7, 44.0),
    (51.6, 69.0),
    (75.9, 85.9),
    (93.5, 118.8),
    (125.1, 135.0),
)
"""Looked up frame by frame: when the first foot stands in TABLE, and when both have left it."""


def frames_of(path: Path) -> Iterator[Frame]:
    clip = cv2.VideoCapture(str(path))
    fps = clip.get(cv2.CAP_PROP_FPS)
    number = 0
    while True:
        there, image = clip.read()
        if not there:
            return
        yield Frame(
            image=np.asarray(image, np.uint8),
            camera_id="clip",
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            at_s=number / fps,
        )
        number += 1


@pytest.mark.needs_data
def test_six_people_come_in_and_six_leave(shared_data: Path) -> None:
    clip = shared_data / "videos" / "one-by-one-person-detection.mp4"
    count = count_people(frames_of(clip), (COMING, LEAVING), (TABLE,))
    assert (count.entries, count.exits, count.frames) == (6, 6, 1394)
    stayed_s = count.dwell_s["table"]
    assert len(stayed_s) == len(AT_THE_TABLE_S)
    for counted_s, (came_s, went_s) in zip(stayed_s, AT_THE_TABLE_S, strict=True):
        assert counted_s == pytest.approx(went_s - came_s, abs=1.5)


@pytest.mark.needs_data
def test_bottles_on_a_ledge_are_not_people(shared_data: Path) -> None:
    clip = shared_data / "videos" / "bottle-detection.mp4"
    line = CountingLine(line_id="middle", start=(0.5, 0.0), end=(0.5, 1.0))
    frames = (frame for number, frame in enumerate(frames_of(clip)) if number < 300)
    count = count_people(frames, (line,))
    assert count.entries + count.exits <= 1


def test_a_source_without_a_frame_is_said_to_be_none() -> None:
    with pytest.raises(UnusablePicture, match="holds no frame"):
        count_people(iter(()), (COMING,))


def test_a_frame_of_another_size_is_refused() -> None:
    def frames() -> Iterator[Frame]:
        for number, height in enumerate((120, 160)):
            yield Frame(
                image=np.zeros((height, 160, 3), np.uint8),
                camera_id="door",
                taken_at=datetime(2026, 1, 1, tzinfo=UTC),
                at_s=number / 10,
            )

    with pytest.raises(UnusablePicture, match="camera door gave 160×160, its profile says 160×120"):
        count_people(frames(), (COMING,))
