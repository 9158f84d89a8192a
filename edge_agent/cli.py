"""Commands of a device: `aisle edge`, `aisle count`, `aisle pos`, `aisle books`, `aisle outbox`."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.commands.outbox_cli import app as outbox
from edge_agent.core.telling import hush_codecs
from edge_agent.till.imports.cli import app as pos
from sync.core.logs import set_up_logging
from sync.events import Lane
from sync.outbox.losses import loss_words

if TYPE_CHECKING:
    from edge_agent.commands.counting import Counted

app = typer.Typer(no_args_is_help=True)
app.add_typer(pos, name="pos")
app.add_typer(outbox, name="outbox")

Annotate = Annotated[
    Path | None,
    typer.Option(help="A new MP4 film with boxes, trails, lines, dead bands, zones and counts."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


edge_app = typer.Typer(invoke_without_command=True)
app.add_typer(edge_app, name="edge")


@edge_app.callback()
def edge(
    context: typer.Context,
    profile: Annotated[Path | None, typer.Option(help="The device's profile, a TOML file.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="The agent's folder: outbox, pictures, credentials.")
    ] = None,
    hub: Annotated[
        str | None,
        typer.Option(
            help="The hub's address, where no claim code says it. Without one the device works"
            " alone."
        ),
    ] = None,
) -> None:
    """Run one device's agent until it is told to stop."""
    if context.invoked_subcommand is not None:
        return
    if profile is None or data is None:
        missing = "--profile" if profile is None else "--data"
        raise typer.BadParameter(f"Missing option '{missing}'.")
    hush_codecs()
    from edge_agent.agent import run_agent, stop_on_signals
    from edge_agent.settings import load_settings
    from sync.core.clock import SystemClock
    from sync.core.memory import keep_memory_small
    from sync.core.supervisor import supervisor_of

    keep_memory_small()
    supervisor = supervisor_of(os.environ)

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await run_agent(
            settings, clock=SystemClock(), rng=SystemRandom(), stop=stop, supervisor=supervisor
        )

    set_up_logging()
    settings = load_settings(profile, data, hub)
    asyncio.run(run())


@edge_app.command("claim")
def claim_device(
    code: Annotated[str, typer.Argument(help="The claim code, as the hub shows it.")],
    data: Annotated[Path, typer.Option(help="The agent's folder, made if it is not there.")],
) -> None:
    """Claim this device at its hub, once: afterwards `aisle edge` needs no --hub.

    The hub is known by the code before the device says anything to it.
    """
    from edge_agent.commands.claiming import claim_here

    claimed = asyncio.run(claim_here(code, data))
    typer.echo(f"claimed as {claimed.tenant}/{claimed.device} at {claimed.hub_url}")


@edge_app.command("health")
def ask_health(
    profile: Annotated[Path, typer.Option(help="The device's profile, a TOML file.")],
) -> None:
    """Ask the agent that runs here how it does: one line; exit 1 where it does not answer.

    By its till's API or its own page: with neither nobody can be asked.
    """
    from device_profiles.device import load_device
    from edge_agent.commands.health_check import ask_agent

    typer.echo(ask_agent(load_device(profile)))


@edge_app.command("doctor")
def examine_device(
    profile: Annotated[Path, typer.Option(help="The device's profile, a TOML file.")],
    data: Annotated[Path, typer.Option(help="The agent's folder; the agent may run meanwhile.")],
    hub: Annotated[
        str | None, typer.Option(help="The hub's address, where no claim code says it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Test a device: camera, disk, clock, hub, broker, certificate, model, prices, sensors.

    Each is ok, untried, or wrong with what to do. Exit 1 where anything is wrong.
    """
    hush_codecs()
    from edge_agent.upkeep.doctor.examination import examine_folder
    from edge_agent.upkeep.doctor.finding import is_well, report
    from sync.core.clock import SystemClock

    found = asyncio.run(examine_folder(profile, data, hub, SystemClock()))
    if as_json:
        told = {"well": is_well(found), "checks": [one.as_json() for one in found]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(report(found))
    if not is_well(found):
        raise typer.Exit(1)


@app.command()
def books(
    data: Annotated[Path, typer.Argument(help="An agent's --data folder.")], as_json: AsJson = False
) -> None:
    """What a device's folder holds: produced = acknowledged + lost + waiting. Exit 1 if not so."""
    from edge_agent.commands.books import look_into

    found = look_into(data)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        for lane in found.lanes:
            typer.echo(
                f"epoch {lane['epoch']} {lane['lane']:7} produced {lane['produced']:9}"
                f" = acknowledged {lane['acknowledged']:9} + lost {lane['lost']:6}"
                f" + waiting {lane['waiting']:9}"
            )
        for loss in found.losses:
            typer.echo(
                f"lost: epoch {loss['epoch']} {Lane(loss['lane']).name.lower()}:"
                f" {loss['events']} event(s) between {loss['first']} and {loss['last']},"
                f" {loss['bytes']} bytes: {loss_words(loss['reason'])}"
            )
        for one in found.oldest_waiting:
            typer.echo(
                f"waiting: epoch {one['epoch']} {Lane(one['lane']).name.lower()} from"
                f" {one['seq']} ({one['kind']}), since {one['at']}"
            )
        typer.echo("balanced" if found.balanced else "NOT balanced")
    if not found.balanced:
        raise typer.Exit(1)


def _stopped_by_ctrl_c() -> Callable[[], bool]:
    """Whether Ctrl-C was pressed; a second one ends at once."""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, press)
    return pressed.is_set


@app.command()
def count(
    video: Annotated[str, typer.Argument(help="A video file, a camera's number or a stream.")],
    line: Annotated[
        list[str],
        typer.Option(
            help='"x1,y1 x2,y2", 0..1 of the frame; in = from its left to its right. Repeatable.'
        ),
    ],
    zone: Annotated[
        list[str] | None,
        typer.Option(help='"x,y x,y x,y …": visits and dwell inside. Repeatable.'),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="Stop after so many seconds; a live source has no end."),
    ] = None,
    annotate: Annotate = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help="A manifest with a person-detector; else the shipped one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count people over a line and in zones.

    A live source that goes is opened again; Ctrl-C ends it with what was counted so far.
    """
    hush_codecs()
    from rich.console import Console
    from rich.progress import Progress

    from edge_agent.commands.counting import CountWanted, count_source, read_line, read_zone

    hidden = not sys.stderr.isatty()
    lines = tuple(read_line(text, number) for number, text in enumerate(line, start=1))
    zones = tuple(read_zone(text, number) for number, text in enumerate(zone or (), start=1))
    with Progress(console=Console(stderr=True), disable=hidden) as progress:
        task = progress.add_task("frames", total=None)
        counted = count_source(
            CountWanted(
                source=video,
                lines=lines,
                zones=zones,
                longest_s=seconds,
                annotated=annotate,
                manifest=manifest,
            ),
            on_frame=lambda done, of: progress.update(task, completed=done, total=of or None),
            is_stopped=_stopped_by_ctrl_c(),
        )
    if as_json:
        typer.echo(json.dumps(counted.as_json()))
        return
    _tell_count(counted)


def _tell_count(counted: "Counted") -> None:
    typer.echo(f"in {counted.entries}, out {counted.exits}")
    for name, stays in counted.dwell_s.items():
        typer.echo(f"{name}: {len(stays)} visits, {sum(stays):.0f} s in all")
    typer.echo(
        f"{counted.frames} frames, {counted.seconds:.1f} s of film, in {counted.took_s:.1f} s"
    )
    if counted.dropped:
        whole = counted.frames + counted.dropped
        typer.echo(
            f"this computer followed {counted.frames} of {whole} frames; the rest was left out"
        )
