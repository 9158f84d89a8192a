"""Asks the hub on this machine whether it is ready, as a container's health check does."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Final

from cloud_hub.core.keys.authority import ROOTS_FILE
from cloud_hub.core.settings import EVERYWHERE, HubSettings

PATIENCE_S: Final = 15.0
"""Longer than the hub itself waits for its database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyAnswer:
    """Whether it is ready, and what it said, in one line."""

    is_ready: bool
    line: str


def ask_ready(settings: HubSettings) -> ReadyAnswer:
    """What `/readyz` of the hub with these settings says."""
    host = "127.0.0.1" if settings.http.host in EVERYWHERE else settings.http.host
    where = f"{host}:{settings.http.port}"
    try:
        if settings.speaks_tls:
            door: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, settings.http.port, timeout=PATIENCE_S, context=_knowing(settings)
            )
        else:
            door = http.client.HTTPConnection(host, settings.http.port, timeout=PATIENCE_S)
        door.request("GET", "/readyz")
        answer = door.getresponse()
        said = json.loads(answer.read())["status"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        return ReadyAnswer(is_ready=False, line=f"no hub answers at {where}: {error}")
    return ReadyAnswer(is_ready=answer.status == http.HTTPStatus.OK, line=str(said))


def _knowing(settings: HubSettings) -> ssl.SSLContext:
    """Takes exactly the certificate that the settings name, or one of the hub's own authority."""
    own = settings.tls_cert or settings.authority_dir / ROOTS_FILE
    context = ssl.create_default_context(cafile=own)
    # It is for the names by which others know the hub, not for a loopback address.
    context.check_hostname = settings.tls_cert is None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
