"""The manifest and the files it names: what does not fit is refused when it is loaded."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from vision_models.core.errors import UnusableModel
from vision_models.networks.detector import model_detector
from vision_models.networks.models import HERE, SHIPPED, load_model, read_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A copy of the shipped manifest with its files."""
    shutil.copytree(HERE / "models", tmp_path / "models")
    return Path(shutil.copy(SHIPPED, tmp_path / "models.toml"))


def test_every_shipped_model_loads_and_has_a_card() -> None:
    for name, entry in read_manifest().items():
        load_model(name)
        assert (HERE / entry.file).with_suffix(".md").is_file()


def test_all_model_files_together_stay_under_eight_megabytes() -> None:
    assert sum(path.stat().st_size for path in (HERE / "models").glob("*.onnx")) < 8_000_000


def test_a_swapped_file_is_refused_with_both_hashes(manifest: Path) -> None:
    (manifest.parent / "models" / "sku_embedding.onnx").write_bytes(b"another model")
    with pytest.raises(UnusableModel, match=r"expected sha256 \w{12}…, found \w{12}…"):
        load_model("sku-embedding", manifest=manifest)


def test_a_wrong_input_size_is_refused_with_both_sizes(manifest: Path) -> None:
    manifest.write_text(manifest.read_text().replace("width_px = 128", "width_px = 96", 1))
    with pytest.raises(UnusableModel, match=r"takes an input of .*128.*, the manifest says .*96"):
        load_model("sku-embedding", manifest=manifest)


def test_a_missing_file_is_named(manifest: Path) -> None:
    (manifest.parent / "models" / "sku_embedding.onnx").unlink()
    with pytest.raises(UnusableModel, match="cannot read the model file"):
        load_model("sku-embedding", manifest=manifest)


def test_an_unknown_field_of_a_manifest_is_named(manifest: Path) -> None:
    manifest.write_text(manifest.read_text() + "\ncolour = 3\n")
    with pytest.raises(UnusableModel, match="colour: Extra inputs are not permitted"):
        read_manifest(manifest)


def test_an_unknown_model_lists_those_there_are() -> None:
    with pytest.raises(UnusableModel, match=r"no model 'oracle'; it has .*sku-embedding"):
        load_model("oracle")


def test_vectors_have_unit_length_whatever_the_picture() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 40, 3), np.uint8)
    vectors = load_model("sku-embedding").run([noise, np.zeros((10, 300, 3), np.uint8)])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_a_model_of_another_kind_is_no_detector(manifest: Path) -> None:
    text = manifest.read_text().replace('task = "embedding"', 'task = "detection"', 1)
    manifest.write_text(text)
    with pytest.raises(UnusableModel, match=r"was expected as \(1, n, 5\), found \(1, 128\)"):
        model_detector("sku-embedding", manifest)


def test_a_wanted_class_must_be_in_the_label_map(manifest: Path) -> None:
    text = manifest.read_text()
    manifest.write_text(text.replace("classes =", 'wanted = ["person"]\nclasses =', 1))
    with pytest.raises(UnusableModel, match="'person', which is not one of the classes"):
        read_manifest(manifest)
