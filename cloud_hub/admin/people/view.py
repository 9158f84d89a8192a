"""The chain's logins and tokens, as somebody who manages them sees them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.doors.reveals import Sought, who_saw
from cloud_hub.access.grants import grant_of
from cloud_hub.access.permissions import Permission
from cloud_hub.access.tables import ApiToken, Login
from cloud_hub.access.tokens import token_id
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.logins import Logins
from device_profiles.store import LoginRole


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """A login. `bounds` are the stores, regions or brand it is bound to, none for the whole chain;
    `may_be_changed`: by who looks, who gives nobody more than he has and never ends himself."""

    login_name: str
    role: LoginRole
    bounds: tuple[str, ...]
    disabled_at: datetime | None
    has_factor: bool
    may_be_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A program's token, named by the start of its hash; `revoked_at` once it opens nothing."""

    token_id: str
    name: str
    role: LoginRole
    bounds: tuple[str, ...]
    may_write: bool
    created_at: datetime
    revoked_at: datetime | None
    may_be_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealRow:
    """One thing that was shown or saved: to whom, of which scope, in how many rows; `entry` is its
    number in the audit log."""

    entry: int
    at: datetime
    who: str
    reveal: str
    subject: str
    scope: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """Logins by name, tokens with the newest first, which roles the viewer may give, and which
    need a second factor; what was shown to whom with the newest first, None for who may not see
    that."""

    logins: tuple[LoginRow, ...]
    tokens: tuple[TokenRow, ...]
    roles: tuple[LoginRole, ...]
    demanded: tuple[LoginRole, ...]
    reveals: tuple[RevealRow, ...] | None = None


def people_view(session: Session, viewer: Viewer, now: datetime) -> PeopleView:
    """Who may enter. Raises NotYours."""
    logins = Logins(session, viewer.tenant_id, by=viewer, now=now)
    have, demanded = logins.with_factor(), logins.demanded()
    return PeopleView(
        logins=tuple(_login(row, viewer, row.login_name in have) for row in logins.all()),
        tokens=tuple(_token(row, viewer) for row in logins.tokens()),
        roles=tuple(role for role in LoginRole if viewer.may_give(role)),
        demanded=tuple(role for role in LoginRole if role.value in demanded),
        reveals=_reveals(session, viewer) if viewer.may(Permission.SEE_REVEALS) else None,
    )


def _reveals(session: Session, viewer: Viewer) -> tuple[RevealRow, ...]:
    return tuple(
        RevealRow(
            entry=entry.entry,
            at=entry.at,
            who=entry.actor,
            reveal=entry.action,
            subject=entry.subject,
            scope=entry.detail["scope"],
            rows=entry.detail["rows"],
        )
        for entry in reversed(who_saw(session, viewer.tenant_id, Sought()))
    )


def _login(row: Login, viewer: Viewer, has_factor: bool) -> LoginRow:
    grant = grant_of(row)
    return LoginRow(
        login_name=row.login_name,
        role=grant.role,
        bounds=(*grant.scopes, *grant.regions),
        disabled_at=row.disabled_at,
        has_factor=has_factor,
        may_be_changed=viewer.may_give(grant.role) and row.login_name != viewer.login_name,
    )


def _token(row: ApiToken, viewer: Viewer) -> TokenRow:
    grant = grant_of(row)
    return TokenRow(
        token_id=token_id(row),
        name=row.name,
        role=grant.role,
        bounds=(*grant.scopes, *grant.regions),
        may_write=row.may_write,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        may_be_changed=viewer.may_give(grant.role) and row.revoked_at is None,
    )
