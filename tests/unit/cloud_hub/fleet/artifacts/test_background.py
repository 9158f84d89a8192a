"""What the hub does for artifacts by itself."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from cloud_hub.fleet.artifacts.background import advance_rollouts, keep_signed
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.artifacts.rollouts import RolloutPlan, begin_rollout
from cloud_hub.fleet.commands.shadows import ensure_shadow
from cloud_hub.fleet.tables import DeviceShadow
from device_profiles.artifact import ArtifactKind
from sync.core.clock import ManualClock
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


def wanted(hub: Hub) -> list[str]:
    """Devices whose desired state names the price list."""
    with hub.sessions() as session:
        shadows = session.scalars(sa.select(DeviceShadow).order_by(DeviceShadow.device_id))
        return [shadow.device_id for shadow in shadows if shadow.desired]


def begin(hub: Hub) -> None:
    with hub.database.writing() as session:
        begin_rollout(
            session,
            artifacts_of(hub),
            choose_devices(session, TENANT, DeviceChoice(kind="till")),
            RolloutPlan(
                name="prices/till", version=1, by="anna", share=0.5, pause_min=30, stop_above=0.1
            ),
            NOW,
        )


async def test_a_rollout_goes_on_when_it_is_due(hub: Hub) -> None:
    begin(hub)
    (first,) = wanted(hub)
    advance_rollouts(hub)
    assert wanted(hub) == [first], "nobody has said anything yet"
    with hub.database.writing() as session:
        ensure_shadow(session, TENANT, first).reported = {"artifacts": {"prices/till": 1}}
    assert isinstance(hub.clock, ManualClock)
    hub.clock.set(NOW + timedelta(minutes=31))
    advance_rollouts(hub)
    assert wanted(hub) == ["s01-till", "s02-till"]


async def test_without_a_rollout_nothing_is_asked(hub: Hub) -> None:
    advance_rollouts(hub)
    assert wanted(hub) == []
