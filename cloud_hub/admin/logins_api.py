"""HTTP: logins of people and tokens of programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BeforeValidator, Field

from cloud_hub.access.grants import Grant, grant_of
from cloud_hub.access.permissions import Permission
from cloud_hub.access.tables import ApiToken, Login
from cloud_hub.access.tokens import token_id
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.logins import Logins
from cloud_hub.core.hub import Hub
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, allowed, within
from device_profiles.names import Identifier
from device_profiles.store import LoginRole
from device_profiles.values.bounds import Text, Word

router = APIRouter(prefix="/api/v1", tags=["enrolment"])

MOST_BOUNDS = 1000

Manager = Annotated[Viewer, allowed(Permission.MANAGE_LOGINS)]
Name = Annotated[Word, Field(min_length=1)]


def _as_list(value: object) -> object:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


class GrantRequest(Body):
    """What a login or token is given."""

    tenant_id: Identifier
    role: LoginRole
    scope_id: Annotated[
        tuple[Identifier, ...],
        Field(max_length=MOST_BOUNDS, description="The stores or the brand it is for: one, a list"),
        BeforeValidator(_as_list),
    ] = ()
    region: Annotated[
        tuple[Name, ...],
        Field(max_length=MOST_BOUNDS, description="Regions whose stores it is for: one, a list"),
        BeforeValidator(_as_list),
    ] = ()

    def grant(self) -> Grant:
        """As the hub keeps it."""
        return Grant(role=self.role, scopes=self.scope_id, regions=self.region)


class LoginRequest(GrantRequest):
    """A login to make, or to give a new password. Without a language it reads in its browser's."""

    login_name: Name
    password: Annotated[Text, Field(min_length=8)]
    language: Annotated[Word, Field(max_length=20)] | None = None


class TokenRequest(GrantRequest):
    """A token to mint."""

    name: Name
    role: LoginRole = LoginRole.HEAD_OFFICE
    may_write: bool = False


class TokenAnswer(Body):
    """A new token, said once."""

    token: str


class DemandRequest(Body):
    """Whether logins of a role get in with a second factor only."""

    tenant_id: Identifier
    role: LoginRole
    demanded: bool


class LoginAnswer(Body):
    """A login; `disabled_at` is null for one that may sign in."""

    login_name: str
    role: LoginRole
    scope_id: tuple[str, ...]
    region: tuple[str, ...]
    language: str | None
    disabled_at: datetime | None
    second_factor: bool


class KnownToken(Body):
    """A token as the hub knows it: by the start of its hash, never by itself."""

    token_id: str
    name: str
    role: LoginRole
    scope_id: tuple[str, ...]
    region: tuple[str, ...]
    may_write: bool
    created_at: datetime
    revoked_at: datetime | None


@router.get("/logins")
def list_logins(hub: HubOf, viewer: Manager) -> list[LoginAnswer]:
    """Who may sign in, by name."""
    with hub.sessions() as session:
        logins = Logins(session, viewer.tenant_id, by=viewer, now=hub.clock.now())
        have = logins.with_factor()
        return [_login(login, login.login_name in have) for login in logins.all()]


@router.post("/logins", status_code=204)
def make_login(body: LoginRequest, hub: HubOf, caller: CallerOf) -> None:
    """Makes a login, or gives it this password, role and scope and signs it out everywhere."""
    with _managing(hub, within(caller, body.tenant_id)) as logins:
        logins.make(body.login_name, body.password, body.grant(), body.language)


@router.post("/logins/{login_name}/disable", status_code=204)
def disable_login(login_name: Name, hub: HubOf, viewer: Manager) -> None:
    """Signs a login out everywhere and lets it in no more."""
    with _managing(hub, viewer) as logins:
        logins.disable(login_name)


@router.post("/logins/{login_name}/enable", status_code=204)
def enable_login(login_name: Name, hub: HubOf, viewer: Manager) -> None:
    """Lets a disabled login sign in again, with the password it had."""
    with _managing(hub, viewer) as logins:
        logins.enable(login_name)


@router.post("/logins/{login_name}/reset-second-factor", status_code=204)
def reset_second_factor(login_name: Name, hub: HubOf, viewer: Manager) -> None:
    """Takes a login's second factor away and signs it out everywhere."""
    with _managing(hub, viewer) as logins:
        logins.reset_factor(login_name)


@router.post("/second-factor-demand", status_code=204)
def demand_second_factor(body: DemandRequest, hub: HubOf, caller: CallerOf) -> None:
    """Says whether logins of a role need a second factor; who has none is signed out."""
    with _managing(hub, within(caller, body.tenant_id)) as logins:
        logins.demand_factor(body.role, is_demanded=body.demanded)


@router.delete("/logins/{login_name}", status_code=204)
def remove_login(login_name: Name, hub: HubOf, viewer: Manager) -> None:
    """Takes a login away; what it did stays in the audit log."""
    with _managing(hub, viewer) as logins:
        logins.remove(login_name)


@router.get("/tokens")
def list_tokens(hub: HubOf, viewer: Manager) -> list[KnownToken]:
    """The tokens of programs, the newest first, revoked ones too."""
    with hub.sessions() as session:
        logins = Logins(session, viewer.tenant_id, by=viewer, now=hub.clock.now())
        return [_token(token) for token in logins.tokens()]


@router.post("/tokens", status_code=201)
def make_token(body: TokenRequest, hub: HubOf, caller: CallerOf) -> TokenAnswer:
    """Mints a bearer token for a program: a role, its scope, and whether it may write."""
    with _managing(hub, within(caller, body.tenant_id)) as logins:
        return TokenAnswer(token=logins.mint(body.name, body.grant(), may_write=body.may_write))


@router.delete("/tokens/{called}", status_code=204)
def revoke_token(called: Name, hub: HubOf, viewer: Manager) -> None:
    """Ends a token, named by its id, or by its name where no other has it."""
    with _managing(hub, viewer) as logins:
        logins.revoke(called)


@contextmanager
def _managing(hub: Hub, viewer: Viewer) -> Iterator[Logins]:
    """The chain's logins, to be changed by the viewer; open pages then look who they are."""
    with hub.database.writing() as session:
        yield Logins(session, viewer.tenant_id, by=viewer, now=hub.clock.now())
    hub.changed.announce()


def _login(row: Login, has_factor: bool) -> LoginAnswer:
    grant = grant_of(row)
    return LoginAnswer(
        login_name=row.login_name,
        role=grant.role,
        scope_id=grant.scopes,
        region=grant.regions,
        language=row.language,
        disabled_at=row.disabled_at,
        second_factor=has_factor,
    )


def _token(row: ApiToken) -> KnownToken:
    grant = grant_of(row)
    return KnownToken(
        token_id=token_id(row),
        name=row.name,
        role=grant.role,
        scope_id=grant.scopes,
        region=grant.regions,
        may_write=row.may_write,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
