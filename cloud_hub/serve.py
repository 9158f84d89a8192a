"""Serves the hub until it is told to stop."""

import asyncio
import logging
import os
import socket
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import typer
import uvicorn
from sqlalchemy.exc import ArgumentError
from uvicorn.config import STARTUP_FAILURE

from cloud_hub.admin.backup.afterwards import waiting_after_restore
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.logs import set_up_logging
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.unfinished import require_finished
from cloud_hub.fleet.trust.server_tls import PeerProtocol, ServerTls
from cloud_hub.link.broker.embedded import require_free, require_loopback
from cloud_hub.link.mosquitto.managed_broker import require_manageable, require_own_name
from cloud_hub.link.pulse import pulse_of
from cloud_hub.web.live.tab import LONGEST_MESSAGE
from sync.core.garbage import seldom_collect
from sync.core.memory import keep_few_heaps
from sync.core.private import private_folder
from sync.core.sole_owner import sole_owner
from sync.core.supervisor import Supervisor, supervisor_of

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5
LOCK_FILE = "hub.lock"


def serve_hub(settings: HubSettings, *, verbose: bool = False) -> None:
    """Runs until SIGINT or SIGTERM. Raises HubError with one line when it cannot start."""
    keep_few_heaps()
    set_up_logging(verbose=verbose)
    # Before anything is made in the folder: the next restore wants it as the last one left it.
    require_finished(settings.data_dir)
    supervisor = supervisor_of(os.environ)
    require_free(settings.http, "--http")
    if settings.broker is None:
        require_loopback(settings.mqtt)
        require_free(settings.mqtt, "--mqtt")
    if settings.is_managed:
        require_manageable(settings)
    with sole_hub(settings):
        _serve(settings, supervisor)


def sole_hub(settings: HubSettings) -> AbstractContextManager[None]:
    """An SQLite database has one hub; a PostgreSQL may have several, and both have workers."""
    try:
        url = sa.make_url(settings.database_url)
        if url.get_backend_name() != "sqlite" or not url.database:
            return nullcontext()
        private_folder(Path(url.database).parent)
    except (ArgumentError, OSError):
        # What is wrong with the place is said where it is opened.
        return nullcontext()
    return sole_owner(Path(url.database).with_name(LOCK_FILE), "hub")


class _WatchedServer(uvicorn.Server):
    """Tells the supervisor when its doors are open, that it lives, and when they are closed."""

    def __init__(self, config: uvicorn.Config, hub: Hub, supervisor: Supervisor) -> None:
        super().__init__(config)
        self._hub, self._supervisor = hub, supervisor
        self._watching: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As any server's."""
        await super().startup(sockets)
        if self.started:
            self._supervisor.ready("serving")
            watch = self._supervisor.watch(partial(pulse_of, self._hub))
            self._watching = asyncio.create_task(watch, name="pulse")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As any server's."""
        self._supervisor.stopping()
        if self._watching is not None:
            self._watching.cancel()
        await super().shutdown(sockets)


def _serve(settings: HubSettings, supervisor: Supervisor) -> None:
    app = build_hub(settings)
    if settings.is_managed:
        require_own_name(settings)
    seldom_collect()
    tls = ServerTls(settings) if settings.speaks_tls else None
    typer.echo(f"console  {'https' if tls else 'http'}://{settings.http}/")
    if tls is not None and settings.tls_cert is None:
        typer.echo(f"its authority's SHA-256  {open_authority(settings).known_by}")
    typer.echo(f"broker   {' '.join(str(one) for one in settings.broker_addresses)}")
    typer.echo(f"a token that may write is in {settings.data_dir / ADMIN_TOKEN_FILE}")
    if (waiting := waiting_after_restore(app.state.hub)) is not None:
        typer.echo(waiting)
    typer.echo("make a login with: aisle login add NAME --role head-office")
    config = uvicorn.Config(
        app,
        host=settings.http.host,
        port=settings.http.port,
        log_config=None,
        access_log=False,
        server_header=False,
        # uvicorn alone would believe whoever reaches it from this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        http=PeerProtocol,
        ssl_context_factory=None if tls is None else lambda *_: tls.context(),
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    server = _WatchedServer(config, app.state.hub, supervisor)
    server.run()
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)
