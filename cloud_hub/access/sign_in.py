"""Who enters: a person's password and session, a program's token, and the viewer behind either."""

import secrets
import unicodedata
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from cloud_hub.access.grants import Grant, bound_stores, grant_of
from cloud_hub.access.tables import ApiToken, Login, LoginSession
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.access.viewer import Standing, Viewer
from cloud_hub.core.catalogues import ENGLISH
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.tokens import hash_token
from device_profiles.store import LoginRole

SESSION_COOKIE = "aisle_session"


def check_password(session: Session, login_name: str, password: str) -> Login | None:
    """The login with this name and password; None, after the same work, whichever is wrong."""
    logins = session.scalars(
        sa.select(Login).where(Login.login_name == login_name, Login.disabled_at.is_(None))
    ).all()
    hasher = PasswordHasher()
    if not logins:
        hasher.hash(password)
    return next((login for login in logins if is_password_of(login, password)), None)


def is_password_of(login: Login, password: str) -> bool:
    """Whether this is the login's password."""
    # Hashes of earlier releases are of the password as it was typed then.
    spellings = dict.fromkeys((unicodedata.normalize("NFKC", password), password))
    hasher = PasswordHasher()
    return any(_is_right(hasher, login, spelling) for spelling in spellings)


def _is_right(hasher: PasswordHasher, login: Login, password: str) -> bool:
    try:
        return hasher.verify(login.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def open_session(session: Session, login: Login, now: datetime, *, lasts: timedelta) -> str:
    """A new session of `login`: the value of its cookie, of which only the hash is kept.

    Raises Refused when the login was disabled, removed or given another password since it was
    checked.
    """
    current = session.get(Login, (login.tenant_id, login.login_name), populate_existing=True)
    if current is None or current.disabled_at or current.password_hash != login.password_hash:
        raise Refused("the login has just been changed; sign in again", status=401)
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
    """Who signed in with this cookie, as the login stands now; None when it holds no more."""
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


def viewer_of_login(session: Session, login: Login) -> Viewer:
    """The person behind a login, with its rights as master data stand now."""
    grant = grant_of(login)
    return Viewer(
        tenant_id=login.tenant_id,
        login_name=login.login_name,
        role=grant.role,
        store_ids=bound_stores(session, login.tenant_id, grant),
        brand_id=_brand(grant),
        language=login.language or ENGLISH,
    )


def viewer_of_token(session: Session, row: ApiToken) -> Viewer:
    """The program that holds a token, with its rights as master data stand now."""
    grant = grant_of(row)
    standing = Standing.WRITER if row.may_write else Standing.READER
    return Viewer(
        tenant_id=row.tenant_id,
        login_name=f"token:{row.name}",
        role=grant.role,
        store_ids=bound_stores(session, row.tenant_id, grant),
        brand_id=_brand(grant),
        standing=Standing.ADMINISTRATOR if row.tenant_id == ANY_TENANT else standing,
    )


def _brand(grant: Grant) -> str | None:
    if grant.role is not LoginRole.BRAND:
        return None
    # A brand login of an early release may lack its brand: it then sees nothing.
    return next(iter(grant.scopes), "")
