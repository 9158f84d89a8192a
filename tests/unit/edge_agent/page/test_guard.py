"""A device's pages answer by their own names alone, and forbid what other sites would do."""

import socket

import pytest
from aiohttp import ClientSession, web

from edge_agent.page.local_server import serving


async def ok(_: web.Request) -> web.Response:
    return web.Response(text="here")


@pytest.fixture
async def device():
    app = web.Application()
    app.add_routes([web.get("/", ok)])
    names = ("till.shop.example",)
    async with (
        serving(app, host="127.0.0.1", port=0, what="page", names=names) as port,
        ClientSession() as session,
    ):
        yield f"http://127.0.0.1:{port}/", port, session


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:{port}",
        "localhost:{port}",
        "LOCALHOST",
        "till.shop.example",
        "till.shop.example.:{port}",
        socket.gethostname(),
        f"{socket.gethostname()}.local:8711",
    ],
)
async def test_a_device_answers_by_its_own_names(device, host):
    url, port, session = device
    async with session.get(url, headers={"Host": host.format(port=port)}) as answer:
        assert (answer.status, await answer.text()) == (200, "here")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example",
        "till.shop.example.evil.example",
        "localhost@evil.example",
        "192.0.2.1:{port}",
        "[::1]:{port}",
        "[::1",
        "0.0.0.0",
        "a" * 5000,
    ],
)
async def test_another_name_that_leads_here_is_answered_nothing(device, host):
    url, port, session = device
    async with session.get(url, headers={"Host": host.format(port=port)}) as answer:
        assert answer.status == 421
        told = await answer.json()
    assert "name it in page_names of its profile" in told["error"]
    assert len(told["error"]) < 300


async def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(device):
    url, _, session = device
    for path in ("", "nothing"):
        async with session.get(url + path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
