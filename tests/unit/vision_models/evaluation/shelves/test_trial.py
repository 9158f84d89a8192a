"""How well shelves are read, on photos and answers whose figures are known."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from aisle import build_app
from vision_models.core.detections import Detections
from vision_models.core.frame import Image
from vision_models.evaluation.shelves.sets import read_shelf_set
from vision_models.evaluation.shelves.trial import ShelfTrial, evaluate_shelf, worst_first

TRUE = np.array([[10, 10, 50, 90], [60, 10, 100, 90], [110, 10, 150, 90]], np.float32)


class KnownAnswers:
    """A detector that gives the same boxes for every picture."""

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self._found = Detections(
            np.array(boxes, np.float32), np.linspace(0.9, 0.5, len(boxes), dtype=np.float32)
        )

    def detect(self, image: Image, at_s: float) -> Detections:
        return self._found


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two photos of 200 × 100 px with the three boxes of TRUE as YOLO lines."""
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    noise = np.random.default_rng(5).integers(0, 255, (100, 200, 3)).astype(np.uint8)
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.jpg"), noise)
        lines = [
            f"0 {(x1 + x2) / 400} {(y1 + y2) / 200} {(x2 - x1) / 200} {(y2 - y1) / 100}"
            for x1, y1, x2, y2 in TRUE.tolist()
        ]
        (tmp_path / "labels" / f"{name}.txt").write_text("\n".join(lines))
    return tmp_path


def test_misses_and_inventions_are_told_apart(photos: Path) -> None:
    detector = KnownAnswers((10, 10, 50, 90), (60, 12, 100, 90), (160, 10, 190, 40))
    trial = ShelfTrial(detector=detector, threshold=0.3, ranking=detector)
    figures, scores = evaluate_shelf(read_shelf_set(photos), trial)
    assert (figures.photos, figures.facings) == (2, 6)
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.precision == pytest.approx(2 / 3)
    assert (figures.count_error, figures.count_exact) == (0.0, 1.0)
    assert figures.ap50 == pytest.approx(0.663, abs=0.01)
    assert [score.missed for score in scores] == [1, 1]


def test_a_partly_labelled_set_judges_no_precision(photos: Path) -> None:
    detector = KnownAnswers((10, 10, 50, 90), (160, 10, 190, 40))
    trial = ShelfTrial(detector=detector, threshold=0.3, is_partial=True)
    figures, scores = evaluate_shelf(read_shelf_set(photos), trial)
    assert (figures.precision, figures.count_error, figures.count_exact) == (None, None, None)
    assert worst_first(scores, is_partial=True)[0].invented == 1


def test_the_command_tells_figures_and_writes_no_report_into_the_program(photos: Path) -> None:
    runner, app = CliRunner(), build_app("eval")
    done = runner.invoke(app, ["eval", "shelf", str(photos), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["facings"] == 6
    inside = Path(__file__).parents[4] / "report.html"
    refused = runner.invoke(app, ["eval", "shelf", str(photos), "--report", str(inside)])
    assert refused.exit_code == 1
    assert "is not written into" in refused.output
    assert not inside.exists()
