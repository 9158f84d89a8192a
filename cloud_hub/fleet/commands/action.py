"""Commands that IT and technicians give from a device's page."""

from typing import Final

from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.fleet.commands.commands import NewCommand
from cloud_hub.fleet.commands.dispatch import give_command, offer_now, publish
from cloud_hub.web.actions import Acting, Action, Done

COMMAND: Final = "command"
MAINTENANCE: Final = "begin-maintenance"
"""A command that lasts: its button says for how many minutes."""
EXPIRES_IN_S: Final = 300.0
"""A device that is away for longer does not do it when it comes back: nobody waits for it then."""


class CommandForm(BaseModel):
    """A device and what it is told: `name:camera`, the camera empty where it needs none; of what
    lasts, `name:minutes`."""

    device_id: str
    command: str


def _give(act: Acting, form: CommandForm) -> Done:
    name, _, of = form.command.partition(":")
    new = NewCommand(
        name=name,
        arguments=_arguments(name, of),
        expires_in_s=EXPIRES_IN_S,
    )
    command = give_command(act.session, act.viewer, form.device_id, new, act.now)
    is_linked = act.hub.link.is_connected
    outgoing = offer_now(act.session, command, act.now) if is_linked else None
    return Done(
        message=act.words("Given: see below what becomes of it."),
        after=lambda hub: publish(hub, outgoing),
    )


def _arguments(name: str, of: str) -> dict[str, str | int]:
    """What a button said after the command's name. The device judges it."""
    if not of:
        return {}
    if name == MAINTENANCE:
        return {"minutes": int(of) if of.isdecimal() else of}
    return {"camera_id": of}


ACTIONS: Final = (
    Action(name=COMMAND, form=CommandForm, permission=Permission.COMMAND_DEVICES, do=_give),
)
