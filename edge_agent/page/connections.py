"""One connection to a device's local server: how many there may be, how long a request may take to
come, and what is said to bytes that are no HTTP."""

import asyncio
import ipaddress
import logging
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from device_profiles.values.bounds import LINE_CHARACTERS, keepable

CONNECTIONS_MOST: Final = 128
OF_AN_ADDRESS_MOST: Final = 16
"""Of another machine's; programs of this one have all there are."""
REQUEST_WITHIN_S: Final = 30.0
"""From the connection to the end of the first request's head, and from a head to its body's end."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Room:
    """Who holds how many connections to one server."""

    _held: Counter[str] = field(default_factory=Counter)
    _is_told: bool = False

    def take(self, address: str) -> bool:
        """Whether there is room for one more of this address, which then has it."""
        if self._held.total() < CONNECTIONS_MOST and (
            self._held[address] < OF_AN_ADDRESS_MOST or _is_here(address)
        ):
            self._held[address] += 1
            return True
        if not self._is_told:
            log.warning("too many connections, %s among them", address, extra={"action": "serve"})
        self._is_told = True
        return False

    def leave(self, address: str) -> None:
        """One connection less."""
        self._held[address] -= 1
        if not self._held[address]:
            del self._held[address]
        self._is_told = self._is_told and bool(self._held)


class Connection(web.RequestHandler):
    """A connection that is closed where there is no room for it or nothing comes. What is no HTTP
    is answered with one line, and is no fault that the log would tell of."""

    __slots__ = ("_address", "_patience", "_room")

    def __init__(self, room: Room, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # as its own runner does
            # A body is taken as it comes: what unpacks to much more, or not at all, is nobody's.
            auto_decompress=False,
        )
        self._room = room
        self._address: str | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the connection where there is room."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if not self._room.take(address):
            self.force_close()
            return
        self._address = address
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(REQUEST_WITHIN_S, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Gives the room back."""
        self.heard()
        if self._address is not None:
            self._room.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def heard(self) -> None:
        """A whole head has come."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is said to a request that no handler answered."""
        if isinstance(exc, HttpProcessingError):
            said = f"this is no HTTP request: {exc.message}"
        elif request.headers.get("Expect", "100-continue").lower() != "100-continue":
            # The server itself would have answered so, had the header been text.
            status, said = HTTPStatus.EXPECTATION_FAILED, "there is nothing to expect but 100"
        else:
            return super().handle_error(request, status, exc, message)
        line = keepable(" ".join(said.split()), LINE_CHARACTERS)
        answer = web.json_response({"error": line}, status=status)
        answer.force_close()
        return answer


@web.middleware
async def whole_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reads a request's body before its handler does anything, where it comes in time.  Raises
    web.HTTPRequestTimeout, and web.HTTPUnsupportedMediaType where it is packed."""
    if isinstance(request.protocol, Connection):
        request.protocol.heard()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(reason="send the body unpacked: no Content-Encoding")
    try:
        async with asyncio.timeout(REQUEST_WITHIN_S):
            await request.read()
    except TimeoutError as error:
        why = f"the body did not come within {REQUEST_WITHIN_S:g} s"
        raise web.HTTPRequestTimeout(reason=why, headers={"Connection": "close"}) from error
    except ConnectionError as error:
        raise web.HTTPBadRequest(reason="the connection ended inside the body") from error
    return await handler(request)


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
