"""Who may enter: passwords of people, their sessions, tokens of programs."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from cloud_hub.access.tables import ApiToken, Login, LoginSession
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.catalogues import ENGLISH, languages
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.master_data.goods_tables import Brand
from cloud_hub.master_data.place_tables import Store
from device_profiles.store import LoginRole

SESSION_COOKIE = "aisle_session"
SCOPES_SHOWN = 20
ANY_TENANT = "*"
"""Tenant of the token that the hub mints for whoever installed it."""


def hash_password(password: str) -> str:
    """Argon2id hash of a person's password."""
    return PasswordHasher().hash(password)


def _check_scope(session: Session, tenant_id: str, role: LoginRole, scope_id: str | None) -> None:
    """Raises Refused for a role without its store or brand, and for one that there is not."""
    column = {LoginRole.BRAND: Brand.brand_id, LoginRole.STORE: Store.store_id}.get(role)
    if column is None:
        return
    if not scope_id:
        raise Refused(f"role {role} needs a scope: the {role} it is for", status=422)
    known = sorted(session.scalars(sa.select(column).where(column.class_.tenant_id == tenant_id)))
    if scope_id not in known:
        shown = ", ".join(known[:SCOPES_SHOWN]) + (" …" if len(known) > SCOPES_SHOWN else "")
        raise Refused(f"there is no {role} {scope_id!r}; there is: {shown or 'none'}", status=422)


def add_login(
    session: Session,
    *,
    tenant_id: str,
    login_name: str,
    password: str,
    role: LoginRole,
    scope_id: str | None = None,
    language: str | None = None,
) -> None:
    """Makes the login, or gives an existing one this password, role, scope and language; None is
    the browser's.

    Raises Refused for a short password, a role without its scope, and for a scope or a language
    that there is not.
    """
    _check_scope(session, tenant_id, role, scope_id)
    if language is not None and language not in languages():
        known = ", ".join(languages())
        raise Refused(f"there is no language {language!r}; there is: {known}", status=422)
    if len(password) < 8:
        raise Refused("a password needs 8 characters or more", status=422)
    login = session.get(Login, (tenant_id, login_name)) or Login(
        tenant_id=tenant_id, login_name=login_name
    )
    login.password_hash = hash_password(password)
    login.role, login.scope_id, login.language = role.value, scope_id, language
    login.disabled_at = None
    session.add(login)


def check_password(session: Session, login_name: str, password: str) -> Login | None:
    """The login with this name and password; None, after the same work, whichever is wrong."""
    logins = session.scalars(
        sa.select(Login).where(Login.login_name == login_name, Login.disabled_at.is_(None))
    ).all()
    hasher = PasswordHasher()
    if not logins:
        hasher.hash(password)
    for login in logins:
        try:
            hasher.verify(login.password_hash, password)
        except (VerificationError, InvalidHashError):
            continue
        return login
    return None


def open_session(session: Session, login: Login, now: datetime, *, lasts: timedelta) -> str:
    """A new session of `login`: the value of its cookie, of which only the hash is kept."""
    cookie = secrets.token_urlsafe(32)
    session.execute(sa.delete(LoginSession).where(LoginSession.ends_at < now))
    session.add(
        LoginSession(
            tenant_id=login.tenant_id,
            session_hash=hash_token(cookie),
            login_name=login.login_name,
            opened_at=now,
            ends_at=now + lasts,
        )
    )
    return cookie


def login_of(session: Session, cookie: str, now: datetime) -> Login | None:
    """Who signed in with this cookie, as the login stands today; None when it holds no more."""
    return session.scalars(
        sa.select(Login)
        .join(
            LoginSession,
            (LoginSession.tenant_id == Login.tenant_id)
            & (LoginSession.login_name == Login.login_name),
        )
        .where(
            LoginSession.session_hash == hash_token(cookie),
            LoginSession.ends_at > now,
            Login.disabled_at.is_(None),
        )
    ).one_or_none()


def close_session(session: Session, cookie: str) -> None:
    """Ends the session of this cookie."""
    session.execute(sa.delete(LoginSession).where(LoginSession.session_hash == hash_token(cookie)))


def viewer_of_login(login: Login) -> Viewer:
    """What views need to know of a login."""
    return Viewer(
        tenant_id=login.tenant_id,
        login_name=login.login_name,
        role=LoginRole(login.role),
        scope_id=login.scope_id,
        language=login.language or ENGLISH,
    )


def mint_token(
    session: Session,
    *,
    tenant_id: str,
    name: str,
    now: datetime,
    may_write: bool = False,
    role: LoginRole = LoginRole.HEAD_OFFICE,
    scope_id: str | None = None,
) -> str:
    """A new bearer token; only its hash is kept.

    Raises Refused for a role without its scope, or with one that there is not.
    """
    _check_scope(session, tenant_id, role, scope_id)
    token = secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            tenant_id=tenant_id,
            token_hash=hash_token(token),
            name=name,
            may_write=may_write,
            role=role.value,
            scope_id=scope_id,
            created_at=now,
        )
    )
    return token


def token_row(session: Session, token: str) -> ApiToken | None:
    """The token as it is kept, or None where there is no such token."""
    return session.scalars(
        sa.select(ApiToken).where(ApiToken.token_hash == hash_token(token))
    ).one_or_none()


def viewer_of_token(row: ApiToken) -> Viewer:
    """What views need to know of the program that holds a token."""
    return Viewer(
        tenant_id=row.tenant_id,
        login_name=f"token:{row.name}",
        role=LoginRole(row.role),
        scope_id=row.scope_id,
    )
