"""What the hub signs and packs, unpacked on a device: over real HTTP, with real models."""

import asyncio
import json
import shutil
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
import sqlalchemy as sa

from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion, artifacts_of
from cloud_hub.shelf.tables import ShelfObservation
from device_profiles.artifact import ArtifactKind
from device_profiles.device import load_device
from edge_agent.agent import run_agent
from edge_agent.settings import load_settings
from edge_agent.upkeep.artifact_checks import checks_for
from simulators.chain.goods import as_product, demonstration_goods
from simulators.core.photo_files import encode, leave_photo, photo_name
from simulators.render.packs.packs import design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import cooler_view, render_cooler
from sync.artifacts.slots import Slots
from sync.artifacts.source import ArtifactSource
from sync.core.clock import SystemClock
from sync.core.errors import ArtifactRefused, SourceUnreachable
from sync.link.credentials import DeviceCredentials
from tests.running_hub import running_hub, served
from tests.talking_device import COLA, small_chain
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.models import SHIPPED

COOLER = Path(__file__).parents[2] / "device_profiles" / "examples" / "cooler.toml"
KEPT_MB = 64
DETECTOR = "models/product-detector"
UNCALIBRATED = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-cooler"
kind = "cooler"
claim_token = "claim-token-s01-cooler"
reconnect_cap_s = 1.0
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = { en = "Cooler", zh = "冷柜" }
kind = "cooler-upright"
rows = 1
columns = 3
[[cameras]]
camera_id = "cooler-a"
width_px = 420
height_px = 520
source = { kind = "image-folder", address = "photos" }
[[cameras.shelves]]
fixture_id = "s01-a"
"""


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
    artifacts = artifacts_of(hub.hub)
    now = hub.hub.clock.now()
    new = NewVersion(path=path, name=name, version=version, kind=kind)
    return artifacts.add("linguang", new, now)


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
    foreign = Artifacts(folder=tmp_path / "foreign").signer("linguang").root(now).decode()
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
    later = SystemClock().now() + timedelta(days=4 * 365)
    async with ArtifactSource(tmp_path / "metadata", credentials) as source:
        with pytest.raises(ArtifactRefused, match="expired"):
            await source.find("prices/till", 1, later)


async def test_nothing_outside_the_list_is_served(hub, credentials):
    signer = (credentials.device, credentials.password)
    for path in ("targets/../keys/root.pem", "targets/prices/till/x.1", "metadata/keys.json"):
        answer = await hub.http.get(f"/api/v1/artifacts/{path}", auth=signer)
        assert answer.status_code in (404, 422)
    assert (await hub.http.get("/api/v1/artifacts/metadata/timestamp.json")).status_code == 401


def shy_detector(folder: Path) -> Path:
    """The manifest of the shipped product detector, sure of nothing."""
    entry = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["product-detector"]
    weights = folder / entry["file"]
    weights.parent.mkdir(parents=True)
    shutil.copy(SHIPPED.parent / entry["file"], weights)
    manifest = folder / "models.toml"
    text = SHIPPED.read_text(encoding="utf-8").partition("[product-detector]")
    start, _, end = text[2].partition(f"score_threshold = {entry['score_threshold']}")
    manifest.write_text(f"{text[1]}{start}score_threshold = 0.999{end}", encoding="utf-8")
    return manifest


def photograph(folder: Path, hour: int) -> None:
    """Three packs on a board, taken at an hour."""
    rng = np.random.default_rng(3)
    view = replace(cooler_view(1, 3, rng), width_px=420, height_px=520)
    goods = [as_product(good) for good in demonstration_goods()[:3]]
    packs = {(1, column): design_pack(good) for column, good in enumerate(goods, start=1)}
    image = render_cooler(packs, view, rng, SpriteShelf(capacity=20)).image
    leave_photo(folder, photo_name(datetime(2026, 11, 22, hour, tzinfo=UTC)), encode(image))


async def test_a_product_detector_that_was_sent_reads_the_next_photo(hub, free_port, tmp_path):
    (tmp_path / "cooler.toml").write_text(UNCALIBRATED, encoding="utf-8")
    photos = tmp_path / "photos"

    async def products_at(hour: int) -> int:
        """How many the agent found in that hour's photo, as soon as the hub has heard."""
        query = sa.select(ShelfObservation).where(
            ShelfObservation.taken_at == datetime(2026, 11, 22, hour, tzinfo=UTC)
        )
        async with asyncio.timeout(60):
            while True:
                with hub.hub.sessions() as session:
                    if (seen := session.scalars(query).one_or_none()) is not None:
                        return len(seen.facings)
                await asyncio.sleep(0.1)

    async def in_use() -> object:
        shadow = (await hub.http.get("/api/v1/devices/s01-cooler/shadow")).json()
        return ((shadow["reported"] or {}).get("state") or {}).get("artifacts", {}).get(DETECTOR)

    photograph(photos, 3)
    async with served(hub, free_port()) as url:
        settings = load_settings(tmp_path / "cooler.toml", tmp_path / "data", url)
        stop = asyncio.Event()
        agent = asyncio.create_task(
            run_agent(settings, clock=SystemClock(), rng=Random(1), stop=stop)
        )
        assert await products_at(3) == 3
        add(hub, shy_detector(tmp_path / "sent"), DETECTOR, ArtifactKind.MODEL)
        wanted = {"name": DETECTOR, "version": 1, "devices": ["s01-cooler"]}
        answer = await hub.http.post("/api/v1/artifacts/assign", json=wanted)
        assert answer.status_code == 200, answer.text
        async with asyncio.timeout(60):
            while await in_use() != 1:
                await asyncio.sleep(0.1)
        photograph(photos, 4)
        assert await products_at(4) == 0
        stop.set()
        await agent
