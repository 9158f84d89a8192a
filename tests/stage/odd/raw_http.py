"""Asks an ASGI application in process, with bytes that no HTTP client would send."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request as a server reads it. `target` is path and query as they stand in the first
    line."""

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What came back; status 500 for what the application raised, which stands in `body`."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes

    def is_fault(self, request: RawRequest) -> bool:
        """Whether this answer to a request is a fault of the application. A hub in a test has no
        broker, and says at /readyz that it is not ready."""
        is_ready_asked = request.target.partition(b"?")[0] == b"/readyz"
        return self.status >= 500 and not (is_ready_asked and self.status == 503)


async def ask_raw(app: ASGIApp, request: RawRequest) -> RawAnswer:
    """The answer of `app`."""
    path, _, query = request.target.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": _unquoted(path),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"hub"), *request.headers],
        "client": ("127.0.0.1", 4),
        "server": ("hub", 80),
        "extensions": {},
    }
    bodies = [{"type": "http.request", "body": request.body, "more_body": False}]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if bodies:
            return bodies.pop()
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    try:
        await app(scope, receive, send)
    except Exception as error:  # what a server would answer with a 500
        return RawAnswer(status=500, headers={}, body=repr(error).encode())
    start = next(one for one in said if one["type"] == "http.response.start")
    parts = [one.get("body", b"") for one in said if one["type"] == "http.response.body"]
    return RawAnswer(status=start["status"], headers=dict(start["headers"]), body=b"".join(parts))


def _unquoted(path: bytes) -> str:
    from urllib.parse import unquote

    return unquote(path.decode("ascii", "replace"))
