"""How well people are found in labelled stills."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.people.stills import evaluate_people
from vision_models.networks.models import SHIPPED


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Two grey pictures; only the labels of the first know of anybody."""
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    for name, label in (("day-1", "0 0.5 0.5 0.2 0.6\n0 0.2 0.5 0.2 0.6\n"), ("night-1", "")):
        picture = np.full((120, 160, 3), 120, np.uint8)
        cv2.imwrite(str(tmp_path / "images" / f"{name}.jpg"), picture)
        (tmp_path / "labels" / f"{name}.txt").write_text(label, encoding="utf-8")
    return tmp_path


def test_whom_nobody_sees_costs_recall(stills: Path) -> None:
    figures = evaluate_people(stills, (), manifest=SHIPPED, threads=1)
    assert (figures.pictures, figures.people, figures.threshold) == (2, 2, 0.5)
    assert (figures.recall, figures.precision, figures.ap50) == (0.0, 0.0, 0.0)


def test_only_pictures_whose_name_begins_so_count(stills: Path) -> None:
    figures = evaluate_people(stills, ("night",), manifest=SHIPPED, threads=1)
    assert (figures.pictures, figures.people) == (1, 0)
    with pytest.raises(UnusablePicture, match="name begins with dusk, dawn"):
        evaluate_people(stills, ("dusk", "dawn"), manifest=SHIPPED, threads=1)


def test_a_picture_that_cannot_be_read_is_named(stills: Path) -> None:
    (stills / "images" / "day-1.jpg").write_bytes(b"no jpeg")
    with pytest.raises(UnusablePicture, match=r"day-1.jpg is not a readable picture"):
        evaluate_people(stills, (), manifest=SHIPPED, threads=1)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePicture):
        evaluate_people(tmp_path / "nothing", (), manifest=SHIPPED, threads=1)
