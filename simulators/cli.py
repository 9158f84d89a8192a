"""`aisle demo`: the demonstration chain, in a browser, in a minute."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

LOOPBACK = "127.0.0.1:8700"
LAST_PORT = 65_535
A_MOMENT = "2028-02-29T23:59Z"

Stores = Annotated[int, typer.Option(help="How many stores, 1 to 8; two are S01 and S06.")]
Http = Annotated[str, typer.Option(help="Where the pages are, HOST:PORT.")]
Data = Annotated[
    Path | None,
    typer.Option(help="An empty folder for everything; a temporary one if not given."),
]
Lasts = Annotated[
    float | None, typer.Option("--for", help="End by itself after so many seconds.", min=1.0)
]
Seed = Annotated[int, typer.Option(help="What everything simulated follows from.")]
At = Annotated[
    str | None,
    typer.Option(metavar="MOMENT", help=f"Begin as if it were that moment, such as {A_MOMENT}."),
]


@app.command()
def demo(
    stores: Stores = 8,
    http: Http = LOOPBACK,
    data: Data = None,
    lasts_s: Lasts = None,
    seed: Seed = 1,
    at: At = None,
) -> None:
    """Play the demonstration chain: a hub, real agents, eight stores with two weeks behind them."""
    from simulators.demo.demo import run_demo
    from simulators.playback.stage import DemoOptions
    from sync.core.memory import keep_memory_small

    keep_memory_small()
    host, port = _parse_address(http)
    options = DemoOptions(
        stores=stores,
        host=host,
        port=port,
        data=data,
        lasts_s=lasts_s,
        seed=seed,
        at=_parse_moment(at) if at is not None else None,
    )
    asyncio.run(run_demo(options))


def _parse_address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > LAST_PORT:
        raise typer.BadParameter(
            f"{text!r} is not HOST:PORT, for example {LOOPBACK}", param_hint="--http"
        )
    return host.strip("[]"), int(port)


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is not a moment with its zone, for example {A_MOMENT}", param_hint="--at"
        )
    return moment
