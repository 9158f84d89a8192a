"""Commands that IT and technicians give from a device's page."""

from typing import Final

from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.commands.commands import NewCommand
from cloud_hub.fleet.commands.dispatch import give_command, offer_now, publish
from cloud_hub.web.actions import Acting, Action, Done

COMMAND: Final = "command"
EXPIRES_IN_S: Final = 300.0
"""A device that is away for longer does not do it when it comes back: nobody waits for it then."""


class CommandForm(BaseModel):
    """A device and what it is told: `name:camera`, the camera empty where it needs none."""

    device_id: str
    command: str


def _give(act: Acting, form: CommandForm) -> Done:
    name, _, camera_id = form.command.partition(":")
    new = NewCommand(
        name=name,
        arguments={"camera_id": camera_id} if camera_id else {},
        expires_in_s=EXPIRES_IN_S,
    )
    command = give_command(act.session, act.viewer, form.device_id, new, act.now)
    is_linked = act.hub.link.is_connected
    outgoing = offer_now(act.session, command, act.now) if is_linked else None
    return Done(
        message=act.words("Given: see below what becomes of it."),
        after=lambda hub: publish(hub, outgoing),
    )


ACTIONS: Final = (
    Action(name=COMMAND, form=CommandForm, permission=Permission.COMMAND_DEVICES, do=_give),
)
