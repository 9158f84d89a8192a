"""HTTP that waits for nobody for ever: half a request does not hold a connection, and one address
does not hold them all."""

import asyncio
import ipaddress
import logging
from collections.abc import Sequence
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S: Final = 30.0
"""From the connection, or from a request's first byte, to the end of its head."""
BODY_GOES_ON_WITHIN_S: Final = 60.0
"""Between two parts of a body: a picture over a poor line may take long, but it goes on."""
OF_AN_ADDRESS_MOST: Final = 256
"""Connections of one address at once; this machine and trusted proxies speak for many."""

log = logging.getLogger(__name__)


class PatientHttp(HttpToolsProtocol):
    """A connection to the hub, ended where its request does not come."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keeps the connection where its address has room for one more."""
        super().connection_made(transport)
        if self._is_one_too_many():
            transport.abort()
            return
        self._wait(HEAD_WITHIN_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins; its head has to follow."""
        super().on_message_begin()
        self._wait(HEAD_WITHIN_S)

    def on_headers_complete(self) -> None:
        """The head is whole; a body may follow."""
        self._wait(BODY_GOES_ON_WITHIN_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """The body goes on."""
        self._wait(BODY_GOES_ON_WITHIN_S)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._wait(None)
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection is a tab's now, which may say nothing for long."""
        self._wait(None)
        super().handle_websocket_upgrade()

    def _wait(self, seconds: float | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if self.flow.read_paused:
            # It is the hub that does not read: the client has no part in that.
            self._wait(BODY_GOES_ON_WITHIN_S)
            return
        self.transport.abort()

    def _is_one_too_many(self) -> bool:
        address = _address(self)
        held = sum(_address(one) == address for one in self.connections)
        if held <= OF_AN_ADDRESS_MOST or _speaks_for_many(address, self._proxies()):
            return False
        if held == OF_AN_ADDRESS_MOST + 1:
            log.warning("%s holds too many connections", address, extra={"action": "crowded"})
        return True

    def _proxies(self) -> Sequence[str]:
        allowed = self.config.forwarded_allow_ips or ()
        return allowed.split(",") if isinstance(allowed, str) else allowed


def _address(connection: object) -> str:
    """Of a connection that speaks HTTP, or of a tab's, which is kept among them."""
    client: tuple[str, int] | None = getattr(connection, "client", None)
    return client[0] if client else ""


def _speaks_for_many(address: str, proxies: Sequence[str]) -> bool:
    try:
        peer = ipaddress.ip_address(address.partition("%")[0])
        return peer.is_loopback or any(
            peer in ipaddress.ip_network(proxy.strip(), strict=False) for proxy in proxies
        )
    except ValueError:
        return False
