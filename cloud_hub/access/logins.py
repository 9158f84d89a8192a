"""Logins of people: made, changed, disabled, removed. Whatever changes one ends its sessions."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from cloud_hub.access.grants import Grant, checked
from cloud_hub.access.tables import Login, LoginSession, SecondFactor
from cloud_hub.core.catalogues import languages
from cloud_hub.core.errors import NotFound, Refused

SHORTEST_PASSWORD = 8


def hash_password(password: str) -> str:
    """Argon2id hash of a person's password, the same for every way in which keyboards write its
    letters (Unicode NFKC)."""
    return PasswordHasher().hash(unicodedata.normalize("NFKC", password))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogin:
    """A login to make, or what an existing one is given; without a language it reads in its
    browser's."""

    tenant_id: str
    login_name: str
    password: str = field(repr=False)
    grant: Grant
    language: str | None = None


def add_login(session: Session, wanted: NewLogin) -> Grant:
    """Makes the login, or gives an existing one this password and grant; who is signed in with it
    has to sign in again. Returns the grant as it is kept.

    Raises Refused for a short password, a name with a colon, a language without a catalogue, and
    what grants.checked refuses.
    """
    held = checked(session, wanted.tenant_id, wanted.grant)
    if len(wanted.password) < SHORTEST_PASSWORD:
        raise Refused(f"a password needs {SHORTEST_PASSWORD} characters or more", status=422)
    if wanted.language is not None and wanted.language not in languages():
        known = ", ".join(languages())
        raise Refused(f"there is no language {wanted.language!r}; there is: {known}", status=422)
    if ":" in wanted.login_name:
        # The audit log writes token:NAME and device:NAME for those that are no people.
        raise Refused("a login's name has no colon", status=422)
    login = session.get(Login, (wanted.tenant_id, wanted.login_name)) or Login(
        tenant_id=wanted.tenant_id, login_name=wanted.login_name
    )
    login.password_hash = hash_password(wanted.password)
    login.role, login.language = held.role.value, wanted.language
    login.scopes, login.regions = list(held.scopes), list(held.regions)
    login.disabled_at = None
    session.add(login)
    end_sessions(session, login)
    return held


def login_named(session: Session, tenant_id: str, login_name: str) -> Login:
    """The login. Raises NotFound."""
    login = session.get(Login, (tenant_id, login_name))
    if login is None:
        raise NotFound(f"there is no login {login_name!r}")
    return login


def all_logins(session: Session, tenant_id: str) -> Sequence[Login]:
    """The chain's logins, by name."""
    query = sa.select(Login).where(Login.tenant_id == tenant_id).order_by(Login.login_name)
    return session.scalars(query).all()


def disable_login(session: Session, login: Login, now: datetime) -> None:
    """Lets nobody in with it, at once, until it is enabled."""
    login.disabled_at = login.disabled_at or now
    end_sessions(session, login)


def enable_login(login: Login) -> None:
    """Lets its owner sign in again, with the password it had."""
    login.disabled_at = None


def remove_login(session: Session, login: Login) -> None:
    """Takes the login away; what it did stays in the audit log."""
    end_sessions(session, login)
    session.execute(
        sa.delete(SecondFactor).where(
            SecondFactor.tenant_id == login.tenant_id, SecondFactor.login_name == login.login_name
        )
    )
    session.delete(login)


def end_sessions(session: Session, login: Login) -> None:
    """Signs the login out everywhere."""
    session.execute(
        sa.delete(LoginSession).where(
            LoginSession.tenant_id == login.tenant_id,
            LoginSession.login_name == login.login_name,
        )
    )
