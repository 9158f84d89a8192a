"""Doors through which IT and technicians reach devices: commands, desired state."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.commands import NewCommand, expires_at, state_of
from cloud_hub.fleet.commands.dispatch import give_command, offer_now, publish
from cloud_hub.fleet.commands.shadows import (
    WantedState,
    desired_message,
    shadow_of,
    undone,
    want_state,
    with_files_as_they_are,
)
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from cloud_hub.link.ingest.message import Outgoing
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, allowed
from device_profiles.names import Identifier
from device_profiles.values.bounds import JsonObject, Version, Word
from sync.wire.topics import Downlink, dn_topic

router = APIRouter(prefix="/api/v1", tags=["devices"])

LONGEST_EXPIRY_S = 7 * 24 * 3600
COMMANDS_SHOWN = 100

Result = TypeVar("Result")


Watcher = Annotated[Viewer, allowed(Permission.SEE_CONTROL)]
Commander = Annotated[Viewer, allowed(Permission.COMMAND_DEVICES)]


class CommandRequest(Body):
    """What a device should do. The same `command_id` again is the same command."""

    name: Identifier
    arguments: JsonObject = Field(default_factory=dict)
    expires_in_s: Annotated[float, Field(ge=1, le=LONGEST_EXPIRY_S, allow_inf_nan=False)] = 300
    command_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9-]{8,80}$")] = None


class CommandAnswer(Body):
    """A command and what became of it: `waiting`, `offered`, `unanswered` (its time is over), or
    the device's word: `done`, `failed`, `expired`, `unknown`, `interrupted`."""

    command_id: str
    name: str
    arguments: dict[str, Any]
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    state: str
    detail: str
    finished_at: datetime | None


class DesiredRequest(Body):
    """A device's desired state, whole. `over_version` is the version it was made from."""

    state: JsonObject
    over_version: Version | None = None


class DesiredAnswer(Body):
    """What is wanted, since when and by whom."""

    version: int
    state: dict[str, Any]
    at: datetime | None
    by: str


class ReportedAnswer(Body):
    """What the device says it is."""

    version: int
    state: dict[str, Any]
    at: datetime | None


class ShadowAnswer(Body):
    """Both halves, and what is wanted and not so yet."""

    desired: DesiredAnswer
    reported: ReportedAnswer
    delta: dict[str, Any]


@router.get("/devices/{device_id}/commands")
def list_commands(device_id: Identifier, hub: HubOf, viewer: Watcher) -> list[CommandAnswer]:
    """The newest commands of a device."""
    with hub.sessions() as session:
        device_for(session, viewer, device_id)
        commands = session.scalars(
            sa.select(DeviceCommand)
            .where(
                DeviceCommand.tenant_id == viewer.tenant_id,
                DeviceCommand.device_id == device_id,
            )
            .order_by(DeviceCommand.issued_at.desc())
            .limit(COMMANDS_SHOWN)
        ).all()
        return [_command_answer(command, hub.clock.now()) for command in commands]


@router.get("/devices/{device_id}/commands/{command_id}")
def show_command(
    device_id: Identifier, command_id: Word, hub: HubOf, viewer: Watcher
) -> CommandAnswer:
    """One command and what became of it."""
    with hub.sessions() as session:
        device_for(session, viewer, device_id)
        command = session.get(DeviceCommand, (viewer.tenant_id, device_id, command_id))
        if command is None:
            raise Refused(f"no command {command_id} of device {device_id}", status=404)
        return _command_answer(command, hub.clock.now())


@router.post("/devices/{device_id}/commands", status_code=202)
async def command_device(
    device_id: Identifier, request: CommandRequest, hub: HubOf, viewer: Commander
) -> CommandAnswer:
    """Keeps a command, publishes it, and offers it again at each hello until its time is over."""
    now = hub.clock.now()

    def write(session: Session) -> tuple[CommandAnswer, Outgoing | None]:
        new = NewCommand(**request.model_dump())
        command = give_command(session, viewer, device_id, new, now)
        outgoing = offer_now(session, command, now) if hub.link.is_connected else None
        return _command_answer(command, now), outgoing

    answer, outgoing = await asyncio.to_thread(_written, hub, write)
    publish(hub, outgoing)
    return answer


@router.get("/devices/{device_id}/shadow")
def show_shadow(device_id: Identifier, hub: HubOf, viewer: Watcher) -> ShadowAnswer:
    """Desired and reported state of a device, and what is left to do."""
    with hub.sessions() as session:
        device_for(session, viewer, device_id)
        return _shadow_answer(shadow_of(session, viewer.tenant_id, device_id))


@router.put("/devices/{device_id}/desired")
async def want_device(
    device_id: Identifier, request: DesiredRequest, hub: HubOf, viewer: Commander
) -> ShadowAnswer:
    """Keeps a device's desired state and publishes it; a device that was away asks at its hello.
    Its files (`artifacts`) stay as they are wanted; others are 422: they are assigned, or rolled
    out."""
    now = hub.clock.now()

    def write(session: Session) -> tuple[ShadowAnswer, Outgoing]:
        device = device_for(session, viewer, device_id)
        before = shadow_of(session, viewer.tenant_id, device_id)
        version = before.desired_version if before is not None else 0
        state = with_files_as_they_are(request.state, before)
        wanted = WantedState(state=state, by=viewer.login_name, over_version=request.over_version)
        shadow = want_state(session, device, wanted, now)
        if shadow.desired_version != version:
            record_act(
                session,
                Act(
                    tenant_id=viewer.tenant_id,
                    actor=viewer.login_name,
                    action="desired-state",
                    subject=device_id,
                    detail={"version": shadow.desired_version, "state": dict(state)},
                ),
                now,
            )
        topic = dn_topic(device.tenant_id, device.store_id, device.device_id, Downlink.DESIRED)
        return _shadow_answer(shadow), Outgoing(topic=topic, payload=desired_message(shadow))

    answer, outgoing = await asyncio.to_thread(_written, hub, write)
    publish(hub, outgoing)
    return answer


def _written(hub: Hub, act: Callable[[Session], Result]) -> Result:
    with hub.database.writing() as session:
        return act(session)


def _command_answer(command: DeviceCommand, now: datetime) -> CommandAnswer:
    return CommandAnswer(
        command_id=command.command_id,
        name=command.name,
        arguments=command.arguments,
        issued_at=command.issued_at,
        issued_by=command.issued_by,
        expires_at=expires_at(command),
        state=state_of(command, now),
        detail=command.detail,
        finished_at=command.finished_at,
    )


def _shadow_answer(shadow: DeviceShadow | None) -> ShadowAnswer:
    if shadow is None:
        return ShadowAnswer(
            desired=DesiredAnswer(version=0, state={}, at=None, by=""),
            reported=ReportedAnswer(version=0, state={}, at=None),
            delta={},
        )
    return ShadowAnswer(
        desired=DesiredAnswer(
            version=shadow.desired_version,
            state=shadow.desired,
            at=shadow.desired_at,
            by=shadow.desired_by,
        ),
        reported=ReportedAnswer(
            version=shadow.reported_version, state=shadow.reported, at=shadow.reported_at
        ),
        delta=undone(shadow),
    )
