"""What IT and technicians have devices do: a command kept, noted in the audit log, published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.commands import expires_at, issue_command, offer
from cloud_hub.fleet.tables import DeviceCommand
from sync.wire.topics import Downlink, dn_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What to publish once the transaction is committed."""

    topic: str
    payload: bytes


def give_command(
    session: Session,
    viewer: Viewer,
    device_id: str,
    *,
    name: str,
    arguments: Mapping[str, Any],
    expires_in_s: float,
    now: datetime,
    is_linked: bool,
    command_id: str | None = None,
) -> tuple[DeviceCommand, Outgoing | None]:
    """The command, kept, and what to publish; nothing where the hub has no broker (`is_linked`): it
    is then offered at the device's next hello.

    Raises NotYours, NotFound for a device that is none for this viewer, and what issue_command
    raises.
    """
    viewer.require(Permission.COMMAND_DEVICES)
    device = device_for(session, viewer, device_id)
    command, is_new = issue_command(
        session,
        device,
        name=name,
        arguments=arguments,
        expires_in_s=expires_in_s,
        issued_by=viewer.login_name,
        now=now,
        command_id=command_id,
    )
    if is_new:
        record_act(
            session,
            tenant_id=viewer.tenant_id,
            actor=viewer.login_name,
            action=f"command-{name}",
            subject=device_id,
            detail={"command_id": command.command_id, "arguments": dict(arguments)},
            now=now,
        )
    is_due = command.outcome is None and now < expires_at(command)
    if not (is_due and is_linked):
        return command, None
    topic = dn_topic(device.tenant_id, device.store_id, device.device_id, Downlink.COMMAND)
    return command, Outgoing(topic=topic, payload=offer(command, now))


def publish(hub: Hub, outgoing: Outgoing | None) -> None:
    """Sends it to every broker there is; call it on the event loop, after the commit."""
    if outgoing is not None and hub.link.listener is not None:
        hub.link.listener.publish(outgoing.topic, outgoing.payload)
