"""Commands of a device: `aisle edge`, `aisle count`, `aisle pos`, `aisle books`."""

import asyncio
import logging
import sys
from pathlib import Path
from random import SystemRandom
from typing import Annotated, NoReturn

import typer

from device_profiles.device import InvalidProfile
from edge_agent.errors import EdgeError
from sync.errors import SyncError

app = typer.Typer(no_args_is_help=True)

Profile = Annotated[Path, typer.Option(help="The device's profile, a TOML file.")]
Data = Annotated[Path, typer.Option(help="The agent's folder: outbox, pictures, credentials.")]
Hub = Annotated[
    str | None,
    typer.Option(help="The hub's address, such as http://127.0.0.1:8000.", envvar="AISLE_HUB"),
]


@app.command()
def edge(profile: Profile, data: Data, hub: Hub = None) -> None:
    """Run one device's agent until it is told to stop. Without --hub it works alone."""
    from edge_agent.agent import run_agent, stop_on_signals
    from edge_agent.settings import load_settings
    from sync.clock import SystemClock

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await run_agent(settings, clock=SystemClock(), rng=SystemRandom(), stop=stop)

    _set_up_logs()
    failure: BaseException | None = None
    try:
        settings = load_settings(profile, data, hub)
        asyncio.run(run())
    except* (EdgeError, SyncError, InvalidProfile) as group:
        failure = group.exceptions[0]
    if failure is not None:
        _fail(failure)


def _fail(error: BaseException) -> NoReturn:
    """One line for people, and exit code 1."""
    typer.echo(f"aisle: {error}", err=True)
    raise typer.Exit(1)


def _set_up_logs() -> None:
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=form)
