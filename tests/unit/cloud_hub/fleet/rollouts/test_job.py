"""What a running hub does for rollouts by itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa

from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.commands.shadows import ensure_shadow
from cloud_hub.fleet.rollouts.job import advance_rollouts
from cloud_hub.fleet.rollouts.keeping import begin_rollout
from cloud_hub.fleet.rollouts.plan import HealthBar
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.register import METRICS
from device_profiles.artifact import ArtifactKind
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors
from tests.stage.rollouts.tills import NAME, PLAN, signed


def wanted(hub: Hub) -> list[str]:
    """Devices whose desired state names the price list."""
    with hub.sessions() as session:
        shadows = session.scalars(sa.select(DeviceShadow).order_by(DeviceShadow.device_id))
        return [shadow.device_id for shadow in shadows if shadow.desired]


async def test_a_rollout_goes_on_when_it_is_due(doors: Doors, tmp_path: Path) -> None:
    doors.chain.flush()
    hub = doors.hub
    assert advance_rollouts(hub, METRICS) == 0
    signed(tmp_path, TENANT)
    with hub.database.writing() as session:
        devices = choose_devices(session, TENANT, DeviceChoice(kind="till"))
        begin_rollout(session, artifacts_of(hub), devices, PLAN, NOW)
    (first,) = wanted(hub)
    assert advance_rollouts(hub, METRICS) == 0
    assert wanted(hub) == [first], "nobody has said anything yet"
    with hub.database.writing() as session:
        ensure_shadow(session, TENANT, first).reported = {"artifacts": {NAME: 2}}
    assert isinstance(hub.clock, ManualClock)
    hub.clock.set(NOW + timedelta(minutes=31))
    assert advance_rollouts(hub, METRICS) == 1
    assert wanted(hub) == ["s01-till", "s02-till"]


async def test_one_rollout_that_cannot_be_judged_holds_up_no_other(
    doors: Doors, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    doors.chain.flush()
    hub = doors.hub
    artifacts = signed(tmp_path, TENANT)
    other = NewVersion(
        path=tmp_path / "prices-2.json",
        name="prices/zz",
        version=2,
        kind=ArtifactKind.PRICE_LIST,
    )
    artifacts.add(TENANT, other, NOW)

    def measure(*_: object) -> NoReturn:
        raise ZeroDivisionError

    bar = HealthBar(metric="net-sales")
    with hub.database.writing() as session:
        devices = choose_devices(session, TENANT, DeviceChoice(kind="till"))
        begin_rollout(session, artifacts, devices, replace(PLAN, health=bar), NOW)
        begin_rollout(session, artifacts, devices, replace(PLAN, name="prices/zz"), NOW)
    first = wanted(hub)[0]
    with hub.database.writing() as session:
        told = {"artifacts": {NAME: 2, "prices/zz": 2}}
        ensure_shadow(session, TENANT, first).reported = told
    assert isinstance(hub.clock, ManualClock)
    hub.clock.set(NOW + timedelta(minutes=31))
    broken = {"net-sales": replace(METRICS["net-sales"], measure=measure)}
    assert advance_rollouts(hub, broken) == 1
    assert "prices/till was not looked at" in caplog.text
    assert wanted(hub) == ["s01-till", "s02-till"]
