"""What a device was told to do and to be, what became of it, and what its clock was worth."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.fleet.commands.action import MAINTENANCE
from cloud_hub.fleet.commands.commands import expires_at, state_of
from cloud_hub.fleet.commands.shadows import (
    ARTIFACT_PROBLEMS,
    ARTIFACTS,
    MAINTENANCE_UNTIL,
    shadow_of,
    undone,
)
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from cloud_hub.link.ingest.clock_correction import corrected_clocks

COMMANDS_SHOWN = 10
BY_CAMERA = frozenset({"take-photo", "accept-view"})
"""Commands that name one of the device's cameras."""
MAINTENANCE_MINUTES = (30, 120)
"""How long a button lets it last; by the API any other time may be said."""
REJECTED = "rejected"
FACTS = frozenset(
    {
        "agent_version",
        "kind",
        "commands",
        "cameras",
        REJECTED,
        ARTIFACTS,
        ARTIFACT_PROBLEMS,
        MAINTENANCE_UNTIL,
    }
)
"""What a device reports beside its settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChoice:
    """A command that may be given now; of one camera where it needs one, for so many minutes where
    it lasts."""

    name: str
    camera_id: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command and what became of it: `waiting`, `offered`, `unanswered`, or the device's word."""

    command_id: str
    name: str
    arguments: str
    state: str
    detail: str
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting: what is wanted (None: nothing is), what holds, and why it is not so."""

    name: str
    wanted: str | None
    holds: str | None
    is_done: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A boot whose times the hub has put right."""

    boot_id: str
    events: int
    source: str
    true_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceControl:
    """`choices` is empty for those who may only look. `reported_at`: when the device last said what
    it is; None when it never has."""

    choices: tuple[CommandChoice, ...]
    commands: tuple[CommandRow, ...]
    settings: tuple[SettingRow, ...]
    wanted_at: datetime | None
    wanted_by: str
    reported_at: datetime | None
    clocks: tuple[ClockRow, ...]


def device_control(
    session: Session, viewer: Viewer, device_id: str, now: datetime
) -> DeviceControl | None:
    """The device's commands, settings, clocks; None for a role that has no business with them."""
    if not viewer.may(Permission.SEE_CONTROL):
        return None
    shadow = shadow_of(session, viewer.tenant_id, device_id)
    return DeviceControl(
        choices=_choices(shadow) if viewer.may(Permission.COMMAND_DEVICES) else (),
        commands=_commands(session, viewer.tenant_id, device_id, now),
        settings=_settings(shadow),
        wanted_at=shadow.desired_at if shadow else None,
        wanted_by=shadow.desired_by if shadow else "",
        reported_at=shadow.reported_at if shadow else None,
        clocks=tuple(
            ClockRow(
                boot_id=row["boot_id"],
                events=row["corrected_events"],
                source=row["source"],
                true_at=row["true_at"],
            )
            for row in corrected_clocks(session, viewer.tenant_id, device_id)
        ),
    )


def _choices(shadow: DeviceShadow | None) -> tuple[CommandChoice, ...]:
    """The commands that the device says it knows."""
    reported: Mapping[str, Any] = shadow.reported if shadow else {}
    cameras = _map(reported, "cameras")
    choices: list[CommandChoice] = []
    for name in reported.get("commands", ()):
        if name in BY_CAMERA:
            choices += [
                CommandChoice(name=name, camera_id=camera) for camera in cameras.get(name, ())
            ]
        elif name == MAINTENANCE:
            choices += [CommandChoice(name=name, minutes=each) for each in MAINTENANCE_MINUTES]
        else:
            choices.append(CommandChoice(name=name))
    return tuple(choices)


def _commands(
    session: Session, tenant_id: str, device_id: str, now: datetime
) -> tuple[CommandRow, ...]:
    """The newest commands."""
    rows = session.scalars(
        sa.select(DeviceCommand)
        .where(DeviceCommand.tenant_id == tenant_id, DeviceCommand.device_id == device_id)
        .order_by(DeviceCommand.issued_at.desc())
        .limit(COMMANDS_SHOWN)
    )
    return tuple(
        CommandRow(
            command_id=row.command_id,
            name=row.name,
            arguments=", ".join(f"{name} {_said(value)}" for name, value in row.arguments.items()),
            state=state_of(row, now),
            detail=row.detail,
            issued_at=row.issued_at,
            issued_by=row.issued_by,
            expires_at=expires_at(row),
            finished_at=row.finished_at,
        )
        for row in rows
    )


def _settings(shadow: DeviceShadow | None) -> tuple[SettingRow, ...]:
    """Every setting that is wanted or holds; what is not done yet first."""
    if shadow is None:
        return ()
    reasons = _map(shadow.reported, REJECTED)
    left = undone(shadow)
    names = sorted({*shadow.desired, *shadow.reported} - FACTS)
    rows = [
        SettingRow(
            name=name,
            wanted=_said(shadow.desired[name]) if name in shadow.desired else None,
            holds=_said(shadow.reported[name]) if name in shadow.reported else None,
            is_done=name not in left,
            why=str(reasons.get(name, "")),
        )
        for name in names
    ]
    rows += _artifacts(shadow, str(reasons.get(ARTIFACTS, "")))
    return tuple(sorted(rows, key=lambda row: row.is_done))


def _artifacts(shadow: DeviceShadow, refusal: str) -> list[SettingRow]:
    """One row a signed artifact: models, galleries, planograms, prices."""
    wanted, holds = _map(shadow.desired, ARTIFACTS), _map(shadow.reported, ARTIFACTS)
    problems = _map(shadow.reported, ARTIFACT_PROBLEMS)
    return [
        SettingRow(
            name=name,
            wanted=_said(wanted[name]) if name in wanted else None,
            holds=_said(holds[name]) if name in holds else None,
            is_done=name not in wanted or wanted[name] == holds.get(name),
            why=str(problems.get(name, refusal)),
        )
        for name in sorted({*wanted, *holds, *problems})
    ]


def _map(state: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = state.get(name)
    return found if isinstance(found, Mapping) else {}


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
