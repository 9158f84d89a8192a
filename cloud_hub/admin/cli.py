"""`aisle login` and `aisle hub token`: who may sign in, and which programs may ask."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cloud_hub.core.cli_options import DatabaseUrl, DataDir, TenantId
from device_profiles.store import LoginRole

if TYPE_CHECKING:
    from cloud_hub.access.tables import ApiToken, Login
    from cloud_hub.admin.logins import Logins

Result = TypeVar("Result")

app = typer.Typer()
login_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console.")
app.add_typer(login_app, name="login")
token_app = typer.Typer(no_args_is_help=True, help="Which programs may ask the hub.")
login_app.add_typer(token_app, name="token")

Role = Annotated[LoginRole, typer.Option("--role", help="What it may see and do.")]
Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", help="A store that it is for, or the brand; stores: repeatable."),
]
Region = Annotated[
    list[str] | None, typer.Option("--region", help="Every store of this region; repeatable.")
]
LoginName = Annotated[str, typer.Argument(help="Name to sign in with.")]


@login_app.callback()
def logins() -> None:
    """Who may sign in to the console."""


@login_app.command("add")
def add_login(
    name: LoginName,
    role: Role,
    scope: Scope = None,
    region: Region = None,
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
    """Make a login, or give one a new password, role and scope: it has to sign in again."""
    from cloud_hub.access.grants import Grant

    grant = Grant(role=role, scopes=tuple(scope or ()), regions=tuple(region or ()))

    def make(logins: "Logins") -> Grant:
        if password_stdin or not sys.stdin.isatty():
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return logins.make(name, password, grant, language)

    held = _changed(make, data, database, tenant)
    bounds = f" ({held.bounds})" if held.bounds else ""
    typer.echo(f"{name} may sign in as {role.value}{bounds}")


@login_app.command("list")
def list_logins(
    data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """One line each: name, role, what it is bound to, whether it has a second factor or is
    disabled."""

    def tell(logins: "Logins") -> list[str]:
        have = logins.with_factor()
        return [_login_line(login, login.login_name in have) for login in logins.all()]

    for line in _changed(tell, data, database, tenant):
        typer.echo(line)


@login_app.command("disable")
def disable_login(
    name: LoginName, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Sign it out everywhere and let it in no more."""
    _changed(lambda logins: logins.disable(name), data, database, tenant)
    typer.echo(f"{name} may not sign in")


@login_app.command("enable")
def enable_login(
    name: LoginName, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Let a disabled login sign in again, with the password it had."""
    _changed(lambda logins: logins.enable(name), data, database, tenant)
    typer.echo(f"{name} may sign in again")


@login_app.command("remove")
def remove_login(
    name: LoginName, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Take a login away; what it did stays in the audit log."""
    _changed(lambda logins: logins.remove(name), data, database, tenant)
    typer.echo(f"{name} is gone")


@login_app.command("reset-second-factor")
def reset_second_factor(
    name: LoginName, data: DataDir = None, database: DatabaseUrl = None, tenant: TenantId = None
) -> None:
    """Take its second factor away and sign it out: for who lost phone and recovery codes."""
    _changed(lambda logins: logins.reset_factor(name), data, database, tenant)
    typer.echo(f"{name} signs in by its password; set the second factor up again")


@login_app.command("demand-second-factor")
def demand_second_factor(
    role: Annotated[LoginRole, typer.Argument(help="Whose logins need one.")],
    off: Annotated[bool, typer.Option("--off", help="They need none any more.")] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Let logins of a role in with a second factor only; who has none sets it up at the door."""
    _changed(lambda logins: logins.demand_factor(role, is_demanded=not off), data, database, tenant)
    typer.echo(f"{role.value}: {'no second factor needed' if off else 'a second factor is needed'}")


@token_app.callback()
def tokens() -> None:
    """Which programs may ask the hub. A token is minted by `aisle hub token`."""


@token_app.command("list")
def list_tokens(
    everything: Annotated[bool, typer.Option("--all", help="Revoked ones too.")] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """One line each, the newest first: id, name, role, scope, and whether it may write."""

    def tell(logins: "Logins") -> list[str]:
        return [_token_line(row) for row in logins.tokens() if everything or not row.revoked_at]

    for line in _changed(tell, data, database, tenant):
        typer.echo(line)


@token_app.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(help="Its id as `list` shows it, or its name.")],
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """End a token. The administrator's is minted anew at the hub's next start."""
    name = _changed(lambda logins: logins.revoke(token).name, data, database, tenant)
    typer.echo(f"token {name} opens nothing any more")


hub_token_app = typer.Typer()
"""`aisle hub token`: joined to the hub's commands without a name."""


@hub_token_app.command("token")
def mint_token(
    name: Annotated[str, typer.Option("--name", help="What the token is for.")] = "program",
    role: Role = LoginRole.HEAD_OFFICE,
    scope: Scope = None,
    region: Region = None,
    write: Annotated[
        bool, typer.Option("--write", help="It may do what its role may do, not only look.")
    ] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
    tenant: TenantId = None,
) -> None:
    """Mint a bearer token for a program and print it; only its hash is kept."""
    from cloud_hub.access.grants import Grant

    grant = Grant(role=role, scopes=tuple(scope or ()), regions=tuple(region or ()))

    def mint(logins: "Logins") -> str:
        return logins.mint(name, grant, may_write=write)

    typer.echo(_changed(mint, data, database, tenant))


def _changed(
    act: "Callable[[Logins], Result]",
    data: Path | None,
    database: str | None,
    tenant: str | None,
) -> Result:
    """What `act` returns of the chain's logins, committed."""
    from cloud_hub.access.offline_hub import open_offline_hub
    from cloud_hub.admin.logins import Logins

    with open_offline_hub({"data_dir": data, "database": database}, tenant) as office:
        return office.write(
            lambda session: act(Logins(session, office.tenant_id, by=None, now=office.clock.now()))
        )


def _login_line(login: "Login", has_factor: bool) -> str:
    from cloud_hub.access.grants import grant_of

    grant = grant_of(login)
    disabled = f"disabled {login.disabled_at:%Y-%m-%d %H:%M}" if login.disabled_at else ""
    factor = "second factor" if has_factor else ""
    return _line(login.login_name, grant.role.value, grant.bounds, factor, disabled)


def _token_line(row: "ApiToken") -> str:
    from cloud_hub.access.grants import grant_of
    from cloud_hub.access.tokens import ANY_TENANT, token_id

    grant = grant_of(row)
    role = "administrator of every chain" if row.tenant_id == ANY_TENANT else grant.role.value
    revoked = f"revoked {row.revoked_at:%Y-%m-%d %H:%M}" if row.revoked_at else ""
    writes = "may write" if row.may_write else "may read"
    made = f"made {row.created_at:%Y-%m-%d %H:%M}"
    return _line(token_id(row), row.name, role, grant.bounds, writes, made, revoked)


def _line(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
