"""Logins and tokens made from the command line, with no hub running."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import record_act
from cloud_hub.access.offline_hub import ACTOR, Office
from cloud_hub.access.sign_in import add_login, mint_token
from device_profiles.store import LoginRole


def make_login(
    office: Office,
    *,
    name: str,
    password: str,
    role: LoginRole,
    scope: str | None,
    language: str | None,
) -> None:
    """Makes a login. Raises Refused for a short password, a role without its scope, a language
    that there is not."""

    def act(session: Session) -> None:
        add_login(
            session,
            tenant_id=office.tenant_id,
            login_name=name,
            password=password,
            role=role,
            scope_id=scope,
            language=language,
        )
        _record(office, session, "login-made", name, {"role": role.value, "scope": scope})

    office.write(act)


def mint_program_token(
    office: Office, *, name: str, role: LoginRole, scope: str | None, may_write: bool
) -> str:
    """A new token."""

    def act(session: Session) -> str:
        token = mint_token(
            session,
            tenant_id=office.tenant_id,
            name=name,
            now=office.clock.now(),
            may_write=may_write,
            role=role,
            scope_id=scope,
        )
        detail = {"role": role.value, "scope": scope, "may_write": may_write}
        _record(office, session, "token-made", name, detail)
        return token

    return office.write(act)


def _record(
    office: Office, session: Session, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    record_act(
        session,
        tenant_id=office.tenant_id,
        actor=ACTOR,
        action=action,
        subject=subject,
        detail=detail,
        now=office.clock.now(),
    )
