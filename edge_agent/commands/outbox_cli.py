"""`aisle outbox`: what waits in outboxes that were put aside, and deciding about it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.settings import MB

if TYPE_CHECKING:
    from sync.outbox.put_aside import Decided

app = typer.Typer(no_args_is_help=True, help="Events that wait in damaged outboxes.")

Data = Annotated[Path, typer.Argument(help="An agent's --data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
Quota = Annotated[
    int,
    typer.Option(
        "--quota-mb", min=1, help="The outbox's limit: outbox_quota_mb of the device's profile."
    ),
]
QUOTA_MB = 256
"""What a profile says where it says nothing."""


@app.callback()
def outbox() -> None:
    """What waits in outboxes that were damaged and put aside, until somebody decides about it.

    The file stays beside the new one in each case.
    """


@app.command("list")
def show(data: Data, as_json: AsJson = False) -> None:
    """Each file put aside, with what waits in it and how much of that can still be read."""
    from edge_agent.commands.books import agent_file
    from sync.outbox.put_aside import files_put_aside, look_aside

    found = [look_aside(file) for file in files_put_aside(agent_file(data))]
    if as_json:
        told = [asdict(one) | {"path": str(one.path)} for one in found]
        typer.echo(json.dumps(told))
        return
    for one in found:
        typer.echo(f"{one.path}: {one.bytes} bytes{'' if one.is_readable else ', not readable'}")
        for lane in one.lanes:
            typer.echo(
                f"  epoch {lane.epoch} {lane.lane.name.lower()}: {lane.waiting} events wait,"
                f" {lane.readable} can be read"
            )
    if not found:
        typer.echo("nothing is put aside")


@app.command()
def retry(data: Data, quota_mb: Quota = QUOTA_MB) -> None:
    """Send what can still be read of files put aside, and declare the rest of them lost."""
    from edge_agent.commands.books import agent_file
    from sync.outbox.put_aside import files_put_aside, retry_aside

    path = agent_file(data)
    _tell(retry_aside(path, quota_bytes=quota_mb * MB))
    for file in files_put_aside(path):
        typer.echo(f"{file}: nothing of it can be read; aisle outbox give-up {data}")


@app.command("give-up")
def give_up(data: Data, quota_mb: Quota = QUOTA_MB) -> None:
    """Declare lost what waits in files put aside, or went with an earlier disk of this device."""
    from edge_agent.commands.books import agent_file
    from sync.outbox.put_aside import give_up_aside

    _tell(give_up_aside(agent_file(data), quota_bytes=quota_mb * MB))


def _tell(decided: "Decided") -> None:
    typer.echo(
        f"{decided.sent} events are sent, {decided.lost} are declared lost;"
        " what else the hub misses is settled when the agent connects next"
    )
