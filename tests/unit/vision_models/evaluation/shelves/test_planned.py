"""How well a planned shelf is read, slot by slot."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aisle import build_app
from simulators.render.dataset import app as dataset
from vision_models.evaluation.shelves.planned import SlotScore, planned_figures
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import ShelfReading


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
