"""The hub's commands: `hub`, `ingest`, `audit`, `login`, `master-data`, `dead-letters`,
`artifact`, `review`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from cloud_hub.fleet.artifacts.cli import app as artifact_app
from cloud_hub.reconciliation.cli import app as audit_app
from cloud_hub.review.cli import app as review_app
from device_profiles.store import LoginRole

app = typer.Typer()
"""Holds every command of the hub: `root.add_typer(app)` joins them without a name."""
app.add_typer(artifact_app)
app.add_typer(audit_app)
app.add_typer(review_app)

Role = Annotated[LoginRole, typer.Option("--role", help="What it may see.")]
Scope = Annotated[
    str | None, typer.Option("--scope", help="The brand or store that the role is for.")
]


hub_app = typer.Typer(invoke_without_command=True)
app.add_typer(hub_app, name="hub")


@hub_app.callback()
def run_hub(
    context: typer.Context,
    data: DataDir = None,
    database: DatabaseUrl = None,
    http: Annotated[str | None, typer.Option("--http", help="HOST:PORT of the console.")] = None,
    mqtt: Annotated[
        str | None, typer.Option("--mqtt", help="HOST:PORT of the embedded broker.")
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(
            "--broker",
            help="mqtt://user:password@host:port instead of the embedded; several with commas.",
        ),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="A TOML file of settings.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log debugging details, too.")] = False,
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
    }
    serve_hub(load_settings(given, file=settings), verbose=verbose)


@hub_app.command("token")
def make_token(
    name: Annotated[str, typer.Option("--name", help="What the token is for.")] = "program",
    role: Role = LoginRole.HEAD_OFFICE,
    scope: Scope = None,
    write: Annotated[bool, typer.Option("--write", help="It may change master data.")] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Mint a bearer token for a program and print it; only its hash is kept."""
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.admin.offline import mint_program_token

    with open_office(_place(data, database), tenant) as office:
        typer.echo(mint_program_token(office, name=name, role=role, scope=scope, may_write=write))


@app.command("ingest")
def run_worker(
    data: DataDir = None,
    database: DatabaseUrl = None,
    broker: Annotated[
        str | None,
        typer.Option("--broker", help="mqtt://user:password@host:port, several with commas."),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="A TOML file of settings.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log debugging details, too.")] = False,
) -> None:
    """Run one more ingest worker beside a hub: the same --data, --database and --broker."""
    from cloud_hub.core.settings import load_settings
    from cloud_hub.worker import serve_worker

    given: dict[str, Any] = {"data_dir": data, "database": database, "broker": broker}
    serve_worker(load_settings(given, file=settings), verbose=verbose)


def _place(data: Path | None, database: str | None) -> dict[str, Any]:
    return {"data_dir": data, "database": database}


login_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console.")
app.add_typer(login_app, name="login")


@login_app.callback()
def logins() -> None:
    """Who may sign in to the console."""


@login_app.command("add")
def add_login(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    role: Role,
    scope: Scope = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Such as en; else the browser's.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Make a login, or give one a new password, role and scope."""
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.admin.offline import make_login

    with open_office(_place(data, database), tenant) as office:
        if password_stdin or not sys.stdin.isatty():
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        make_login(office, name=name, password=password, role=role, scope=scope, language=language)
    typer.echo(f"{name} may sign in as {role.value}")


master_data_app = typer.Typer(no_args_is_help=True, help="Stores, products, devices.")
app.add_typer(master_data_app, name="master-data")


@master_data_app.callback()
def master_data() -> None:
    """Stores, products, devices."""


@master_data_app.command("load")
def load_master_data(
    file: Annotated[Path, typer.Argument(help="The chain as JSON.")],
    data: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Load a chain: whole or not at all; the same twice changes nothing."""
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.master_data.importer import load_chain, read_chain

    chain = read_chain(file)
    with open_office(_place(data, database), chain.tenant_id, is_new=True) as office:
        loaded = office.write(lambda session: load_chain(session, chain))
    typer.echo(
        f"{loaded.tenant_id}: {loaded.stores} stores, {loaded.products} products,"
        f" {loaded.devices} devices"
    )


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
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.link.letters.dead_letters_offline import letter_lines

    with open_office(_place(data, database), tenant) as office:
        for line in letter_lines(office, device_id=device, everything=everything):
            typer.echo(line)


@letters_app.command("show")
def show_letter(
    letter: LetterId, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """One dead letter as JSON, with what was said. It may name shoppers."""
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.link.letters.dead_letters_offline import letter_content

    with open_office(_place(data, database), tenant) as office:
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
    from cloud_hub.access.offline_hub import open_office
    from cloud_hub.link.letters.dead_letters_offline import read_body, replay_letter_here

    with open_office(_place(data, database), tenant) as office:
        count = replay_letter_here(office, letter, read_body(body) if body else None)
    typer.echo(f"{letter}: {count} event{'' if count == 1 else 's'} applied")
