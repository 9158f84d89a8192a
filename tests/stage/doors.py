"""The hub's HTTP doors over the small chain, asked as any role; nothing comes over the link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login
from cloud_hub.access.sign_in import SESSION_COOKIE, open_session
from cloud_hub.access.tables import Login
from cloud_hub.access.tokens import NewToken, mint_token
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.web.api.parts import Parts
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain

PASSWORD = "long enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The hub's application, without its broker, and a client of it."""

    chain: SmallChain
    hub: Hub
    parts: Parts
    http: httpx.AsyncClient

    def token(
        self, role: LoginRole, *scopes: str | None, may_write: bool = False
    ) -> dict[str, str]:
        """Headers of a program."""
        with self.hub.database.writing() as session:
            text = mint_token(
                session,
                NewToken(
                    tenant_id=TENANT,
                    name="test",
                    grant=Grant(role=role, scopes=tuple(each for each in scopes if each)),
                    may_write=may_write,
                ),
                NOW,
            )
        return {"Authorization": f"Bearer {text}"}

    def administrator(self) -> dict[str, str]:
        """Headers of whoever installed the hub."""
        text = (self.hub.settings.data_dir / ADMIN_TOKEN_FILE).read_text()
        return {"Authorization": f"Bearer {text}"}

    def make_login(self, name: str, role: LoginRole, *scopes: str, **more: Any) -> None:
        grant = Grant(role=role, scopes=scopes, **more)
        with self.hub.database.writing() as session:
            add_login(
                session, NewLogin(tenant_id=TENANT, login_name=name, password=PASSWORD, grant=grant)
            )

    def signed_in(self, name: str, role: LoginRole, *scopes: str, **more: Any) -> dict[str, str]:
        """Headers of a person at the hub's own page."""
        self.make_login(name, role, *scopes, **more)
        with self.hub.database.writing() as session:
            login = session.get(Login, (TENANT, name))
            assert login is not None
            cookie = open_session(session, login, NOW, lasts=timedelta(hours=1))
        return {"Cookie": f"{SESSION_COOKIE}={cookie}", "Origin": "http://hub"}

    async def get(
        self, path: str, role: LoginRole, *scopes: str | None, **query: Any
    ) -> httpx.Response:
        """What a program of that role is answered."""
        self.chain.flush()
        headers = self.token(role, *scopes)
        return await self.http.get(f"/api/v1{path}", params=query, headers=headers)

    async def metric(self, name: str, **query: Any) -> dict[str, Any]:
        answer = await self.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **query)
        assert answer.status_code == 200, answer.text
        series: dict[str, Any] = answer.json()
        return series


@asynccontextmanager
async def opened_doors(folder: Path, *, stores: int = 2, **more: Any) -> AsyncIterator[Doors]:
    """The doors of a new hub, with `more` settings, that knows the small chain."""
    given: dict[str, Any] = {"data_dir": folder, "console": False, **more}
    settings = HubSettings(**given)
    app = build_hub(settings, clock=ManualClock(NOW))
    hub: Hub = app.state.hub
    chain = SmallChain(hub.database)
    chain.master_data(stores=stores)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        yield Doors(chain=chain, hub=hub, parts=app.state.parts, http=http)
    hub.database.close()
