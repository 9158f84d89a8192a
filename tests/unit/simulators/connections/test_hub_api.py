"""The hub's API as the demonstration uses it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_profiles.store import LoginRole
from simulators.connections.hub_api import ADMIN_TOKEN_FILE, HubApi, admin_token
from simulators.core.errors import HubRefused, TookTooLong
from simulators.core.logins import DemoLogin
from tests.talking_device import small_chain


class Hub:
    """Notes what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, Any]] = []
        self.status = 200
        self.answer: Any = {}
        self.healthy_after = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else None
        token = request.headers.get("Authorization", "")
        self.asked.append((request.method, str(request.rel_url), token, body))
        if request.path == "/healthz" and len(self.asked) <= self.healthy_after:
            return web.Response(status=503)
        if self.status >= 400 or self.status == 204:
            return web.Response(
                status=self.status, text="why\n  not" if self.status >= 400 else None
            )
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def asked() -> AsyncIterator[tuple[HubApi, Hub]]:
    hub = Hub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hub.take)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield HubApi(session, str(server.make_url("")).rstrip("/"), "secret"), hub


async def test_a_hub_is_waited_for_until_it_answers(asked) -> None:
    api, hub = asked
    hub.healthy_after = 2
    await api.wait_healthy(10.0)
    assert len(hub.asked) == 3


async def test_a_hub_that_does_not_answer_in_time_is_named(free_port) -> None:
    async with aiohttp.ClientSession() as session:
        api = HubApi(session, f"http://127.0.0.1:{free_port()}")
        with pytest.raises(TookTooLong, match=r"did not answer in 0\.01 s"):
            await api.wait_healthy(0.01)


async def test_master_data_go_whole_under_the_token(asked) -> None:
    api, hub = asked
    hub.status = 204
    await api.load(small_chain())
    ((method, path, token, body),) = hub.asked
    assert (method, path, token) == ("POST", "/api/v1/master-data", "Bearer secret")
    assert body["tenant_id"] == "linguang"


async def test_a_login_is_made_and_a_token_that_only_reads_is_given(asked) -> None:
    api, hub = asked
    login = DemoLogin(role=LoginRole.STORE, name="anna", password="pw", scope_id="s01")
    await api.make_login("linguang", login)
    hub.answer = {"token": "read-only"}
    assert await api.make_read_token("linguang", "demo") == "read-only"
    (_, _, _, made), (_, _, _, minted) = hub.asked
    assert (made["role"], made["scope_id"], made["login_name"]) == ("store", "s01", "anna")
    assert minted == {"tenant_id": "linguang", "name": "demo", "role": "head-office"}


async def test_pictures_go_under_the_number_of_their_folder(asked, tmp_path: Path) -> None:
    api, hub = asked
    picture = tmp_path / "95200000000019" / "a.jpg"
    picture.parent.mkdir()
    picture.write_bytes(b"jpeg")
    await api.show_references("linguang", [picture])
    ((method, path, _, _),) = hub.asked
    assert method == "PUT"
    assert path.startswith("/api/v1/references/95200000000019?tenant=linguang&origin=pack")


async def test_a_document_is_read_with_its_question(asked) -> None:
    api, hub = asked
    hub.answer = [1, 2]
    assert await api.with_token("other").get("/api/v1/stores", region="Town & Co") == [1, 2]
    ((_, path, token, _),) = hub.asked
    assert path.startswith("/api/v1/stores?region=Town")
    assert token == "Bearer other"


async def test_a_refusal_is_told_in_one_line(asked, tmp_path: Path) -> None:
    api, hub = asked
    hub.status = 422
    picture = tmp_path / "1" / "a.jpg"
    picture.parent.mkdir()
    picture.write_bytes(b"jpeg")
    for ask in (
        lambda: api.get("/x"),
        lambda: api.load(small_chain()),
        lambda: api.show_references("linguang", [picture]),
    ):
        with pytest.raises(HubRefused, match="the hub answered 422 to /") as refused:
            await ask()
        assert str(refused.value).endswith(": why not")


async def test_the_token_of_a_hub_is_read_once_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(TookTooLong, match="has not written"):
        await admin_token(tmp_path, 0.01)
    (tmp_path / ADMIN_TOKEN_FILE).write_text("", encoding="ascii")
    with pytest.raises(TookTooLong):
        await admin_token(tmp_path, 0.01)
    (tmp_path / ADMIN_TOKEN_FILE).write_text("secret\n", encoding="ascii")
    assert await admin_token(tmp_path, 1.0) == "secret"
