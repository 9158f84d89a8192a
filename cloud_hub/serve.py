"""Serves the hub until it is told to stop."""

import logging

import typer
import uvicorn

from cloud_hub.admin.backup.afterwards import waiting_after_restore
from cloud_hub.app import ADMIN_TOKEN_FILE, build_hub
from cloud_hub.core.logs import set_up_logging
from cloud_hub.core.settings import HubSettings
from cloud_hub.link.broker.embedded import require_free, require_loopback
from cloud_hub.web.live.tab import LONGEST_MESSAGE
from sync.core.garbage import seldom_collect

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5


def serve_hub(settings: HubSettings, *, verbose: bool = False) -> None:
    """Runs until SIGINT or SIGTERM. Raises HubError with one line when it cannot start."""
    set_up_logging(verbose=verbose)
    require_free(settings.http, "--http")
    if settings.broker is None:
        require_loopback(settings.mqtt)
        require_free(settings.mqtt, "--mqtt")
    app = build_hub(settings)
    seldom_collect()
    typer.echo(f"console  http://{settings.http}/")
    typer.echo(f"broker   {' '.join(str(one) for one in settings.broker_addresses)}")
    typer.echo(f"a token that may write is in {settings.data_dir / ADMIN_TOKEN_FILE}")
    if (waiting := waiting_after_restore(app.state.hub)) is not None:
        typer.echo(waiting)
    typer.echo("make a login with: aisle login add NAME --role head-office")
    uvicorn.run(
        app,
        host=settings.http.host,
        port=settings.http.port,
        log_config=None,
        access_log=False,
        server_header=False,
        # uvicorn alone would believe whoever reaches it from this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
