"""What a device that has just said hello lacks: its desired state, its pending commands."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.fleet.commands.commands import offer, pending_commands
from cloud_hub.fleet.commands.shadows import desired_for
from cloud_hub.link.ingest.offers import Greeted
from sync.wire.topics import Downlink


def desired_version(session: Session, greeted: Greeted, now: datetime) -> int:
    """The version of the state that is wanted of the device."""
    version, _ = desired_for(session, greeted.device, greeted.known_version, now)
    return version


def lacking_state(
    session: Session, greeted: Greeted, now: datetime
) -> Iterator[tuple[Downlink, bytes]]:
    """The desired state, if the device does not know this version of it."""
    _, message = desired_for(session, greeted.device, greeted.known_version, now)
    if message is not None:
        yield Downlink.DESIRED, message


def lacking_commands(
    session: Session, greeted: Greeted, now: datetime
) -> Iterator[tuple[Downlink, bytes]]:
    """The commands whose time is not over, noted as offered."""
    for command in pending_commands(session, greeted.device, now):
        yield Downlink.COMMAND, offer(command, now)
