"""`aisle hub broker`: the files of a mosquitto, and whether a running one behaves."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir

if TYPE_CHECKING:
    from cloud_hub.core.settings import Address

broker_app = typer.Typer(no_args_is_help=True, help="A mosquitto for this hub.")

Listen = Annotated[str, typer.Option("--listen", help="HOST:PORT where devices come, by TLS.")]
HubListen = Annotated[
    str,
    typer.Option(
        "--hub-listen",
        help="HOST:PORT where the hub comes: on loopback with a password, else by TLS.",
    ),
]


@broker_app.callback()
def broker() -> None:
    """A mosquitto for this hub."""


@broker_app.command("write")
def write_files(
    to: Annotated[Path, typer.Option("--to", help="Folder for its files.")],
    listen: Listen = "0.0.0.0:8883",
    hub_listen: HubListen = "127.0.0.1:1883",
    name: Annotated[
        str | None,
        typer.Option("--name", help="By which name devices know it; its certificate must, too."),
    ] = None,
    lies_at: Annotated[
        Path | None,
        typer.Option("--lies-at", help="Where the folder will lie at the broker's machine."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="Instead of the hub's, with --key.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="That certificate's key.")] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Write a mosquitto's configuration, access lists and certificates, or bring them up to date.

    Again after devices were claimed, moved or removed; `--broker managed` does that by itself.
    """
    from cloud_hub.link.mosquitto.broker_writing import WantedBroker, write_broker

    asked = WantedBroker(
        folder=to,
        lies_at=lies_at,
        devices=_address("--listen", listen),
        hub=_address("--hub-listen", hub_listen),
        name=name,
        certificate=certificate,
        key=key,
    )
    written = write_broker({"data_dir": data, "database": database}, asked)
    new = ", ".join(sorted(written.changed)) or "nothing"
    typer.echo(f"{to}: {written.devices} devices; new: {new}")
    typer.echo(f"devices know it as: {', '.join(written.names) or 'nothing'}")
    typer.echo("a mosquitto that runs takes the new files by: systemctl reload mosquitto")


@broker_app.command("check")
def check_broker(
    at: Annotated[
        str, typer.Option("--at", help="HOST:PORT where devices come, as they know it.")
    ] = "localhost:8883",
    hub_at: Annotated[
        str, typer.Option("--hub-at", help="HOST:PORT where the hub comes.")
    ] = "127.0.0.1:1883",
    data: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Try a running broker as the hub, as a device and as strangers; exit 1 if it is wrong.

    It signs its own certificates, good for ten minutes, with the key of the hub's authority, and
    disturbs no device.
    """
    from cloud_hub.link.mosquitto.broker_trial import try_broker

    place = {"data_dir": data, "database": database}
    lines = asyncio.run(try_broker(place, _address("--at", at), _address("--hub-at", hub_at)))
    for judged in lines:
        typer.echo(judged.line)
    if any(judged.wrong for judged in lines):
        raise typer.Exit(1)


def _address(option: str, told: str) -> "Address":
    from cloud_hub.core.settings import address_of

    return address_of(option, told)
