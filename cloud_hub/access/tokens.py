"""Bearer tokens of programs: minted, listed, revoked. A token is told once; its hash is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.grants import Grant, checked
from cloud_hub.access.tables import ApiToken
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.keys.tokens import hash_token

ANY_TENANT = "*"
"""Tenant of the token that the hub mints for whoever installed it."""
ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to mint: what it is for, what it is given, whether it may do or only look."""

    tenant_id: str
    name: str
    grant: Grant
    may_write: bool = False


def mint_token(session: Session, wanted: NewToken, now: datetime) -> str:
    """A new bearer token. Raises Refused for what grants.checked refuses."""
    held = checked(session, wanted.tenant_id, wanted.grant)
    token = secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            tenant_id=wanted.tenant_id,
            token_hash=hash_token(token),
            name=wanted.name,
            may_write=wanted.may_write,
            role=held.role.value,
            scopes=list(held.scopes),
            regions=list(held.regions),
            created_at=now,
            revoked_at=None,
        )
    )
    return token


def token_row(session: Session, token: str) -> ApiToken | None:
    """The token as it is kept; None where there is none such, or it was revoked."""
    return session.scalars(
        sa.select(ApiToken).where(
            ApiToken.token_hash == hash_token(token), ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()


def token_id(row: ApiToken) -> str:
    """What a token is called where names are not enough: the start of its hash, no secret."""
    return row.token_hash[:ID_LENGTH]


def all_tokens(session: Session, tenants: Sequence[str]) -> Sequence[ApiToken]:
    """The tokens of these tenants, revoked ones too, the newest first."""
    query = sa.select(ApiToken).where(ApiToken.tenant_id.in_(tenants))
    return session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.token_hash)).all()


def token_called(session: Session, tenants: Sequence[str], called: str) -> ApiToken:
    """The valid token with this id or name. Raises NotFound, and Refused where several have it."""
    valid = [row for row in all_tokens(session, tenants) if row.revoked_at is None]
    found = [row for row in valid if token_id(row) == called]
    found = found or [row for row in valid if row.name == called]
    if not found:
        raise NotFound(f"there is no valid token {called!r}")
    if len(found) > 1:
        ids = ", ".join(map(token_id, found))
        raise Refused(
            f"{len(found)} tokens are called {called!r}: name one by its id: {ids}", status=409
        )
    return found[0]
