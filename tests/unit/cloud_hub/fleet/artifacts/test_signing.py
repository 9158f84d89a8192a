"""The signed list of a chain's artifacts."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion
from device_profiles.artifact import ArtifactKind
from tests.talking_device import COLA

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


def test_each_chain_has_its_own_list_and_keys(artifacts, prices):
    add(artifacts, prices, 1)
    assert artifacts.listed("other") == []
    assert artifacts.signer("linguang").root(NOW) != artifacts.signer("other").root(NOW)


def test_signatures_are_renewed_before_they_end_and_versions_only_rise(artifacts, prices):
    add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    assert signer.renew(NOW + timedelta(days=3)) == []
    assert signer.renew(NOW + timedelta(days=4)) == ["snapshot", "timestamp"]
    assert "targets" in signer.renew(NOW + timedelta(days=200))
    assert "root" in signer.renew(NOW + timedelta(days=2000))
    assert [path.name for path in sorted(signer.metadata.glob("*.root.json"))] == [
        "1.root.json",
        "2.root.json",
    ]
    before = Metadata.from_bytes((signer.metadata / "timestamp.json").read_bytes())
    assert signer.renew(NOW, all_of_them=True)
    after = Metadata.from_bytes((signer.metadata / "timestamp.json").read_bytes())
    assert after.signed.version > before.signed.version


def test_keys_kept_elsewhere_are_asked_for(artifacts, prices, tmp_path):
    add(artifacts, prices, 1)
    safe = tmp_path / "safe"
    safe.mkdir()
    for role in ("root", "targets"):
        key = artifacts.signer("linguang").folder / "keys" / f"{role}.pem"
        key.rename(safe / key.name)
    with pytest.raises(UnusableData, match="give --keys"):
        add(artifacts, prices, 2)
    add(Artifacts(folder=artifacts.folder, keys=safe), prices, 3)
    assert artifacts.signer("linguang").renew(NOW, all_of_them=True) == ["snapshot", "timestamp"]


def test_a_chain_that_never_signed_anything_lists_nothing_and_renews_nothing(artifacts):
    signer = artifacts.signer("linguang")
    assert signer.listed() == {}
    assert signer.renew(NOW, all_of_them=True) == []
    assert not signer.folder.exists()


def test_the_root_is_made_once(artifacts):
    signer = artifacts.signer("linguang")
    assert signer.root(NOW) == signer.root(NOW + timedelta(days=1))


def test_at_a_start_everything_is_signed_anew_and_ahead_of_what_devices_saw(artifacts, prices):
    add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    before = max(int(path.name.split(".")[0]) for path in signer.metadata.glob("*.targets.json"))
    later = NOW + timedelta(minutes=5)
    assert signer.renew(later) == []
    assert signer.renew(later, all_of_them=True) == ["targets", "snapshot", "timestamp"]
    after = max(int(path.name.split(".")[0]) for path in signer.metadata.glob("*.targets.json"))
    assert after >= int(later.timestamp()) > before
    assert len(signer.listed()) == 1


def test_the_same_path_is_signed_once(artifacts, prices):
    add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    (target,) = signer.listed().values()
    with pytest.raises(Refused, match="was added just now"):
        signer.sign_target(target, NOW)


def test_only_the_last_lists_are_kept(artifacts, prices):
    for version in range(1, 7):
        add(artifacts, prices, version)
    metadata = artifacts.signer("linguang").metadata
    assert len(list(metadata.glob("*.targets.json"))) == 3
    assert len(list(metadata.glob("*.snapshot.json"))) == 3
    assert len(list(metadata.glob("*.root.json"))) == 1


@pytest.mark.parametrize("content", [b"", b"{", b'{"signed": {}}'])
def test_a_damaged_list_is_told_and_not_replaced(artifacts, prices, content):
    add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    path = max(signer.metadata.glob("*.targets.json"))
    path.write_bytes(content)
    with pytest.raises(UnusableData, match="is damaged; restore it from your backup"):
        signer.listed()
    assert path.read_bytes() == content


def test_a_key_that_is_none_is_told(artifacts, prices):
    add(artifacts, prices, 1)
    signer = artifacts.signer("linguang")
    (signer.folder / "keys" / "snapshot.pem").write_text("no key")
    with pytest.raises(UnusableData, match="is no key"):
        signer.renew(NOW, all_of_them=True)
