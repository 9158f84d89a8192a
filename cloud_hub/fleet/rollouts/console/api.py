"""HTTP: versions assigned and rolled out, approved, stopped, sent back; days frozen."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.artifacts.artifacts import DesiredVersion, artifacts_of
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.rollouts import acts
from cloud_hub.fleet.rollouts.asking_hours import asking_hours
from cloud_hub.fleet.rollouts.console.view import RolloutsView, rollouts_view
from cloud_hub.fleet.rollouts.freezes import NewFreeze, lift_freeze, set_freeze
from cloud_hub.fleet.rollouts.plan import (
    LEAST_HOURS,
    WORSE_BY,
    HealthBar,
    RolloutPlan,
    metric_of,
)
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, MetricsOf, ViewerOf, allowed
from device_profiles.artifact import ArtifactName
from device_profiles.names import Identifier
from device_profiles.store import DeviceKind
from device_profiles.values.bounds import Day, Seq, Share, Text

router = APIRouter(prefix="/api/v1", tags=["rollouts"])

Manager = Annotated[Viewer, allowed(Permission.MANAGE_ARTIFACTS)]
Result = TypeVar("Result")
Wave = Annotated[tuple[Text, ...], Field(max_length=1000)]
"""Stores and regions that are asked together."""


class AssignRequest(Body):
    """Which devices should have which version; None gives back what they were fitted with."""

    name: ArtifactName
    version: Seq | None = None
    devices: tuple[Identifier, ...] = Field(min_length=1, max_length=10_000)


class AssignAnswer(Body):
    """How many devices are wanted to have it."""

    devices: int


class RollOutRequest(Body):
    """A version, its devices (named, or of a store or kind), in which waves and at which hours they
    are asked, and which metric must not get worse."""

    name: ArtifactName
    version: Seq
    devices: tuple[Identifier, ...] = Field(default=(), max_length=10_000)
    store_id: Identifier | None = None
    kind: DeviceKind | None = None
    first: Share = 0.1
    pause_min: float = Field(default=60, ge=0, le=100_000, allow_inf_nan=False)
    stop_above: Share = 0.1
    waves: tuple[Wave, ...] = Field(default=(), max_length=100)
    hours: str = Field(default="", max_length=20)
    closed_only: bool = False
    metric: str = Field(default="", max_length=80)
    worse_by: float = Field(default=WORSE_BY, ge=0, le=1000, allow_inf_nan=False)
    least_hours: int = Field(default=LEAST_HOURS, ge=1, le=10_000)


class RolloutNamed(Body):
    """The rollout of this artifact."""

    name: ArtifactName


class FreezeRequest(Body):
    """Days, both included, on which nothing new is asked, and why."""

    first_day: Day
    last_day: Day
    reason: Text = Field(min_length=1)


class FreezeAnswer(Body):
    """By which id it is lifted."""

    freeze_id: str


@router.post("/artifacts/assign")
def assign_artifact(body: AssignRequest, hub: HubOf, viewer: Manager) -> AssignAnswer:
    """Has devices take a version, by their desired state; they are told within seconds, or at
    their next hello. 404 for a version or a device that is not there, 409 while days are frozen or
    where a second login has to approve: then nothing is assigned."""
    artifacts = artifacts_of(hub)
    desired = DesiredVersion(name=body.name, version=body.version, by=viewer.login_name)
    kinds = hub.settings.second_approver
    acts.require_one_may(artifacts, viewer.tenant_id, desired, kinds)
    with hub.database.writing() as session:
        devices = choose_devices(session, viewer.tenant_id, DeviceChoice(device_ids=body.devices))
        count = acts.assign_by_hand(session, artifacts, devices, desired, hub.clock.now())
    return AssignAnswer(devices=count)


@router.get("/views/rollouts")
def read_rollouts(hub: HubOf, viewer: ViewerOf) -> RolloutsView:
    """The page of rollouts: the last one of each artifact, and frozen days."""
    with hub.sessions() as session:
        return rollouts_view(session, viewer, hub.clock.now())


@router.post("/rollouts", status_code=204)
async def post_rollout(
    body: RollOutRequest, hub: HubOf, viewer: Manager, metrics: MetricsOf
) -> None:
    """Begins a rollout. 404 for a version or device that is not there, 409 while days are frozen,
    422 for a wave, hours or a metric that make no sense."""
    if body.metric:
        metric_of(metrics, body.metric)
    bar = HealthBar(metric=body.metric, worse_by=body.worse_by, least_hours=body.least_hours)
    plan = RolloutPlan(
        name=body.name,
        version=body.version,
        by=viewer.login_name,
        share=body.first,
        pause_min=body.pause_min,
        stop_above=body.stop_above,
        waves=body.waves,
        hours=asking_hours(body.hours, closed_only=body.closed_only),
        health=bar if body.metric else None,
        second_kinds=frozenset(hub.settings.second_approver),
    )
    choice = DeviceChoice(device_ids=body.devices, store_id=body.store_id, kind=body.kind)

    def begin(session: Session, now: datetime) -> None:
        devices = choose_devices(session, viewer.tenant_id, choice)
        acts.roll_out(session, artifacts_of(hub), devices, plan, now)

    await _write(hub, begin)


@router.post("/rollouts/approve", status_code=204)
async def post_approve(body: RolloutNamed, hub: HubOf, viewer: ViewerOf) -> None:
    """Lets a proposed rollout go on: people only, and not whoever asked for it (403)."""
    artifacts = artifacts_of(hub)
    await _write(hub, lambda s, now: acts.approve(s, artifacts, viewer, body.name, now))


@router.post("/rollouts/stop", status_code=204)
async def post_stop(body: RolloutNamed, hub: HubOf, viewer: ViewerOf) -> None:
    """Asks no further device. 404 where none runs."""
    await _write(hub, lambda s, now: acts.stop(s, viewer, body.name, now))


@router.post("/rollouts/back", status_code=204)
async def post_back(body: RolloutNamed, hub: HubOf, viewer: ViewerOf) -> None:
    """Sends those that were asked back to what they had. 409 where nothing is to be taken back."""
    artifacts = artifacts_of(hub)
    await _write(hub, lambda s, now: acts.send_back(s, artifacts, viewer, body.name, now))


@router.post("/freezes")
async def post_freeze(body: FreezeRequest, hub: HubOf, viewer: Manager) -> FreezeAnswer:
    """Freezes days. 422 for days that are none, or over."""
    new = NewFreeze(
        first_day=body.first_day, last_day=body.last_day, reason=body.reason, by=viewer.login_name
    )
    freeze_id = await _write(
        hub, lambda s, now: set_freeze(s, viewer.tenant_id, new, now).freeze_id
    )
    return FreezeAnswer(freeze_id=freeze_id)


@router.delete("/freezes/{freeze_id}", status_code=204)
async def delete_freeze(freeze_id: Identifier, hub: HubOf, viewer: Manager) -> None:
    """Lifts a freeze."""
    await _write(
        hub, lambda s, now: lift_freeze(s, viewer.tenant_id, freeze_id, viewer.login_name, now)
    )


async def _write(hub: Hub, act: Callable[[Session, datetime], Result]) -> Result:
    def write() -> Result:
        with hub.database.writing() as session:
            return act(session, hub.clock.now())

    result = await asyncio.to_thread(write)
    hub.changed.announce()
    return result
