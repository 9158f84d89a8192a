"""What the hub does for artifacts by itself."""

import asyncio
import json
from pathlib import Path

import pytest

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from cloud_hub.fleet.artifacts.background import keep_signed
from device_profiles.artifact import ArtifactKind
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors
from tests.talking_device import COLA


@pytest.fixture
def hub(doors: Doors, tmp_path: Path) -> Hub:
    """A hub with one signed price list."""
    doors.chain.flush()
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"currency": "CNY", "prices": [{"gtin": COLA, "price": "2"}]}))
    new = NewVersion(path=prices, name="prices/till", version=1, kind=ArtifactKind.PRICE_LIST)
    artifacts_of(doors.hub).add(TENANT, new, NOW)
    return doors.hub


async def one_round(hub: Hub) -> None:
    """The keeper of signatures, until it rests."""
    keeper = asyncio.create_task(keep_signed(hub))
    signed = artifacts_of(hub).signer(TENANT).metadata / "timestamp.json"
    before = signed.stat().st_mtime_ns
    async with asyncio.timeout(20):
        while signed.stat().st_mtime_ns == before:
            await asyncio.sleep(0.005)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)


async def test_at_a_start_everything_is_signed_anew(hub: Hub) -> None:
    signer = artifacts_of(hub).signer(TENANT)
    before = {path.name for path in signer.metadata.glob("*.targets.json")}
    await one_round(hub)
    assert {path.name for path in signer.metadata.glob("*.targets.json")} > before
    assert len(signer.listed()) == 1
