"""A hub's whole application in one process, asked with raw requests on a loop of its own."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from fastapi import FastAPI

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login
from cloud_hub.access.sign_in import SESSION_COOKIE, open_session
from cloud_hub.access.tables import Login
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.register import SCREENS
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain
from tests.stage.odd.raw_http import RawAnswer, RawRequest, ask_raw
from tests.stage.odd.raw_socket import RawHeard, RawTalk, talk_raw
from tests.stage.odd.strange_requests import addresses

PASSWORD = "long enough"
PATIENCE_S = 60.0


@dataclass(slots=True)
class FuzzedHub:
    """`keys` are header lines that let a request in; `known` every address with its method."""

    app: FastAPI
    keys: Sequence[bytes]
    known: Sequence[tuple[str, str]]
    _runner: asyncio.Runner

    def __enter__(self) -> Self:
        """Opens the loop."""
        self._runner.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the loop."""
        self._runner.__exit__(kind, error, trace)

    def ask(self, request: RawRequest) -> RawAnswer:
        """What the hub answers."""
        return self._runner.run(ask_raw(self.app, request))

    def follow(self, talk: RawTalk) -> RawHeard:
        """What one open tab hears."""
        return self._runner.run(talk_raw(self.app, "/console/live", talk, PATIENCE_S))

    def cookies(self) -> list[str]:
        """Cookies of new sessions, one a role that may change things: what was tried before may
        have ended the last ones."""
        return [line.decode().removeprefix("cookie: ") for line in _cookies(self.app.state.hub)]


@contextmanager
def fuzzed_hub(folder: Path, *, database: str | None = None) -> Iterator[FuzzedHub]:
    """A hub with its console that knows the small chain, a head office and an administrator."""
    settings = HubSettings(data_dir=folder, database=database)
    app = build_hub(settings, clock=ManualClock(NOW))
    hub: Hub = app.state.hub
    chain = SmallChain(hub.database)
    chain.master_data(stores=2)
    chain.flush()
    token = (folder / ADMIN_TOKEN_FILE).read_text().strip()
    keys = [f"authorization: Bearer {token}".encode(), *_cookies(hub)]
    pages = [screen.path for screen in SCREENS] + ["/login", "/{rest}"]
    known = [
        *addresses(app, pages),
        ("POST", "/login"),
        # Not /logout: whoever was signed in would be so no more.
        ("POST", "/console/act/{name}"),
    ]
    with FuzzedHub(app, keys, known, asyncio.Runner()) as asked:
        yield asked
    hub.database.close()


def _cookies(hub: Hub) -> Iterator[bytes]:
    for role in (LoginRole.HEAD_OFFICE, LoginRole.IT):
        with hub.database.writing() as session:
            new = NewLogin(
                tenant_id=TENANT, login_name=role.value, password=PASSWORD, grant=Grant(role=role)
            )
            add_login(session, new)
        with hub.database.writing() as session:
            login = session.get(Login, (TENANT, role.value))
            assert login is not None
            cookie = open_session(session, login, NOW, lasts=timedelta(days=1))
        yield f"cookie: {SESSION_COOKIE}={cookie}".encode()
