"""Films with MOT ground truth."""

from pathlib import Path

import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.people.mot import (
    NOBODY,
    TrackJudge,
    TrueDetector,
    TruePeople,
    read_truth,
)
from vision_models.people.tracker import Track


def truth(tmp_path: Path, text: str) -> dict[int, TruePeople]:
    path = tmp_path / "gt.txt"
    path.write_text(text, encoding="utf-8")
    return read_truth(path)


def people(*boxes: tuple[float, float, float, float]) -> TruePeople:
    return TruePeople(tuple(range(1, len(boxes) + 1)), np.array(boxes, np.float32).reshape(-1, 4))


ONE, TWO = (0.0, 0.0, 10.0, 30.0), (50.0, 0.0, 60.0, 30.0)


def track(track_id: int, box: tuple[float, float, float, float]) -> Track:
    return Track(
        track_id=track_id,
        box=np.array(box, np.float32),
        first_at_s=0.0,
        seen_at_s=0.0,
        foot=(box[0], box[3]),
    )


def test_frames_and_pixels_from_one_become_those_from_zero(tmp_path: Path) -> None:
    found = truth(
        tmp_path, "1,7,11,21,30,40,1,-1,-1,-1\n1,8,1,1,10,10,1,-1,-1,-1\n3,7,12,21,30,40\n"
    )
    assert sorted(found) == [0, 2]
    assert found[0].ids == (7, 8)
    assert found[0].boxes.tolist() == [[10, 20, 40, 60], [0, 0, 10, 10]]


@pytest.mark.parametrize("text", ["hello", "1,2,3\n", "1,2,a,4,5,6\n"])
def test_what_is_no_ground_truth_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnusablePicture, match="is not MOT ground truth"):
        truth(tmp_path, text)
    with pytest.raises(UnusablePicture):
        read_truth(tmp_path / "nothing.txt")


def test_a_true_detector_gives_the_boxes_of_the_nearest_frame() -> None:
    detector = TrueDetector({0: people(ONE), 2: people(ONE, TWO)}, fps=10.0)
    image = np.zeros((1, 1, 3), np.uint8)
    assert len(detector.detect(image, 0.04)) == 1
    assert len(detector.detect(image, 0.1)) == 0
    assert detector.detect(image, 0.2).scores.tolist() == [1.0, 1.0]


def test_tracks_that_keep_to_their_people_are_perfect() -> None:
    judge = TrackJudge()
    for _ in range(5):
        judge.note(people(ONE, TWO), (track(1, ONE), track(2, TWO)))
    figures = judge.figures()
    assert (figures.idf1, figures.mota, figures.switches) == (1.0, 1.0, 0)


def test_a_number_that_passes_to_somebody_else_is_a_switch() -> None:
    judge = TrackJudge()
    for number in range(6):
        ids = (1, 2) if number < 3 else (2, 1)
        judge.note(people(ONE, TWO), (track(ids[0], ONE), track(ids[1], TWO)))
    figures = judge.figures()
    assert figures.switches == 2
    assert figures.idf1 == pytest.approx(0.5)


def test_whom_no_track_sees_costs_and_so_does_a_track_of_nobody() -> None:
    judge = TrackJudge()
    for _ in range(4):
        judge.note(people(ONE, TWO), (track(1, ONE),))
    assert judge.figures().mota == pytest.approx(0.5)
    judge = TrackJudge()
    for _ in range(4):
        judge.note(people(ONE), (track(1, ONE), track(2, TWO)))
    assert judge.figures().mota == pytest.approx(0.0)


def test_a_frame_in_which_nobody_is_is_no_fault() -> None:
    judge = TrackJudge()
    judge.note(NOBODY, ())
    judge.note(people(ONE), (track(1, ONE),))
    assert judge.figures().mota == 1.0
