"""The hub's HTTP doors, without its broker: nothing here comes over the link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from cloud_hub.access.sign_in import SESSION_COOKIE, add_login, mint_token, open_session
from cloud_hub.access.tables import Login
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """A hub with the small chain of two stores; a client, and what shows who asks."""

    chain: SmallChain
    hub: Hub
    http: httpx.AsyncClient

    def token(
        self, role: LoginRole, scope: str | None = None, *, may_write: bool = False
    ) -> dict[str, str]:
        """Headers of a program of that role."""
        with self.hub.database.writing() as session:
            text = mint_token(
                session,
                tenant_id=TENANT,
                name="test",
                now=NOW,
                may_write=may_write,
                role=role,
                scope_id=scope,
            )
        return {"Authorization": f"Bearer {text}"}

    def admin(self) -> dict[str, str]:
        """Headers of whoever installed the hub."""
        text = (self.hub.settings.data_dir / ADMIN_TOKEN_FILE).read_text(encoding="utf-8")
        return {"Authorization": f"Bearer {text}"}

    def signed_in(self, role: LoginRole, scope: str | None = None) -> dict[str, str]:
        """Headers of a person of that role, at the hub's own page."""
        with self.hub.database.writing() as session:
            add_login(
                session,
                tenant_id=TENANT,
                login_name="clerk",
                password="long enough",
                role=role,
                scope_id=scope,
            )
            session.flush()
            login = session.get_one(Login, (TENANT, "clerk"))
            cookie = open_session(session, login, NOW, lasts=timedelta(hours=1))
        return {"Cookie": f"{SESSION_COOKIE}={cookie}", "Origin": "http://hub"}

    async def get(
        self, path: str, role: LoginRole, scope: str | None = None, **query: Any
    ) -> httpx.Response:
        """What a program of that role is answered at `/api/v1` + `path`."""
        self.chain.flush()
        return await self.http.get(f"/api/v1{path}", params=query, headers=self.token(role, scope))

    async def metric(self, name: str, **query: Any) -> dict[str, Any]:
        """A metric as head office reads it."""
        answer = await self.get(f"/metrics/{name}", LoginRole.HEAD_OFFICE, **query)
        assert answer.status_code == 200, answer.text
        series: dict[str, Any] = answer.json()
        return series


@asynccontextmanager
async def open_doors(folder: Path) -> AsyncIterator[Doors]:
    """The hub's application over a new database in `folder`; its clock stands."""
    app = build_hub(HubSettings(data_dir=folder, console=False), clock=ManualClock(NOW))
    hub: Hub = app.state.hub
    chain = SmallChain(hub.database)
    chain.master_data(stores=2)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        yield Doors(chain=chain, hub=hub, http=http)
    hub.database.close()
