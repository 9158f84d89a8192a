"""Who may enter: logins, sessions, API tokens, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from cloud_hub.core.storage.table import Base, key, key_int


class Login(Base):
    """A person's login. `scopes` are the stores it is bound to, or its brand; `regions` the regions
    whose stores it is bound to, by name; none for a role that sees the whole chain. `language` is
    what was chosen for it, if anything was."""

    __tablename__ = "login"
    tenant_id: Mapped[str] = key()
    login_name: Mapped[str] = key(80)
    password_hash: Mapped[str]
    role: Mapped[str]
    scopes: Mapped[list[Any]]
    regions: Mapped[list[Any]]
    language: Mapped[str | None]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser. The cookie's value is kept as a hash."""

    __tablename__ = "login_session"
    tenant_id: Mapped[str] = key()
    session_hash: Mapped[str] = key(64)
    login_name: Mapped[str]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SecondFactor(Base):
    """What a login is asked for after its password. `secret_sealed` opens with the hub's keys;
    without `confirmed_at` it was begun and asks for nothing yet. `last_step` is the time step of
    the newest code that was taken: none counts twice. `recovery_hashes` are those of the codes that
    are left."""

    __tablename__ = "second_factor"
    tenant_id: Mapped[str] = key()
    login_name: Mapped[str] = key(80)
    secret_sealed: Mapped[str]
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]
    recovery_hashes: Mapped[list[Any]]


class SecondFactorDemand(Base):
    """A role whose logins a chain lets in with a second factor only."""

    __tablename__ = "second_factor_demand"
    tenant_id: Mapped[str] = key()
    role: Mapped[str] = key(20)
    since: Mapped[datetime]


class ApiToken(Base):
    """A bearer token for programs, kept as a hash. Read-only unless `may_write`; sees and may do
    what a login of its role and scope does, but for what people do. Tenant `*` is the hub's own
    administrator. A revoked one stays, so that the list tells when it ended."""

    __tablename__ = "api_token"
    tenant_id: Mapped[str] = key()
    token_hash: Mapped[str] = key(64)
    name: Mapped[str]
    may_write: Mapped[bool]
    role: Mapped[str]
    scopes: Mapped[list[Any]]
    regions: Mapped[list[Any]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """One act of a person, chained by hash to the one before."""

    __tablename__ = "audit_log"
    tenant_id: Mapped[str] = key()
    entry: Mapped[int] = key_int()
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]
