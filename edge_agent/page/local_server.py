"""The device's own HTTP servers: the till's or cart's API, and the page for people."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web

from edge_agent.core.errors import InvalidSettings
from edge_agent.page.connections import Connection, Room, whole_body
from edge_agent.page.guard import guard

LARGEST_BODY = 1024 * 1024

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(
    app: web.Application, *, host: str, port: int, what: str, names: Iterable[str] = ()
) -> AsyncIterator[int]:
    """The port that `app` answers on while entered, by this machine's own addresses and `names`; 0
    asks for a free one.

    Raises InvalidSettings where the port is taken or the address is not this machine's.
    """
    guard(app, names)
    app.middlewares.append(whole_body)
    room = Room()
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    # There is one since `setup`.
    server, loop = cast(web.Server, runner.server), asyncio.get_running_loop()
    try:
        try:
            listening = await loop.create_server(lambda: Connection(room, server), host, port)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            mend = "stop the other program or give another port" if taken else "check the address"
            why = "is in use" if taken else f"cannot be opened ({error.strerror})"
            raise InvalidSettings(f"{what}: {host}:{port} {why}; {mend} in the profile") from error
        bound: int = listening.sockets[0].getsockname()[1]
        log.info("%s on http://%s:%d", what, host, bound, extra={"action": "serve"})
        try:
            yield bound
        finally:
            listening.close()
    finally:
        await runner.cleanup()
