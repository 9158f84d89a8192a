"""What a restored hub asks its devices for again, what it never gets back, and who was asked."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.master_data.place_tables import DeviceRow

RESTORED_FILE: Final = "restored.json"
SAID_FOR: Final = timedelta(days=30)
"""How long a start tells of it: sales are kept so long on devices."""
READINGS_KEPT: Final = timedelta(hours=72)
SALES_KEPT: Final = timedelta(days=30)


class Restored(BaseModel):
    """When the hub was put back, and of when the backup was."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    made_at: datetime
    restored_at: datetime
    backup: str


def write_restored(folder: Path, restored: Restored) -> None:
    """Keeps it in the hub's folder. Raises OSError."""
    write_private(folder / RESTORED_FILE, restored.model_dump_json())


def read_restored(folder: Path) -> Restored | None:
    """How the hub of this folder was put back; None where it never was."""
    try:
        return Restored.model_validate(json.loads((folder / RESTORED_FILE).read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def asked_again(restored: Restored, devices: int) -> list[str]:
    """What people should know after a restore, a line each."""
    age = restored.restored_at - restored.made_at
    lines = [
        f"asked again: {devices} devices, at their next hello, for all that they recorded since"
        f" {_minute(restored.made_at)}; what was acknowledged they keep for 72 hours of running"
        " time, sales for 30 days"
    ]
    if age > READINGS_KEPT:
        lines.append(
            "lost for good: readings, alarms and results that were acknowledged between"
            f" {_minute(restored.made_at)} and {_minute(restored.restored_at - READINGS_KEPT)}"
        )
    if age > SALES_KEPT:
        lines.append(
            f"lost for good: sales that were acknowledged before"
            f" {_minute(restored.restored_at - SALES_KEPT)}"
        )
    lines.append(
        "lost for good: what was done at the hub itself since then: master data, logins, tokens"
        " (revoked ones are good again), answers, tasks, commands, signed files and who was to have"
        " them. Every browser must sign in anew"
    )
    return lines


def waiting_for(session: Session, restored: Restored, now: datetime) -> str | None:
    """What a start says while devices have not been heard since the hub was put back; None when
    all were, or long after."""
    if now - restored.restored_at > SAID_FOR:
        return None
    silent = sorted(
        device.device_id
        for device in claimed_devices(session)
        if device.connected_at is None or device.connected_at < restored.restored_at
    )
    if not silent:
        return None
    return (
        f"put back at {_minute(restored.restored_at)} from a backup of"
        f" {_minute(restored.made_at)}: {len(silent)} devices were not heard since and may hold"
        f" what is missing here: {_some(silent)}"
    )


def waiting_after_restore(hub: Hub) -> str | None:
    """What the start of this hub says of a restore; None where there is nothing to say."""
    restored = read_restored(hub.settings.data_dir)
    if restored is None:
        return None
    with hub.sessions() as session:
        return waiting_for(session, restored, hub.clock.now())


def claimed_devices(session: Session) -> list[DeviceRow]:
    """Devices that have a password and were not taken out."""
    query = sa.select(DeviceRow).where(
        DeviceRow.claimed_at.is_not(None), DeviceRow.left_at.is_(None)
    )
    return list(session.scalars(query))


def _some(names: Iterable[str], most: int = 10) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
