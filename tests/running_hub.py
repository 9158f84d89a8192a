"""A hub in the test's own process: real broker, real database, real doors, no console."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.fleet.trust.server_tls import PeerProtocol, ServerTls
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.register import AFTER_GREETING, PROJECTIONS
from device_profiles.store import ChainProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub:
    """The hub, and a client with its administrator's token."""

    hub: Hub
    http: httpx.AsyncClient

    def ingest(self) -> Ingest:
        """One more ingest over the hub's database."""
        return Ingest(
            self.hub.database,
            self.hub.settings,
            Projector.of(self.hub, PROJECTIONS),
            after_greeting=AFTER_GREETING,
        )

    async def load(self, chain: ChainProfile) -> None:
        """Loads master data by the API."""
        answer = await self.http.post(
            "/api/v1/master-data",
            content=chain.model_dump_json(),
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 200, answer.text

    async def claim(self, device_id: str) -> dict[str, Any]:
        """The credentials of a device of `small_chain`."""
        answer = await self.http.post(
            "/api/v1/devices/claim",
            json={
                "tenant_id": "linguang",
                "device_id": device_id,
                "claim_token": f"claim-token-{device_id}",
            },
        )
        assert answer.status_code == 200, answer.text
        credentials: dict[str, Any] = answer.json()
        return credentials

    async def audit(self) -> dict[str, Any]:
        """The link's accounts."""
        accounts: dict[str, Any] = (await self.http.get("/api/v1/audit")).json()
        return accounts


@asynccontextmanager
async def served(hub: RunningHub, port: int, *, tls: ServerTls | None = None) -> AsyncIterator[str]:
    """The address of the hub's doors on a real port, too."""
    app = hub.http._transport.app  # type: ignore[attr-defined]  # what `running_hub` gave it
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=port,
            lifespan="off",
            log_config=None,
            access_log=False,
            http=PeerProtocol,
            ssl_context_factory=None if tls is None else lambda *_: tls.context(),
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def running_hub(
    data_dir: Path,
    *,
    port: int,
    database: str | None = None,
    broker: str | None = None,
    devices_port: int = 8883,
    **more: Any,
) -> AsyncIterator[RunningHub]:
    """A hub that listens for MQTT on `port` (or on an external `broker`) while the block lasts,
    with `more` settings; with `broker` "managed" devices come by TLS to `devices_port` of
    localhost."""
    settings = HubSettings(
        data_dir=data_dir,
        database=database,
        mqtt=Address(host="127.0.0.1", port=port),
        broker=broker,
        broker_listen=Address(host="localhost", port=devices_port),
        reconnect_spread_s=0.1,
        console=False,
        **more,
    )
    app = build_hub(settings)
    token = (data_dir / ADMIN_TOKEN_FILE).read_text(encoding="utf-8")
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://hub",
            headers={"Authorization": f"Bearer {token}"},
        ) as client,
    ):
        hub: Hub = app.state.hub
        if hub.link.listener is not None:
            await hub.link.listener.wait_connected()
        yield RunningHub(hub=hub, http=client)
