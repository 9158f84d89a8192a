"""What no request may be, whatever door it knocks at, and how every refusal reads: a line of JSON,
`{"detail": …}`, under a status that says whose fault it is."""

import re
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.outages import is_outage
from device_profiles.device import problem_line
from device_profiles.values.bounds import LINE_CHARACTERS, keepable

LONGEST_TARGET: Final = 8192
"""Bytes of path and query."""
LARGEST_BODY: Final = 64 * 1024 * 1024
"""Master data of a large chain. Doors that take pictures have limits of their own."""
OWN_LIMITS: Final = ("/api/v1/media/", "/api/v1/references/")
RANGE: Final = re.compile(r"bytes=[0-9]{0,15}-[0-9]{0,15}(, ?[0-9]{0,15}-[0-9]{0,15}){0,7}")
STRANGE: Final = re.compile(rb"\x00|%00", re.ASCII)


def refuse_unusable(app: FastAPI) -> None:
    """Has `app` refuse in one line what none of its doors can use."""
    app.add_exception_handler(RequestValidationError, _say_invalid)
    app.add_exception_handler(DBAPIError, _say_out_of_order)
    app.add_middleware(StrangeRequests)


def refused(status: int, why: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer to a request that is refused."""
    line = keepable(" ".join(why.split()), LINE_CHARACTERS)
    return JSONResponse({"detail": line}, status_code=status, headers=headers)


async def _say_invalid(_: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    return refused(422, problem_line(problems))


async def _say_out_of_order(_: Request, error: Exception) -> JSONResponse:
    """Whoever asks later may be answered. Any other fault of a statement is the hub's own."""
    if not is_outage(error):
        raise error
    return refused(503, "the hub's database is out of order; ask again later", {"Retry-After": "5"})


class StrangeRequests:
    """Refuses what no door can use: a NUL, an address or a body beyond all measure, a range that
    is no number of bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if (answer := _judged(scope)) is not None:
            await answer(scope, receive, send)
        elif scope["type"] == "http" and not scope["path"].startswith(OWN_LIMITS):
            await self._app(scope, _counted(receive), send)
        else:
            await self._app(scope, receive, send)


def _judged(scope: Scope) -> JSONResponse | None:
    """Why a request is refused; None where it may come in."""
    headers = Headers(scope=scope)
    target = scope.get("raw_path") or scope["path"].encode(errors="replace")
    if len(target) + len(scope["query_string"]) > LONGEST_TARGET:
        return refused(414, f"path and query may have {LONGEST_TARGET} bytes")
    if STRANGE.search(target + b"?" + scope["query_string"]) or "\0" in scope["path"]:
        return refused(400, "there is a NUL in the address")
    if (asked := headers.get("range")) is not None and not RANGE.fullmatch(asked):
        return refused(416, "Range must be: bytes=START-END")
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,15}", length):
        return refused(400, "Content-Length must be a number of bytes")
    if int(length) > LARGEST_BODY and not scope["path"].startswith(OWN_LIMITS):
        return refused(413, f"a request may have {LARGEST_BODY} bytes")
    return None


def _counted(receive: Receive) -> Receive:
    """The same body, as long as it is not endless."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > LARGEST_BODY:
            raise Refused(f"a request may have {LARGEST_BODY} bytes", status=413)
        return message

    return counted
