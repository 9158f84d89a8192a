"""What IT and technicians have devices do: a command kept, noted in the audit log, published."""

from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.commands import NewCommand, expires_at, issue_command, offer
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.link.ingest.message import Outgoing
from cloud_hub.master_data.place_tables import DeviceRow
from sync.wire.topics import Downlink, dn_topic


def give_command(
    session: Session, viewer: Viewer, device_id: str, new: NewCommand, now: datetime
) -> DeviceCommand:
    """The command, kept and noted.

    Raises NotYours, NotFound for a device that is none for this viewer, and what issue_command
    raises.
    """
    viewer.require(Permission.COMMAND_DEVICES)
    device = device_for(session, viewer, device_id)
    command, is_new = issue_command(session, device, new, issued_by=viewer.login_name, now=now)
    if is_new:
        record_act(
            session,
            Act(
                tenant_id=viewer.tenant_id,
                actor=viewer.login_name,
                action=f"command-{new.name}",
                subject=device_id,
                detail={"command_id": command.command_id, "arguments": dict(new.arguments)},
            ),
            now,
        )
    return command


def offer_now(session: Session, command: DeviceCommand, now: datetime) -> Outgoing | None:
    """What to publish, and the command noted as offered; nothing where it is answered or over. Ask
    only where the hub has a broker: else it is offered at the device's next hello."""
    if command.outcome is not None or now >= expires_at(command):
        return None
    device = session.get_one(DeviceRow, (command.tenant_id, command.device_id))
    topic = dn_topic(device.tenant_id, device.store_id, device.device_id, Downlink.COMMAND)
    return Outgoing(topic=topic, payload=offer(command, now))


def publish(hub: Hub, outgoing: Outgoing | None) -> None:
    """Sends it to every broker there is; call it on the event loop, after the commit."""
    if outgoing is not None and hub.link.listener is not None:
        hub.link.listener.publish(outgoing.topic, outgoing.payload)
