"""What the hub's commands do at the database itself, beside a running hub or without one."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.acts import record_act
from cloud_hub.auth import add_login, mint_token
from cloud_hub.core.errors import HubError
from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.keys.handle_encryption import IdentityKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings, load_settings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.dead_letters import DeadLetters, find_letters, letter_of, said_by
from cloud_hub.master_data.place_tables import Tenant
from device_profiles.store import LoginRole
from sync.clock import Clock, SystemClock

Result = TypeVar("Result")
ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An open database and the chain that a command is about."""

    database: Database
    tenant_id: str
    clock: Clock
    settings: HubSettings

    def write(self, act: Callable[[Session], Result]) -> Result:
        """What `act` returns, committed."""
        with self.database.writing() as session:
            return act(session)


@contextmanager
def open_office(
    place: Mapping[str, Any], tenant_id: str | None, *, is_new: bool = False
) -> Iterator[Office]:
    """The database at `place`; the tenant asked for, or the only one there is.

    Raises HubError when there is no such database or tenant, unless `is_new`.
    """
    settings = load_settings(place) if is_new else settings_there(place)
    database = open_database(settings.database_url)
    try:
        with database.sessions() as session:
            known = sorted(session.scalars(sa.select(Tenant.tenant_id)))
        if tenant_id is None and len(known) == 1:
            tenant_id = known[0]
        if tenant_id is None or (tenant_id not in known and not is_new):
            raise HubError(
                f"no chain {tenant_id or 'named'}; this hub holds: {', '.join(known) or 'none'}"
                " (load one with: aisle master-data load FILE)"
            )
        yield Office(database=database, tenant_id=tenant_id, clock=SystemClock(), settings=settings)
    finally:
        database.close()


def make_login(
    office: Office,
    *,
    name: str,
    password: str,
    role: LoginRole,
    scope: str | None,
    language: str,
) -> None:
    """Makes a login. Raises Refused for a short password or a role without its scope."""

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


def letter_lines(office: Office, *, device_id: str | None, everything: bool) -> Iterator[str]:
    """Each dead letter in one line."""
    with office.database.sessions() as session:
        for letter in find_letters(
            session, office.tenant_id, device_id=device_id, everything=everything
        ):
            done = " (taken again)" if letter.replayed_at is not None else ""
            at = letter.received_at.isoformat(timespec="seconds")
            yield f"{letter.letter_id}  {at}  {letter.error}{done}"


def letter_content(office: Office, letter_id: str) -> dict[str, Any]:
    """One dead letter, whole. Raises Refused where there is none, UnusableData without the keys."""
    keys = _keys(office)
    with office.database.sessions() as session:
        letter = letter_of(session, office.tenant_id, letter_id)
        replayed_at = letter.replayed_at
        return {
            "letter_id": letter.letter_id,
            "device_id": letter.device_id,
            "store_id": letter.store_id,
            "error": letter.error,
            "received_at": letter.received_at.isoformat(),
            "replayed_at": replayed_at.isoformat() if replayed_at is not None else None,
            "bytes": len(keys.opened_letter(letter.raw)),
            "said": said_by(letter, keys),
        }


def read_body(path: Path) -> dict[str, Any]:
    """A corrected body. Raises HubError for a file that holds no JSON object."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HubError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise HubError(f"{path} is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise HubError(f"{path} holds no JSON object; give the event's body as `show` prints it")
    return body


def replay_letter_here(office: Office, letter_id: str, body: Mapping[str, Any] | None) -> int:
    """Events that the letter brought after all. Raises Refused with what is still wrong."""
    settings = office.settings
    pictures = Pictures(settings.media_dir, limit_bytes=settings.media_limit_bytes)
    letters = DeadLetters(office.database, _keys(office), pictures)
    return letters.replay(
        office.tenant_id, letter_id, body=body, actor=ACTOR, now=office.clock.now()
    )


def _keys(office: Office) -> IdentityKeys:
    folder = office.settings.data_dir
    return IdentityKeys(load_secrets(folder, may_mint=False))


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
