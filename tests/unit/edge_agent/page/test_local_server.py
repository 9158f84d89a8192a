"""The device's own HTTP servers."""

import socket

import pytest
from aiohttp import ClientSession, web

from edge_agent.core.errors import InvalidSettings
from edge_agent.page.local_server import serving


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


def app() -> web.Application:
    application = web.Application()
    application.router.add_get("/", hello)
    return application


async def test_a_free_port_is_answered_on_while_it_is_served_and_not_after() -> None:
    async with (
        serving(app(), host="127.0.0.1", port=0, what="page") as port,
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        assert await answer.text() == "hello"
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", port)) != 0


async def test_a_taken_port_is_told_with_what_to_do() -> None:
    async with serving(app(), host="127.0.0.1", port=0, what="page") as port:
        with pytest.raises(InvalidSettings) as error:
            async with serving(app(), host="127.0.0.1", port=port, what="the till's API"):
                pass
    said = str(error.value)
    assert said == (
        f"the till's API: 127.0.0.1:{port} is in use; stop the other program or give another port"
        " in the profile"
    )


async def test_an_address_that_is_not_this_machines_is_told_as_such() -> None:
    with pytest.raises(InvalidSettings, match=r"cannot be opened .*; check the address"):
        async with serving(app(), host="192.0.2.1", port=0, what="page"):
            pass


async def test_a_port_is_free_again_after_an_error_inside() -> None:
    with pytest.raises(RuntimeError):
        async with serving(app(), host="127.0.0.1", port=0, what="page") as port:
            raise RuntimeError
    async with serving(app(), host="127.0.0.1", port=port, what="page") as again:
        assert again == port
