"""`aisle log`: what was done and refused, and whether the log of it is whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId

log_app = typer.Typer(no_args_is_help=True, help="The audit log: who did what, and was refused.")


@log_app.callback()
def audit_log() -> None:
    """The audit log: who did what, and was refused."""


@log_app.command("verify")
def verify(
    from_entry: Annotated[
        int,
        typer.Option(
            "--from", min=1, help="First entry to look at: after one that is known to be missing."
        ),
    ] = 1,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Say whether every entry is as the hub wrote it; else name the first that is not, exit 1."""
    from cloud_hub.admin.log_reading import verified

    place: dict[str, Path | str | None] = {"data_dir": data, "database": database}
    lines, is_whole = verified(place, tenant, from_entry=from_entry)
    for line in lines:
        typer.echo(line)
    if not is_whole:
        raise typer.Exit(1)


@log_app.command("show")
def show(
    last: Annotated[int, typer.Option("--last", min=1, max=10_000, help="So many entries.")] = 20,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """The last entries, oldest first: number, time in UTC, who, what, of what."""
    from cloud_hub.admin.log_reading import shown

    for line in shown({"data_dir": data, "database": database}, tenant, last=last):
        typer.echo(line)


@log_app.command("who-saw")
def who_saw(
    login: Annotated[
        str | None, typer.Option("--login", help="What this login, token: or command line saw.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="What holds this text: a page, a letter's id.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Since this day or time, in UTC.")
    ] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """What was shown or saved to whom: number, time in UTC, who, what, of what, scope and rows."""
    from cloud_hub.access.doors.reveals import Sought
    from cloud_hub.admin.log_reading import seen

    from_at = since.replace(tzinfo=UTC) if since is not None else None
    asked = Sought(login=login, subject=subject, since=from_at)
    for line in seen({"data_dir": data, "database": database}, tenant, asked):
        typer.echo(line)
