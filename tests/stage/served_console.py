"""A hub with its console on a real port, without broker: pages, posts and websockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from cloud_hub.access.grants import Grant
from cloud_hub.access.logins import NewLogin, add_login, login_named
from cloud_hub.access.sign_in import SESSION_COOKIE, open_session
from cloud_hub.app import build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.tasks.tables import Task
from cloud_hub.web.api.parts import Parts
from cloud_hub.web.live.shell import MARK
from cloud_hub.web.live.tab import LONGEST_MESSAGE
from device_profiles.names import Names
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain
from tests.stage.servers import unused_port

PASSWORD = "long enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedConsole:
    app: FastAPI
    hub: Hub
    parts: Parts
    chain: SmallChain
    http: httpx.AsyncClient
    host: str

    def sign_in(self, name: str, role: LoginRole, *scopes: str) -> str:
        """The cookie of a new session of a new login."""
        grant = Grant(role=role, scopes=scopes)
        with self.hub.database.writing() as session:
            add_login(
                session, NewLogin(tenant_id=TENANT, login_name=name, password=PASSWORD, grant=grant)
            )
        with self.hub.database.writing() as session:
            login = login_named(session, TENANT, name)
            return open_session(session, login, self.hub.clock.now(), lasts=timedelta(days=1))

    def task(self, task_id: str) -> None:
        """An open task of the first store."""
        with self.hub.database.writing() as session:
            session.add(
                Task(
                    tenant_id=TENANT,
                    task_id=task_id,
                    store_id="s01",
                    finding=f"empty-slot/{task_id}",
                    text=Names(en="Bring 12", zh="补 12"),
                    opened_at=NOW,
                    due_at=None,
                    answered_at=None,
                    answer=None,
                    answered_by=None,
                )
            )

    def answer_of(self, task_id: str) -> str | None:
        with self.hub.sessions() as session:
            task = session.get(Task, (TENANT, task_id))
            return task.answer if task else None

    @asynccontextmanager
    async def tab(
        self, cookie: str, at: str, *, origin: str | None = None, mark: str = MARK
    ) -> AsyncIterator[ClientConnection]:
        """What a browser opens when it shows the page at `at`."""
        query = httpx.QueryParams({"at": at, "mark": mark, "drawing": ""})
        async with connect(
            f"ws://{self.host}/console/live?{query}",
            origin=f"http://{self.host}" if origin is None else origin or None,
            additional_headers={"Cookie": f"{SESSION_COOKIE}={cookie}"},
            open_timeout=30,
        ) as socket:
            yield socket

    async def post(self, cookie: str, act: str, **fields: str) -> httpx.Response:
        """A form that the browser itself sends."""
        return await self.http.post(
            f"/console/act/{act}",
            data=fields,
            headers={"Cookie": f"{SESSION_COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin"},
        )


async def heard(socket: ClientConnection, name: str) -> dict[str, Any]:
    """The next message that has `name`."""
    async with asyncio.timeout(60):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if name in message:
                return message


async def say(socket: ClientConnection, act: str, **fields: str) -> dict[str, Any]:
    """Sends an act and returns its answer."""
    await socket.send(json.dumps({"id": 7, "act": act, "fields": fields}))
    answer = await heard(socket, "answer")
    assert answer["answer"] == 7
    return answer


@asynccontextmanager
async def open_console(folder: Path) -> AsyncIterator[ServedConsole]:
    """The console over a new database in `folder`, on a real port."""
    app = build_hub(HubSettings(data_dir=folder), clock=ManualClock(NOW))
    hub: Hub = app.state.hub
    chain = SmallChain(hub.database)
    chain.master_data(stores=2)
    host = f"127.0.0.1:{unused_port()}"
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=int(host.partition(":")[2]),
            lifespan="off",
            log_config=None,
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=f"http://{host}", timeout=60) as http:
        yield ServedConsole(
            app=app, hub=hub, parts=app.state.parts, chain=chain, http=http, host=host
        )
    server.should_exit = True
    await task
    hub.database.close()
