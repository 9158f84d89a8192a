"""Headers that keep other sites from framing or misreading the console."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from cloud_hub.web.headers import PROTECTION, ProtectiveHeaders


async def page(_: object) -> PlainTextResponse:
    return PlainTextResponse("page")


async def framed(_: object) -> PlainTextResponse:
    return PlainTextResponse("page", headers={"X-Frame-Options": "SAMEORIGIN"})


APP = ProtectiveHeaders(Starlette(routes=[Route("/", page), Route("/framed", framed)]))


async def asked(path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=APP)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/", "/nothing-here"])
async def test_every_answer_carries_them(path: str) -> None:
    headers = (await asked(path)).headers
    assert {name: headers[name] for name in PROTECTION} == PROTECTION


async def test_an_answer_that_says_otherwise_is_left_as_it_is() -> None:
    headers = (await asked("/framed")).headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"


async def test_what_is_no_http_goes_through_untouched() -> None:
    passed: list[object] = []

    async def inside(*given: object) -> None:
        passed.extend(given)

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "websocket"}
    await ProtectiveHeaders(inside)(scope, receive, send)
    assert passed == [scope, receive, send]
