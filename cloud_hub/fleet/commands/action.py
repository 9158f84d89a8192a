"""Commands that IT and technicians give from a device's page."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.commands.dispatch import Outgoing, give_command, publish
from cloud_hub.web.visit import Visit, viewer_now

log = logging.getLogger(__name__)

EXPIRES_IN_S: Final = 300.0
"""A device that is away for longer does not do it when it comes back: nobody waits for it then."""


async def command_device(hub: Hub, visit: Visit, said: Mapping[str, Any]) -> bool:
    """Gives the command that a button names (`arg`: device, `answer`: command:camera), and whether
    it was given."""
    device_id = str(said.get("arg", ""))
    name, _, camera_id = str(said.get("answer", "")).partition(":")
    arguments = {"camera_id": camera_id} if camera_id else {}

    def write(session: Session) -> Outgoing | None:
        if not name:
            raise Refused("no command was named", status=422)
        _, outgoing = give_command(
            session,
            viewer_now(session, hub, visit),
            device_id,
            name=name,
            arguments=arguments,
            expires_in_s=EXPIRES_IN_S,
            now=hub.clock.now(),
            is_linked=hub.link.is_connected,
        )
        return outgoing

    try:
        publish(hub, await asyncio.to_thread(_written, hub, write))
    except Refused as error:
        log.warning("%s", error, extra={"action": "command-refused", "device": device_id})
        return False
    return True


def _written(hub: Hub, write: Callable[[Session], Outgoing | None]) -> Outgoing | None:
    with hub.database.writing() as session:
        return write(session)
