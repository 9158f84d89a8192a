"""Clips that label themselves, and the boxes drawn by hand between two frames."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.train.person.clips import Clip, cut_out, labelled_frames, read_clips


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Ten empty frames, then ten in which somebody dark stands before a bright wall."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    for number in range(20):
        frame = np.full((240, 320, 3), 200, np.uint8)
        if number >= 10:
            frame[60:200, 140:190] = 40
        writer.write(frame)
    writer.release()
    return path


def test_who_stands_out_from_the_background_is_the_label(film: Path) -> None:
    clip = Clip(file=film.name, every=5, empty=((0, 9),))
    before, _, during, _ = labelled_frames(film, clip)
    assert before.boxes == ()
    assert during.boxes[0] == pytest.approx((140, 60, 190, 200), abs=6)
    alone = cut_out(during)
    assert alone is not None
    assert alone.shape[2] == 4
    assert alone[70, 25, 3] == 255


def test_frames_that_are_unsure_are_left_out(film: Path) -> None:
    clip = Clip(file=film.name, every=5, empty=((0, 9),), unsure=((10, 12),))
    assert [frame.number for frame in labelled_frames(film, clip)] == [0, 5, 15]


def test_between_two_drawn_boxes_the_way_is_straight(film: Path) -> None:
    rows = [[5.0, 10.0, 20.0, 50.0, 120.0], [15.0, 30.0, 20.0, 70.0, 120.0]]
    clip = Clip(file=film.name, every=5, people={"walker": rows})
    boxes = {frame.number: frame.boxes for frame in labelled_frames(film, clip)}
    assert boxes == {
        0: (),
        5: ((10, 20, 50, 120),),
        10: ((20, 20, 60, 120),),
        15: ((30, 20, 70, 120),),
    }


def test_every_listed_clip_is_labelled_by_its_background_or_by_hand() -> None:
    for clip in read_clips().values():
        assert bool(clip.empty) != bool(clip.people)
