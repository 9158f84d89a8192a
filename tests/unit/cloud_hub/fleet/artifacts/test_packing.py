"""What devices fetch of an artifact."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.fleet.artifacts.packing import pack_artifact
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA

WEIGHTS = b"weights"
PRICES = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}


def pack(path: Path, kind: ArtifactKind, name: str = "models/eye") -> dict[str, Any]:
    return pack_artifact(path, kind, name, path.parent / "packed")


def manifest(folder: Path, text: str | None = None) -> Path:
    (folder / "eye.onnx").write_bytes(WEIGHTS)
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    path = folder / "models.toml"
    path.write_text(
        text or f'[eye]\nfile = "eye.onnx"\nsha256 = "{digest}"\n[ear]\nfile = "ear.onnx"\n',
        encoding="utf-8",
    )
    return path


def test_a_price_list_is_fetched_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(PRICES), encoding="utf-8")
    size = path.stat().st_size
    assert pack(path, ArtifactKind.PRICE_LIST) == {
        "file": f"{ArtifactKind.PRICE_LIST}.json",
        "is_packed": False,
        "unpacked_bytes": size,
    }
    assert (tmp_path / "packed").read_bytes() == path.read_bytes()


def test_a_price_list_is_no_planogram(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(PRICES), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        pack(path, ArtifactKind.PLANOGRAM)
    assert refused.value.status == 422
    assert not (tmp_path / "packed").exists()


def test_a_model_is_its_manifest_and_the_file_that_it_names_alone(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    told = pack(path, ArtifactKind.MODEL)
    assert told["is_packed"]
    assert told["unpacked_bytes"] == path.stat().st_size + len(WEIGHTS)
    with zipfile.ZipFile(tmp_path / "packed") as archive:
        assert archive.namelist() == ["eye.onnx", "models.toml"]
        assert archive.read("eye.onnx") == WEIGHTS


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (None, "models/nose", "no model 'nose'; it has ear, eye"),
        ("", "models/eye", "it has none"),
        ('[eye]\nfile = "eye.onnx"\nsha256 = "0"\n', "models/eye", "its hash differs"),
        ('[eye]\nsha256 = "0"\n', "models/eye", "no model 'eye'"),
        ("eye = 3\n", "models/eye", "no model 'eye'"),
        ("[eye", "models/eye", "is no model manifest"),
    ],
)
def test_a_manifest_that_does_not_name_the_file_is_refused_in_one_line(
    tmp_path: Path, text: str | None, name: str, said: str
) -> None:
    path = manifest(tmp_path, text) if text is None else tmp_path / "models.toml"
    if text is not None:
        (tmp_path / "eye.onnx").write_bytes(WEIGHTS)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=said) as refused:
        pack(path, ArtifactKind.MODEL, name)
    assert "\n" not in str(refused.value)


def test_bytes_that_are_no_text_are_no_manifest(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="is no model manifest"):
        pack(path, ArtifactKind.MODEL)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableData, match=r"cannot read .*models\.toml: No such file"):
        pack(tmp_path / "models.toml", ArtifactKind.MODEL)
    with pytest.raises(UnusableData, match="No such file"):
        pack(manifest(tmp_path), ArtifactKind.MODEL, "models/ear")


def gallery(folder: Path) -> Path:
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "a.jpg").write_bytes(b"a" * 100)
    (folder / "gallery.toml").write_text("x = 1\n", encoding="utf-8")
    return folder


def test_the_same_gallery_makes_the_same_bytes_wherever_and_whenever(tmp_path: Path) -> None:
    for name in ("one", "two"):
        pack_artifact(gallery(tmp_path / name), ArtifactKind.GALLERY, "g", tmp_path / f"{name}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["gallery.toml", "pictures/a.jpg"]


def test_a_folder_without_a_gallery_is_refused_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="make one with aisle sku enroll"):
        pack(tmp_path, ArtifactKind.GALLERY)
