"""Doors through which IT and technicians reach devices: commands, desired state, dead letters."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.commands import expires_at, state_of
from cloud_hub.fleet.commands.dispatch import Outgoing, give_command, publish
from cloud_hub.fleet.commands.shadows import desired_message, shadow_of, undone, want_state
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from cloud_hub.link.letters.dead_letters import DeadLetters, find_letters, letter_of, said_by
from cloud_hub.link.tables import DeadLetter
from cloud_hub.web.api.dependencies import HubOf, allowed
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from sync.events import Lane
from sync.wire.topics import Downlink, dn_topic

router = APIRouter(prefix="/api/v1", tags=["devices"])

LONGEST_EXPIRY_S = 7 * 24 * 3600
COMMANDS_SHOWN = 100

Result = TypeVar("Result")


Watcher = Annotated[Viewer, allowed(Permission.SEE_CONTROL)]
Commander = Annotated[Viewer, allowed(Permission.COMMAND_DEVICES)]
LetterReader = Annotated[Viewer, allowed(Permission.READ_DEAD_LETTERS)]


class Closed(BaseModel):
    """Base of request and answer bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CommandRequest(Closed):
    """What a device should do. The same `command_id` again is the same command."""

    name: Identifier
    arguments: dict[str, JsonValue] = {}
    expires_in_s: Annotated[float, Field(ge=1, le=LONGEST_EXPIRY_S)] = 300
    command_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9-]{8,80}$")] = None


class CommandAnswer(Closed):
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


class DesiredRequest(Closed):
    """A device's desired state, whole. `over_version` is the version it was made from."""

    state: dict[str, JsonValue]
    over_version: int | None = None


class DesiredAnswer(Closed):
    """What is wanted, since when and by whom."""

    version: int
    state: dict[str, Any]
    at: datetime | None
    by: str


class ReportedAnswer(Closed):
    """What the device says it is."""

    version: int
    state: dict[str, Any]
    at: datetime | None


class ShadowAnswer(Closed):
    """Both halves, and what is wanted and not so yet."""

    desired: DesiredAnswer
    reported: ReportedAnswer
    delta: dict[str, Any]


class LetterAnswer(Closed):
    """Something that was acknowledged and could not be taken."""

    letter_id: str
    device_id: str
    store_id: str
    lane: str | None
    error: str
    received_at: datetime
    replayed_at: datetime | None


class LetterContent(LetterAnswer):
    """A dead letter with what was said: JSON, or null for bytes that are none."""

    said: JsonValue


class ReplayAnswer(Closed):
    """What became of a dead letter that was taken again."""

    letter_id: str
    events: int


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
    device_id: Identifier, command_id: str, hub: HubOf, viewer: Watcher
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
        command, outgoing = give_command(
            session,
            viewer,
            device_id,
            **request.model_dump(),
            now=now,
            is_linked=hub.link.is_connected,
        )
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
    """Keeps a device's desired state and publishes it; a device that was away asks at its hello."""
    now = hub.clock.now()

    def write(session: Session) -> tuple[ShadowAnswer, Outgoing]:
        device = device_for(session, viewer, device_id)
        before = shadow_of(session, viewer.tenant_id, device_id)
        version = before.desired_version if before is not None else 0
        shadow = want_state(
            session,
            device,
            request.state,
            by=viewer.login_name,
            now=now,
            over_version=request.over_version,
        )
        if shadow.desired_version != version:
            told = {"version": shadow.desired_version, "state": dict(request.state)}
            _record(session, viewer, "desired-state", device_id, told, now)
        topic = dn_topic(device.tenant_id, device.store_id, device.device_id, Downlink.DESIRED)
        return _shadow_answer(shadow), Outgoing(topic=topic, payload=desired_message(shadow))

    answer, outgoing = await asyncio.to_thread(_written, hub, write)
    publish(hub, outgoing)
    return answer


@router.get("/dead-letters")
def list_letters(
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_LINK)],
    device: Annotated[Identifier | None, Query()] = None,
    everything: Annotated[bool, Query(alias="all", description="Replayed ones too")] = False,
) -> list[LetterAnswer]:
    """Dead letters of this chain, the newest first."""
    with hub.sessions() as session:
        letters = find_letters(session, viewer.tenant_id, device_id=device, everything=everything)
        return [LetterAnswer(**_letter_fields(letter)) for letter in letters]


@router.get("/dead-letters/{letter_id:path}")
def show_letter(letter_id: str, hub: HubOf, parts: PartsOf, viewer: LetterReader) -> LetterContent:
    """One dead letter with what was said; it may name shoppers, so it is for IT alone."""
    with hub.sessions() as session:
        letter = letter_of(session, viewer.tenant_id, letter_id)
        return LetterContent(
            **_letter_fields(letter), said=said_by(letter, parts.projector.identities)
        )


@router.post("/dead-letters/{letter_id:path}/replay")
def replay_letter(
    letter_id: str,
    hub: HubOf,
    parts: PartsOf,
    viewer: LetterReader,
    body: Annotated[dict[str, JsonValue] | None, Body(embed=True)] = None,
) -> ReplayAnswer:
    """Takes a dead letter again, after an upgrade or with a corrected `body`; each event once."""
    letters = DeadLetters(hub.database, parts.projector)
    events = letters.replay(
        viewer.tenant_id, letter_id, body=body, actor=viewer.login_name, now=hub.clock.now()
    )
    hub.changed.announce()
    return ReplayAnswer(letter_id=letter_id, events=events)


def _written(hub: Hub, act: Callable[[Session], Result]) -> Result:
    with hub.database.writing() as session:
        return act(session)


def _record(
    session: Session,
    viewer: Viewer,
    action: str,
    subject: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    record_act(
        session,
        tenant_id=viewer.tenant_id,
        actor=viewer.login_name,
        action=action,
        subject=subject,
        detail=detail,
        now=now,
    )


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


def _letter_fields(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter_id": letter.letter_id,
        "device_id": letter.device_id,
        "store_id": letter.store_id,
        "lane": None if letter.lane is None else Lane(letter.lane).name.lower(),
        "error": letter.error,
        "received_at": letter.received_at,
        "replayed_at": letter.replayed_at,
    }
