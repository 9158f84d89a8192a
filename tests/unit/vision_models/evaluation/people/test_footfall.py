"""Counting people on film, on answers whose figures are known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.people.footfall import (
    FootfallTrial,
    evaluate_footfall,
    paired_crossings,
    parse_line,
    parse_zone,
)
from vision_models.people.traffic import Crossing


@pytest.fixture
def walk(tmp_path: Path) -> tuple[Path, Path]:
    """A film of 30 grey frames and its truth: one person goes up, another stands on the line."""
    film = cv2.VideoWriter(
        str(tmp_path / "walk.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240)
    )
    rows = []
    for frame in range(30):
        film.write(np.full((240, 320, 3), 120, np.uint8))
        rows.append(f"{frame + 1},1,101,{140 - 4 * frame},31,81,1,-1,-1,-1")
        rows.append(f"{frame + 1},2,201,{40 + frame % 2},31,81,1,-1,-1,-1")
    film.release()
    (tmp_path / "gt.txt").write_text("\n".join(rows))
    return tmp_path / "walk.avi", tmp_path / "gt.txt"


def test_true_boxes_give_true_counts_and_the_loiterer_none(walk: tuple[Path, Path]) -> None:
    line = parse_line("1,0.5 0,0.5", 0)
    figures = evaluate_footfall(*walk, FootfallTrial(detector="truth", lines=(line,)))
    (counted,) = figures.lines
    assert (figures.precision, figures.recall) == (1.0, 1.0)
    assert (counted.entries, counted.exits) == (1, 0)
    assert (counted.true_entries, counted.true_exits) == (1, 0)


def test_true_boxes_keep_their_numbers_and_their_dwell(walk: tuple[Path, Path]) -> None:
    upper = parse_zone("0,0 1,0 1,0.6 0,0.6", 0)
    figures = evaluate_footfall(*walk, FootfallTrial(detector="truth", lines=(), zones=(upper,)))
    assert figures.tracks is not None
    assert figures.tracks.switches == 0
    # Nobody counts as followed before being confirmed, a third of a second in.
    assert figures.tracks.idf1 == pytest.approx(figures.tracks.mota, abs=0.1)
    (zone,) = figures.zones
    assert (zone.visits, zone.true_visits) == (2, 2)
    assert zone.dwell_error_s == pytest.approx(0.2, abs=0.2)


def test_a_crossing_too_many_does_not_make_up_for_one_too_few() -> None:
    true = [Crossing("door", True, 10.0, 1), Crossing("door", True, 30.0, 2)]
    counted = [Crossing("door", True, 10.4, 7), Crossing("door", True, 20.0, 8)]
    assert paired_crossings(counted, true) == 1
    assert paired_crossings([Crossing("door", False, 10.0, 1)], true) == 0


def test_detectors_that_are_none_are_named(walk: tuple[Path, Path]) -> None:
    with pytest.raises(UnusablePicture, match="there are person, motion, hog and truth"):
        evaluate_footfall(*walk, FootfallTrial(detector="owl", lines=()))


def test_a_line_that_is_none_says_how_one_looks() -> None:
    with pytest.raises(UnusablePicture, match="is not 'x1,y1 x2,y2' with numbers from 0 to 1"):
        parse_line("0,0 2", 0)


def test_a_zone_that_is_none_says_how_one_looks() -> None:
    with pytest.raises(UnusablePicture, match="is not 'x1,y1 x2,y2 x3,y3 …' with numbers"):
        parse_zone("0,0 1,1", 0)
