"""No model becomes current that does not answer as its makers saw it answer."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vision_models.core.errors import UnusableModel
from vision_models.networks.detector import check_model
from vision_models.networks.golden import golden_as_toml, golden_picture
from vision_models.networks.models import HERE, SHIPPED, load_model, open_model, read_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A copy of the shipped manifest with its files."""
    shutil.copytree(HERE / "models", tmp_path / "models")
    return Path(shutil.copy(SHIPPED, tmp_path / "models.toml"))


def rewrite(manifest: Path, name: str, change: Callable[[bytearray], None]) -> None:
    """Change a model's file, and its hash in the manifest with it."""
    entry = read_manifest(manifest)[name]
    path = manifest.parent / entry.file
    raw = bytearray(path.read_bytes())
    change(raw)
    path.write_bytes(raw)
    text = manifest.read_text().replace(entry.sha256, hashlib.sha256(raw).hexdigest())
    manifest.write_text(text)


OTHER_WEIGHTS = np.random.default_rng(1).choice([0x31, 0xB1, 0x2C, 0xAC], 20_000).tolist()
"""Halves of small 16-bit numbers, whichever of them comes first."""
NAN = [0x7F] * 4_000


def in_the_middle(values: list[int]) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        at = len(raw) // 4 * 2
        raw[at : at + len(values)] = bytes(values)

    return change


def test_every_shipped_model_passes_its_golden_picture() -> None:
    for name in read_manifest():
        load_model(name).check_golden()


def test_the_golden_picture_is_the_same_everywhere() -> None:
    picture = golden_picture(96, 64)
    assert picture.shape == (64, 96, 3)
    assert hashlib.sha256(picture.tobytes()).hexdigest()[:16] == "a45bff0891edd392"


@pytest.mark.parametrize("name", ["sku-embedding", "product-detector"])
def test_other_weights_under_a_right_hash_are_refused(manifest: Path, name: str) -> None:
    rewrite(manifest, name, in_the_middle(OTHER_WEIGHTS))
    with pytest.raises(UnusableModel, match=r"failed the golden picture: .*expected .*, found "):
        load_model(name, manifest=manifest)


def test_a_damaged_file_that_gives_nan_is_refused(manifest: Path) -> None:
    rewrite(manifest, "sku-embedding", in_the_middle(NAN))
    with pytest.raises(UnusableModel, match="gave NaN or infinity"):
        load_model("sku-embedding", manifest=manifest)


def test_a_model_fed_otherwise_than_its_makers_did_is_refused(manifest: Path) -> None:
    manifest.write_text(manifest.read_text().replace('colours = "rgb"', 'colours = "bgr"', 1))
    with pytest.raises(UnusableModel, match="failed the golden picture"):
        load_model("sku-embedding", manifest=manifest)


def test_a_staged_model_must_have_golden_values_and_pass_them(manifest: Path) -> None:
    check_model(manifest, "product-detector")
    rewrite(manifest, "product-detector", in_the_middle(OTHER_WEIGHTS))
    with pytest.raises(UnusableModel, match="failed the golden picture"):
        check_model(manifest, "product-detector")


def test_outputs_of_another_shape_are_refused(manifest: Path) -> None:
    manifest.write_text(manifest.read_text().replace("shape = [128]", "shape = [256]"))
    with pytest.raises(UnusableModel, match=r"expected outputs of \[\(256,\)\], found \[\(128,\)"):
        load_model("sku-embedding", manifest=manifest)


def test_a_model_without_golden_values_loads_but_cannot_be_proved(manifest: Path) -> None:
    text = manifest.read_text()
    start, end = text.index("[sku-embedding.golden]"), text.index("[product-detector]")
    manifest.write_text(text[:start] + text[end:])
    model = load_model("sku-embedding", manifest=manifest)
    with pytest.raises(UnusableModel, match="no golden values"):
        model.check_golden()
    with pytest.raises(UnusableModel, match="no golden values"):
        check_model(manifest, "sku-embedding")


def test_printed_golden_values_are_those_that_are_checked(manifest: Path) -> None:
    rewrite(manifest, "sku-embedding", in_the_middle(OTHER_WEIGHTS))
    lines = golden_as_toml(
        "sku-embedding", open_model("sku-embedding", manifest=manifest).golden_values()
    )
    text = manifest.read_text()
    start, end = text.index("[sku-embedding.golden]"), text.index("[product-detector]")
    manifest.write_text(f"{text[:start]}{lines}\n\n{text[end:]}")
    load_model("sku-embedding", manifest=manifest).check_golden()
