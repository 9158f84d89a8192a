"""Measuring shelves, on photos and answers whose figures are known."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from aisle import build_app
from simulators.render.dataset import app as dataset
from vision_models.core.detections import Detections
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.evaluation.detection import average_precision, pairs_at_half
from vision_models.evaluation.report import Mark, Shown, Told, write_report
from vision_models.evaluation.shelves.planned import SlotScore, planned_figures
from vision_models.evaluation.shelves.sets import read_shelf_set
from vision_models.evaluation.shelves.trial import ShelfTrial, evaluate_shelf, worst_first
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import ShelfReading

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


def test_a_box_pairs_with_one_other_only() -> None:
    twice = np.vstack([TRUE[:1], TRUE[:1] + 2, TRUE[2:]])
    assert pairs_at_half(TRUE, twice.astype(np.float32)) == [(0, 0), (2, 2)]


def test_average_precision_of_perfect_and_of_shifted_boxes() -> None:
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    perfect = average_precision([TRUE], [Detections(TRUE, scores)])
    assert (round(perfect.ap50, 3), round(perfect.ap75, 3)) == (1.0, 1.0)
    shifted = TRUE + np.array([10, 0, 10, 0], np.float32)
    rough = average_precision([TRUE], [Detections(shifted, scores)])
    assert (round(rough.ap50, 3), round(rough.ap75, 3)) == (1.0, 0.0)


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


def test_pixel_boxes_of_a_csv_are_read(photos: Path) -> None:
    (photos / "boxes.csv").write_text("image,class,x1,y1,x2,y2\na.jpg,tea,10,10,50,90\n")
    (photo,) = read_shelf_set(photos)
    assert photo.boxes.tolist() == [[10.0, 10.0, 50.0, 90.0]]


def test_names_that_do_not_fit_the_labels_are_refused(photos: Path) -> None:
    (photos / "names").mkdir()
    (photos / "names" / "a.json").write_text(json.dumps(["06901234567892"]))
    with pytest.raises(UnusablePicture, match="names 1 facings, its labels have 3"):
        read_shelf_set(photos)


def test_a_report_holds_its_pictures_and_escapes_words(tmp_path: Path) -> None:
    picture = np.full((40, 60, 3), 90, np.uint8)
    shown = Shown(
        caption="a <b>", pictures=[("", picture, [Mark(box=(1, 1, 9, 9), meaning="missed")])]
    )
    file = tmp_path / "report.html"
    write_report(
        file, title="T", notes=["n"], figures=[Told(name="Recall", value="1 %")], shown=[shown]
    )
    text = file.read_text()
    assert "a &lt;b&gt;" in text
    assert text.count("data:image/jpeg;base64,") == 1
    assert "http" not in text.replace("http-equiv", "")


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


def test_a_folder_of_something_else_is_no_shelf_set(tmp_path: Path) -> None:
    with pytest.raises(UnusablePicture, match=r"no set of labelled photos .*: no such folder"):
        read_shelf_set(tmp_path / "nothing")


@pytest.fixture(scope="module")
def cooler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos of a rendered cooler of 2 × 4 slots, drawn by the data set's own command."""
    folder = tmp_path_factory.mktemp("cooler")
    words = ["coolers", str(folder), "--count", "2", "--seed", "4", "--first", "9000"]
    done = CliRunner().invoke(dataset, [*words, "--packs", "8", "--rows", "3", "--columns", "4"])
    assert done.exit_code == 0, done.output
    return folder


def test_a_planned_cooler_is_scored_slot_by_slot(cooler: Path) -> None:
    done = CliRunner().invoke(build_app("eval"), ["eval", "shelf", str(cooler), "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert (figures["photos"], figures["slots"], figures["qualities"]) == (2, 24, {"clear": 2})
    assert figures["facing_accuracy"] > 0.8
    assert figures["false_gaps"] == 0
    assert figures["compliance_error"] < 0.2


def test_slots_count_as_wrong_missed_or_hidden() -> None:
    slots = {
        "A-1-1": ("a", "a", "a"),
        "A-1-2": ("a", "b", "b"),
        "A-1-3": ("a", "gap", "gap"),
        "A-1-4": ("a", "gap", "a"),
        "A-1-5": ("a", "a", "gap"),
        "A-1-6": ("a", None, None),
        "A-1-7": ("a", "a", "hidden"),
    }
    reading = ShelfReading(quality=Quality.CLEAR)
    score = SlotScore(
        image=Path("x"), quality="clear", slots=slots, reading=reading, error=0.1, ms=1.0
    )
    figures = planned_figures([score])
    assert score.wrong == ["A-1-4", "A-1-5"]
    assert figures.facing_accuracy == pytest.approx(3 / 4)
    assert (figures.false_gaps, figures.missed_gaps, figures.hidden) == (1, 1, 1)
    assert figures.deviations_f1 == pytest.approx(2 * 3 / (4 + 4))
    assert figures.compliance_error == pytest.approx(0.1)


def test_bad_pictures_of_a_planned_shelf_are_flagged_and_not_judged() -> None:
    reading = ShelfReading(quality=Quality.FOGGED)
    bad = SlotScore(image=Path("x"), quality="fogged", slots={}, reading=reading, error=None, ms=1)
    figures = planned_figures([bad])
    assert (figures.photos, figures.facing_accuracy, figures.deviations_f1) == (1, None, None)
    assert figures.qualities == {"fogged": 1}
