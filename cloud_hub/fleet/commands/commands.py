"""Commands to devices: kept until their time is over, offered at every hello, run at most once.

The device decides whether it runs a command; the hub keeps asking while it may and shows what came
back.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.master_data.place_tables import DeviceRow
from sync.downlink.commands import Command

LARGEST_ARGUMENTS_BYTES = 8 * 1024
OFFERED_AT_ONCE = 20


class CommandState(StrEnum):
    """Where a command stands as long as the device has not said what became of it."""

    WAITING = "waiting"
    OFFERED = "offered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommand:
    """What a device is to do within `expires_in_s`. The same `command_id` again is the same
    command; without one it gets one of its own."""

    name: str
    arguments: Mapping[str, Any]
    expires_in_s: float
    command_id: str | None = None


def issue_command(
    session: Session, device: DeviceRow, new: NewCommand, *, issued_by: str, now: datetime
) -> tuple[DeviceCommand, bool]:
    """The command, kept, and whether it is new.

    Raises Refused for arguments that are too large, or another command under a known id.
    """
    if len(json.dumps(new.arguments).encode()) > LARGEST_ARGUMENTS_BYTES:
        raise Refused(f"arguments may take {LARGEST_ARGUMENTS_BYTES} bytes", status=422)
    command_id = new.command_id or secrets.token_hex(12)
    known = session.get(DeviceCommand, (device.tenant_id, device.device_id, command_id))
    if known is not None:
        if (known.name, known.arguments) != (new.name, dict(new.arguments)):
            raise Refused(f"{command_id} is another command already", status=409)
        return known, False
    command = DeviceCommand(
        tenant_id=device.tenant_id,
        device_id=device.device_id,
        command_id=command_id,
        name=new.name,
        arguments=dict(new.arguments),
        expires_in_s=new.expires_in_s,
        issued_at=now,
        issued_by=issued_by,
        offered_at=None,
        outcome=None,
        detail="",
        finished_at=None,
    )
    session.add(command)
    return command, True


def pending_commands(session: Session, device: DeviceRow, now: datetime) -> Sequence[DeviceCommand]:
    """Commands without a result whose time is not over, in the order they were given."""
    commands = session.scalars(
        sa.select(DeviceCommand)
        .where(
            DeviceCommand.tenant_id == device.tenant_id,
            DeviceCommand.device_id == device.device_id,
            DeviceCommand.outcome.is_(None),
        )
        .order_by(DeviceCommand.issued_at.desc())
        .limit(OFFERED_AT_ONCE)
    ).all()
    return [command for command in reversed(commands) if now < expires_at(command)]


def offer(command: DeviceCommand, now: datetime) -> bytes:
    """The message for the device, noted as offered. Its age is told, so that a late one expires
    by the device's monotonic clock whatever its wall clock says."""
    command.offered_at = now
    age_s = max(0.0, (now - command.issued_at).total_seconds())
    return Command(
        command_id=command.command_id,
        name=command.name,
        arguments=command.arguments,
        expires_in_s=command.expires_in_s,
        age_s=age_s,
    ).to_bytes()


def expires_at(command: DeviceCommand) -> datetime:
    """From then on it is not offered any more."""
    return command.issued_at + timedelta(seconds=command.expires_in_s)


def state_of(command: DeviceCommand, now: datetime) -> str:
    """The device's word (`done`, `failed`, `expired`, `unknown`, `interrupted`), or where it
    stands without one."""
    if command.outcome is not None:
        return command.outcome
    if now >= expires_at(command):
        return CommandState.UNANSWERED
    return CommandState.WAITING if command.offered_at is None else CommandState.OFFERED
