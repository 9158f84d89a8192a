"""The hub's commands: `hub`, `ingest`, `audit`, `login`, `log`, `master-data`,
`dead-letters`, `artifact`, `review`, `backup`, `restore`, `verify`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloud_hub.admin.backup.cli import backup_app
from cloud_hub.admin.broker_cli import broker_app
from cloud_hub.admin.cli import app as login_app
from cloud_hub.admin.cli import hub_token_app
from cloud_hub.admin.log_cli import log_app
from cloud_hub.admin.removal_kind import RemovalKind
from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from cloud_hub.fleet.artifacts.cli import artifact_app
from cloud_hub.fleet.enrolment.device_cli import device_app
from cloud_hub.fleet.rollouts.cli import rollout_app
from cloud_hub.fleet.trust.cli import ca_app
from cloud_hub.reconciliation.cli import audit_app
from cloud_hub.review.cli import app as review_app

if TYPE_CHECKING:
    from cloud_hub.core.keys.erasures import Eraser
    from cloud_hub.core.trace import Traces
    from cloud_hub.insight.metric import Metric


def _traces() -> "Traces":
    from cloud_hub.register import PROJECTIONS

    return PROJECTIONS.traces


def _erasers() -> "dict[str, Eraser]":
    from cloud_hub.register import ERASERS

    return ERASERS


def _metrics() -> "dict[str, Metric]":
    from cloud_hub.register import METRICS

    return METRICS


app = typer.Typer()
"""Holds every command of the hub: `root.add_typer(app)` joins them without a name."""
app.add_typer(login_app)
app.add_typer(log_app, name="log")
artifact_app.add_typer(rollout_app(_metrics))
app.add_typer(artifact_app, name="artifact")
app.add_typer(audit_app(_traces))
app.add_typer(review_app)
app.add_typer(backup_app(_erasers))

ServerName = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        metavar="HOST",
        help="Name or address by which devices reach this hub, for its certificate; may be given"
        " again.",
    ),
]
TlsCertificate = Annotated[
    Path | None,
    typer.Option("--tls-cert", help="Certificate chain of --http instead of the hub's own."),
]

HttpAddress = Annotated[
    str | None,
    typer.Option("--http", help="HOST:PORT of console and API; by TLS off this machine."),
]
BrokerName = Annotated[
    str | None, typer.Option("--broker-name", help="By which name devices know this machine.")
]
DevicesBroker = Annotated[
    str | None,
    typer.Option(
        "--devices-broker",
        help="mqtts://host:port where devices come to the broker of `aisle hub broker write`;"
        " --broker is then the hub's door of it.",
    ),
]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", help="Its key.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Log debugging details, too.")]

hub_app = typer.Typer(invoke_without_command=True)
app.add_typer(hub_app, name="hub")


@hub_app.callback()
def run_hub(
    context: typer.Context,
    data: DataDir = None,
    database: DatabaseUrl = None,
    http: HttpAddress = None,
    mqtt: Annotated[
        str | None, typer.Option("--mqtt", help="HOST:PORT of the embedded broker.")
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(
            "--broker",
            help="managed: a mosquitto that the hub runs. mqtts://host:port: one of somebody else;"
            " several with commas. On this machine also mqtt://user:password@127.0.0.1:port."
            " Without it: the embedded one.",
        ),
    ] = None,
    broker_listen: Annotated[
        str | None,
        typer.Option("--broker-listen", help="HOST:PORT for devices, with --broker managed."),
    ] = None,
    broker_name: BrokerName = None,
    devices_broker: DevicesBroker = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--trusted-proxy",
            metavar="ADDRESS/NET",
            help="Reverse proxy that is believed where a request came from; may be given again.",
        ),
    ] = None,
    name: ServerName = None,
    tls_cert: TlsCertificate = None,
    tls_key: TlsKey = None,
    settings: SettingsFile = None,
    verbose: Verbose = False,
) -> None:
    """Run the hub: broker, ingest, API and console."""
    if context.invoked_subcommand is not None:
        return
    from cloud_hub.core.settings import load_settings
    from cloud_hub.serve import serve_hub

    given: dict[str, Any] = {
        "data_dir": data,
        "database": database,
        "http": http,
        "mqtt": mqtt,
        "broker": broker,
        "broker_listen": broker_listen,
        "broker_name": broker_name,
        "devices_broker": devices_broker,
        "trusted_proxies": trusted_proxy or None,
        "names": name or None,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    serve_hub(load_settings(given, file=settings), verbose=verbose)


@hub_app.command("health")
def ask_health(
    data: DataDir = None, http: HttpAddress = None, settings: SettingsFile = None
) -> None:
    """Ask the hub that runs here whether it is ready: one line; exit 1 where it is not.

    With its own --data, --http and settings; knows it by its certificate.
    """
    from cloud_hub.core.settings import load_settings
    from cloud_hub.web.api.health_check import ask_ready

    said = ask_ready(load_settings({"data_dir": data, "http": http}, file=settings))
    typer.echo(said.line)
    if not said.is_ready:
        raise typer.Exit(1)


@hub_app.command("downgrade")
def take_back_database(
    to: Annotated[str, typer.Option("--to", help="The version that the earlier program knows.")],
    data: DataDir = None,
    database: DatabaseUrl = None,
    settings: SettingsFile = None,
) -> None:
    """Take the database back for an earlier AisleOS; stop the hub first, and make a backup.

    Every row that the earlier one knows stays; what only this one keeps is gone. Run by the newer
    program; then start the earlier one.
    """
    from cloud_hub.core.existing_hub import require_hub
    from cloud_hub.core.settings import load_settings
    from cloud_hub.core.storage.going_back import take_back
    from cloud_hub.serve import sole_hub

    place = load_settings({"data_dir": data, "database": database}, file=settings)
    require_hub(place)
    with sole_hub(place):
        before = take_back(place.database_url, to)
    typer.echo(f"the database is of version {to}, it was {before}; start the earlier AisleOS now")


hub_app.add_typer(hub_token_app)
hub_app.add_typer(ca_app, name="ca")
hub_app.add_typer(device_app, name="device")
hub_app.add_typer(broker_app, name="broker")


@app.command("ingest")
def run_worker(
    data: DataDir = None,
    database: DatabaseUrl = None,
    broker: Annotated[
        str | None,
        typer.Option("--broker", help="As the hub's: managed, or mqtts://host:port, with commas."),
    ] = None,
    settings: SettingsFile = None,
    verbose: Verbose = False,
) -> None:
    """Run one more ingest worker beside a hub: the same --data, --database and --broker."""
    from cloud_hub.core.settings import load_settings
    from cloud_hub.worker import serve_worker

    given: dict[str, Any] = {"data_dir": data, "database": database, "broker": broker}
    serve_worker(load_settings(given, file=settings), verbose=verbose)


def _place(data: Path | None, database: str | None) -> dict[str, Any]:
    return {"data_dir": data, "database": database}


master_data_app = typer.Typer(no_args_is_help=True, help="Stores, products, devices.")
app.add_typer(master_data_app, name="master-data")


@master_data_app.callback()
def master_data() -> None:
    """Stores, products, devices."""


@master_data_app.command("load")
def load_master_data(
    file: Annotated[Path, typer.Argument(help="The chain as JSON.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would change, and change nothing.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Changes hold for past days too: they were wrong.")
    ] = False,
) -> None:
    """Load a chain: whole or not at all; the same twice changes nothing.

    What changes of hours, areas, listings and plans holds from now on: past days are judged by
    what held then.
    """
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.admin.loading import load_chain, would_change
    from cloud_hub.core.existing_hub import settings_there
    from cloud_hub.master_data.importer import read_chain

    chain, where = read_chain(file), _place(data, database)
    if dry_run:
        settings_there(where)
    with open_offline_hub(where, chain.tenant_id, is_new=True) as office:
        if dry_run:
            told = would_change(office.database, chain, office.clock.now())
            for line in told.lines:
                typer.echo(line)
            typer.echo(f"{chain.tenant_id}: {told.summary} if loaded; nothing was changed")
            return
        now = office.clock.now()
        done = office.write(
            lambda session: load_chain(session, chain, by=ACTOR, now=now, is_correction=correct)
        )
    for doubt in done.doubts:
        typer.echo(f"warning: {doubt}", err=True)
    loaded, healed = done.loaded, done.healed_lines
    typer.echo(
        f"{loaded.tenant_id}: {loaded.stores} stores, {loaded.products} products,"
        f" {loaded.devices} devices"
        + (f"; {healed} receipt lines found their product" if healed else "")
    )


@master_data_app.command("export")
def export_master_data(
    data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Print the chain as JSON that `load` takes again. Claim tokens are told as their hashes."""
    from cloud_hub.access.doors.reveals import Reveal
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.master_data.exporting import exported_chain

    with open_offline_hub(_place(data, database), tenant) as office:
        with office.database.sessions() as session:
            chain = exported_chain(session, office.tenant_id)
        rows = len(chain.stores) + len(chain.products)
        office.note_reveal(Reveal.CHAIN_EXPORTED, "master data", rows)
        typer.echo(chain.model_dump_json(indent=1))


@master_data_app.command("remove")
def remove_master_data(
    kind: Annotated[RemovalKind, typer.Argument(help="What it is.")],
    identity: Annotated[str, typer.Argument(help="Its id; a product's GTIN.")],
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Take a store, fixture or product out of the chain: past days keep it.

    It is retired from today on, or from tomorrow on where something happened to it today; deleted,
    if nothing ever did. Refused while devices, open tasks or a plan hang on it. Loaded again, it is
    there again.
    """
    from cloud_hub.access.offline_hub import ACTOR, open_offline_hub
    from cloud_hub.admin.removing import Removal, remove

    with open_offline_hub(_place(data, database), tenant) as office:
        removal = Removal(
            tenant_id=office.tenant_id,
            kind=kind,
            identity=identity,
            by=ACTOR,
            now=office.clock.now(),
        )
        done = office.write(lambda session: remove(session, removal))
    typer.echo(done.told)


letters_app = typer.Typer(no_args_is_help=True, help="What was received and could not be taken.")
app.add_typer(letters_app, name="dead-letters")

LetterId = Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]


@letters_app.callback()
def dead_letters() -> None:
    """What was received and could not be taken."""


@letters_app.command("list")
def list_letters(
    device: Annotated[str | None, typer.Option("--device", help="Of this device only.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those taken again too.")] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """One line each, the newest first: id, when it came, what is wrong with it."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.link.letters.dead_letters_offline import letter_lines

    with open_offline_hub(_place(data, database), tenant) as office:
        for line in letter_lines(office, device_id=device, everything=everything):
            typer.echo(line)


@letters_app.command("show")
def show_letter(
    letter: LetterId, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """One dead letter as JSON, with what was said. It may name shoppers."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.link.letters.dead_letters_offline import letter_content

    with open_offline_hub(_place(data, database), tenant) as office:
        typer.echo(json.dumps(letter_content(office, letter), indent=1, ensure_ascii=False))


@letters_app.command("replay")
def replay_letter(
    letter: LetterId,
    body: Annotated[
        Path | None, typer.Option("--body", help="JSON file with the event's corrected body.")
    ] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Take it again, after an upgrade or corrected: each event once, or one line why not."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.link.letters.dead_letters_offline import read_body, replay_letter_here
    from cloud_hub.register import PROJECTIONS

    with open_offline_hub(_place(data, database), tenant) as office:
        count = replay_letter_here(office, letter, read_body(body) if body else None, PROJECTIONS)
    typer.echo(f"{letter}: {count} event{'' if count == 1 else 's'} applied")
