import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.artifacts import Artifacts, DesiredVersion, NewVersion
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.commands.shadows import shadow_of
from cloud_hub.master_data.importer import import_chain
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA, small_chain

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PRICES = ArtifactKind.PRICE_LIST


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(folder=tmp_path / "artifacts")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def add(artifacts, path, version, **more):
    given = {"path": path, "name": "prices/till", "version": version, "kind": PRICES} | more
    return artifacts.add("linguang", NewVersion(**given), NOW)


def test_what_is_added_is_signed_listed_and_kept_by_its_hash(artifacts, prices):
    added = add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    assert (
        signer.targets / "prices/till" / f"{added.sha256}.1"
    ).read_bytes() == prices.read_bytes()
    assert artifacts.listed("linguang") == [added]
    root = Metadata.from_bytes(signer.root(NOW))
    targets = Metadata.from_bytes(max(signer.metadata.glob("*.targets.json")).read_bytes())
    root.signed.verify_delegate("targets", targets.signed_bytes, targets.signatures)
    for key in (signer.folder / "keys").iterdir():
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_version_is_given_once_and_only_upwards(artifacts, prices):
    add(artifacts, prices, 2)
    for version in (1, 2):
        with pytest.raises(Refused, match="the next is 3"):
            add(artifacts, prices, version)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "Invalid JSON"),
        ('{"currency": "CNY", "prices": []}', "prices"),
        ('{"currency": "CNY", "prices": [{"gtin": "1", "price": 1}]}', r"prices\.0\.gtin"),
    ],
)
def test_a_file_that_is_not_of_its_kind_is_refused_in_one_line(artifacts, prices, content, says):
    prices.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=says):
        add(artifacts, prices, 1)
    assert artifacts.listed("linguang") == []
    assert not list(artifacts.folder.glob("tmp*"))


def test_a_name_that_is_none_is_refused(artifacts, prices):
    with pytest.raises(Refused, match="models/product-detector"):
        add(artifacts, prices, 1, name="../secrets")


def test_a_model_is_its_manifest_and_the_file_whose_hash_it_says(artifacts, tmp_path):
    manifest = tmp_path / "models.toml"
    (tmp_path / "eye.onnx").write_bytes(b"weights")
    manifest.write_text('[eye]\nfile = "eye.onnx"\nsha256 = "0"\n', encoding="utf-8")
    with pytest.raises(Refused, match="its hash differs"):
        add(artifacts, manifest, 1, name="models/eye", kind=ArtifactKind.MODEL)
    with pytest.raises(Refused, match="no model 'ear'; it has eye"):
        add(artifacts, manifest, 1, name="models/ear", kind=ArtifactKind.MODEL)


def test_an_assigned_version_stands_in_the_desired_state_beside_what_stood_there(
    artifacts, prices, database
):
    add(artifacts, prices, 1)
    with database.writing() as session:
        import_chain(session, small_chain(4))
        tills = choose_devices(session, "linguang", DeviceChoice(kind="till"))
        first = choose_devices(session, "linguang", DeviceChoice(kind="till", share=0.5))
        assert first == tills[:2]
        desired = DesiredVersion(name="prices/till", version=1, by="anna")
        artifacts.assign(session, tills, desired, NOW)
        state = shadow_of(session, "linguang", "s01-till").desired
        assert state == {"artifacts": {"prices/till": 1}}
        artifacts.assign(session, tills, replace(desired, version=None), NOW)
        assert shadow_of(session, "linguang", "s01-till").desired == {}
        with pytest.raises(Refused, match="there is: 1"):
            artifacts.assign(session, tills, replace(desired, version=9), NOW)
        with pytest.raises(Refused, match="no device s09-till"):
            choose_devices(session, "linguang", DeviceChoice(device_ids=["s09-till"]))
