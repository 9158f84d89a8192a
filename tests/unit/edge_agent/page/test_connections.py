"""Connections to a device's servers: room, patience, and what is said to what is no HTTP."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from edge_agent.page import connections
from edge_agent.page.connections import Room
from edge_agent.page.local_server import serving

ANSWERED_S = 30


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application()
    app.router.add_post("/", echo)
    async with serving(app, host="127.0.0.1", port=0, what="page") as bound:
        yield bound


async def said_to(port: int, request: bytes) -> bytes:
    """Everything that comes back until the server closes; of an answer that leaves it open, that
    answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        async with asyncio.timeout(ANSWERED_S):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: a\0b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: \xed\xa0\x80\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_in_a_line_and_logs_nothing(
    port: int, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.clear()
    head, _, body = (await said_to(port, request_)).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"400", b"417")
    assert "\n" not in json.loads(body)["error"]
    assert not caplog.records


async def test_a_request_that_never_ends_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.1)
    assert await said_to(port, b"") == b""
    assert await said_to(port, b"POST / HTTP/1.1\r\nHost: localhost\r\n") == b""
    whole = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n12345678"
    assert (await said_to(port, whole)).startswith(b"HTTP/1.1 408")


async def test_a_packed_body_is_refused(port: int) -> None:
    request = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
    )
    said = await said_to(port, request + b"Content-Length: 2\r\n\r\nxx")
    assert said.startswith(b"HTTP/1.1 415")


async def test_whoever_holds_all_connections_keeps_nobody_out_for_good(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MOST", 2)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert [await said_to(port, request) for _ in range(3)] == [b""] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "too many connections, 127.0.0.1 among them"
    ]
    for _, writer in held:
        writer.close()
    async with asyncio.timeout(ANSWERED_S):
        while not (await said_to(port, request)).startswith(b"HTTP/1.1 200"):
            await asyncio.sleep(0.01)


def test_another_machine_has_a_share_of_the_room_and_this_one_all_of_it() -> None:
    room = Room()
    assert sum(room.take("192.0.2.7") for _ in range(100)) == connections.OF_AN_ADDRESS_MOST
    assert room.take("192.0.2.8")
    there = connections.OF_AN_ADDRESS_MOST + 1
    assert sum(room.take("::1") for _ in range(500)) == connections.CONNECTIONS_MOST - there
    room.leave("192.0.2.7")
    assert room.take("127.0.0.1")
