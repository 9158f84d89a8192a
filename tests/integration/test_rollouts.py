"""A bad model wave goes back by itself: a real hub, a real device with its golden picture."""

import asyncio
import shutil
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from cloud_hub.fleet.rollouts.job import advance_rollouts
from cloud_hub.register import METRICS
from device_profiles.artifact import ArtifactKind
from edge_agent.agent import run_agent
from edge_agent.settings import load_settings
from sync.core.clock import SystemClock
from tests.running_hub import running_hub, served
from tests.talking_device import small_chain
from vision_models.networks.models import SHIPPED

MODEL = "models/sku-embedding"
PROFILE = """
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


def spoilt(folder: Path) -> Path:
    """The shipped embedding, whose golden picture gives other values than its manifest says."""
    text = SHIPPED.read_text(encoding="utf-8")
    entry = tomllib.loads(text)["sku-embedding"]
    (folder / entry["file"]).parent.mkdir(parents=True)
    shutil.copy(SHIPPED.parent / entry["file"], folder / entry["file"])
    first = str(entry["golden"]["outputs"][0]["values"][0][0])
    manifest = folder / "models.toml"
    manifest.write_text(text.replace(first, "0.9", 1), encoding="utf-8")
    return manifest


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.1)


def add(hub: Hub, path: Path, version: int) -> None:
    new = NewVersion(path=path, name=MODEL, version=version, kind=ArtifactKind.MODEL)
    artifacts_of(hub).add("linguang", new, hub.clock.now())


async def test_a_bad_model_wave_goes_back_by_itself(tmp_path: Path, free_port: Any) -> None:
    (tmp_path / "cooler.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "photos").mkdir()
    async with (
        running_hub(tmp_path / "hub", port=free_port()) as hub,
        served(hub, free_port()) as url,
    ):
        await hub.load(small_chain(2))
        add(hub.hub, SHIPPED, 1)
        add(hub.hub, await asyncio.to_thread(spoilt, tmp_path / "spoilt"), 2)

        async def reported(name: str) -> dict[str, Any]:
            shadow = (await hub.http.get("/api/v1/devices/s01-cooler/shadow")).json()
            told: dict[str, Any] = ((shadow["reported"] or {}).get("state") or {}).get(name) or {}
            return told

        async def rollout() -> dict[str, Any]:
            found: dict[str, Any] = (await hub.http.get("/api/v1/views/rollouts")).json()
            return next(iter(found["rollouts"]), {})

        async def uses(version: int) -> bool:
            return (await reported("artifacts")).get(MODEL) == version

        async def is_back() -> bool:
            await asyncio.to_thread(advance_rollouts, hub.hub, METRICS)
            return (await rollout())["state"] == "back"

        stop = asyncio.Event()
        settings = load_settings(tmp_path / "cooler.toml", tmp_path / "data", url)
        agent = asyncio.create_task(
            run_agent(settings, clock=SystemClock(), rng=Random(1), stop=stop)
        )
        devices = ["s01-cooler", "s02-cooler"]
        wanted = {"name": MODEL, "version": 1, "devices": devices}
        answer = await hub.http.post("/api/v1/artifacts/assign", json=wanted)
        assert answer.status_code == 200, answer.text
        await until(lambda: uses(1))
        bad = {"name": MODEL, "version": 2, "devices": devices, "waves": [["s01"]]}
        answer = await hub.http.post("/api/v1/rollouts", json=bad)
        assert answer.status_code == 204, answer.text
        await until(is_back)
        why = (await rollout())["why"]["en"]
        assert why.startswith("1 of 1 devices cannot take it; s01-cooler: version 2:")
        # The content of version 1, signed anew above the bad one, is on the device already.
        await until(lambda: uses(3))
        assert await reported("artifact_problems") == {}
        assert (await reported("disk"))["total_mb"] > 0
        other = (await hub.http.get("/api/v1/devices/s02-cooler/shadow")).json()
        assert other["desired"]["state"]["artifacts"] == {MODEL: 1}, "it was never asked"
        stop.set()
        await agent
