"""What the hub signs and packs, unpacked on a device: over real HTTP, with real models."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cloud_hub.artifacts import Artifacts
from device_profiles.artifact import ArtifactKind
from device_profiles.device import load_device
from edge_agent.artifact_checks import checks_for
from sync.artifact_source import ArtifactSource
from sync.artifacts import Slots
from sync.clock import SystemClock
from sync.credentials import DeviceCredentials
from sync.errors import ArtifactRefused, SourceUnreachable
from tests.running_hub import running_hub, served
from tests.talking_device import COLA, small_chain
from vision_models.embedding import Embedder
from vision_models.gallery import Gallery
from vision_models.models import SHIPPED

COOLER = Path(__file__).parents[2] / "device_profiles" / "examples" / "cooler.toml"
KEPT_MB = 64


@pytest.fixture
async def hub(tmp_path, free_port):
    async with running_hub(tmp_path / "hub", port=free_port()) as running:
        await running.load(small_chain())
        yield running


@pytest.fixture
async def credentials(hub, free_port):
    """A till that has claimed, and the hub behind real HTTP."""
    async with served(hub, free_port()) as url:
        told = await hub.claim("s01-till")
        yield DeviceCredentials(
            tenant="linguang",
            store="s01",
            device="s01-till",
            password=told["password"],
            brokers=(),
            hub_url=url,
            artifact_root=told["artifact_root"],
        )


@pytest.fixture
def slots(tmp_path):
    return Slots(folder=tmp_path / "artifacts", quota_bytes=KEPT_MB << 20)


def add(hub, path: Path, name: str, kind: ArtifactKind, version: int = 1):
    artifacts: Artifacts = hub.hub.artifacts
    now = hub.hub.clock.now()
    return artifacts.add("linguang", path, name=name, version=version, kind=kind, now=now)


async def fetched(credentials, slots: Slots, folder: Path, name: str) -> Path:
    """Where the first version of an artifact lies after it was fetched into its slot."""
    async with ArtifactSource(folder / "metadata", credentials) as source:
        offer = await source.find(name, 1, SystemClock().now())
        await source.fetch(offer, slots.draft(offer.sha256, offer.need_bytes))
    slots.fill(offer.slot, is_packed=offer.about.is_packed)
    return slots.path(offer.slot)


async def test_a_shipped_model_arrives_whole_and_passes_its_golden_picture(
    hub, credentials, slots, tmp_path
):
    add(hub, SHIPPED, "models/sku-embedding", ArtifactKind.MODEL)
    path = await fetched(credentials, slots, tmp_path, "models/sku-embedding")
    checks = checks_for(load_device(COOLER), lambda _: None)
    checks["model"]("models/sku-embedding", path)
    entry = tomllib.loads((path / "models.toml").read_text(encoding="utf-8"))["sku-embedding"]
    assert [str(file.relative_to(path)) for file in path.rglob("*.onnx")] == [entry["file"]]


async def test_a_gallery_arrives_whole_and_opens(hub, credentials, slots, tmp_path):
    made = Gallery.open_or_make(tmp_path / "gallery", Embedder.shipped())
    picture = np.random.default_rng(1).integers(0, 255, (96, 64, 3), np.uint8)
    made.enroll(COLA, [("test", picture)], datetime(2026, 11, 22, tzinfo=UTC))
    add(hub, tmp_path / "gallery", "galleries/drinks", ArtifactKind.GALLERY)
    path = await fetched(credentials, slots, tmp_path, "galleries/drinks")
    checks_for(load_device(COOLER), lambda _: None)["gallery"]("galleries/drinks", path)
    assert Gallery.open(path, Embedder.shipped()).gtins == (COLA,)


def prices(folder: Path) -> Path:
    path = folder / "prices.json"
    content = {"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.50"}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


async def test_a_download_goes_on_where_it_was_cut(hub, credentials, slots, tmp_path):
    content = add(hub, prices(tmp_path), "prices/till", ArtifactKind.PRICE_LIST)
    async with ArtifactSource(tmp_path / "metadata", credentials) as source:
        offer = await source.find("prices/till", 1, SystemClock().now())
        part = slots.draft(offer.sha256, offer.need_bytes)
        part.write_bytes(prices(tmp_path).read_bytes()[:20])
        await source.fetch(offer, part)
        assert part.read_bytes() == prices(tmp_path).read_bytes()
        assert offer.sha256 == content.sha256

        part.write_bytes(b"x" * 20)
        with pytest.raises(ArtifactRefused, match="not what was signed"):
            await source.fetch(offer, part)
        assert not part.exists()


async def test_a_device_of_another_hub_or_without_a_password_takes_nothing(
    hub, credentials, slots, tmp_path
):
    add(hub, prices(tmp_path), "prices/till", ArtifactKind.PRICE_LIST)
    now = SystemClock().now()
    foreign = Artifacts(folder=tmp_path / "foreign").desk("linguang").root(now).decode()
    for changed, refusal in (
        (replace(credentials, artifact_root=foreign), ArtifactRefused),
        (replace(credentials, artifact_root=None), ArtifactRefused),
        (replace(credentials, password="wrong"), SourceUnreachable),
    ):
        folder = tmp_path / f"metadata-{changed.password}-{bool(changed.artifact_root)}"
        async with ArtifactSource(folder, changed) as source:
            with pytest.raises(refusal):
                await source.find("prices/till", 1, now)


async def test_what_has_expired_is_not_taken(hub, credentials, tmp_path):
    add(hub, prices(tmp_path), "prices/till", ArtifactKind.PRICE_LIST)
    later = SystemClock().now().replace(year=2030)
    async with ArtifactSource(tmp_path / "metadata", credentials) as source:
        with pytest.raises(ArtifactRefused, match="expired"):
            await source.find("prices/till", 1, later)


async def test_nothing_outside_the_list_is_served(hub, credentials):
    signer = (credentials.device, credentials.password)
    for path in ("targets/../keys/root.pem", "targets/prices/till/x.1", "metadata/keys.json"):
        answer = await hub.http.get(f"/api/v1/artifacts/{path}", auth=signer)
        assert answer.status_code in (404, 422)
    assert (await hub.http.get("/api/v1/artifacts/metadata/timestamp.json")).status_code == 401
