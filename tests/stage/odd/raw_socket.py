"""Speaks a websocket to an ASGI application in process, with messages that no page would send."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTalk:
    """A socket's address with its query, its headers, and what the browser's side sends: text as
    str, bytes as bytes."""

    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    messages: Sequence[str | bytes]


@dataclass(slots=True)
class RawHeard:
    """What came back; `raised` is what the application raised, which a server would log with its
    trace."""

    said: list[dict[str, Any]] = field(default_factory=list)
    raised: Exception | None = None


async def talk_raw(app: ASGIApp, path: str, talk: RawTalk, patience_s: float) -> RawHeard:
    """The whole talk, until either side ends it.  Raises TimeoutError where the application does
    not end although the browser has gone."""
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": talk.query,
        "headers": [(b"host", b"hub"), *talk.headers],
        "client": ("127.0.0.1", 4),
        "server": ("hub", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    heard, closed = RawHeard(), asyncio.Event()
    coming: list[dict[str, Any]] = [
        {"type": "websocket.receive", "text" if isinstance(one, str) else "bytes": one}
        for one in reversed(talk.messages)
    ]
    coming.append({"type": "websocket.connect"})

    async def receive() -> dict[str, Any]:
        if coming and not closed.is_set():
            return coming.pop()
        return {"type": "websocket.disconnect", "code": 1005}

    async def send(message: Any) -> None:
        heard.said.append(message)
        if message["type"] == "websocket.close":
            closed.set()

    try:
        async with asyncio.timeout(patience_s):
            await app(scope, receive, send)
    except TimeoutError:
        raise
    except Exception as error:  # what a server would log, closing with 1011
        heard.raised = error
    return heard
