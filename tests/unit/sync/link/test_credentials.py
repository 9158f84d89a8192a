"""How a device gets in: claimed once, kept for itself alone."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sync.core.errors import ClaimRefused
from sync.link.credentials import (
    FILE_NAME,
    DeviceClaim,
    DeviceCredentials,
    claim_once,
    claim_secret,
    load_credentials,
    save_credentials,
)
from sync.link.mqtt import BrokerAddress

HUB = "http://hub:8080"
CLAIM = DeviceClaim(tenant="linguang", device="s01-till", claim_token="once")
KEPT = DeviceCredentials(
    tenant="linguang",
    store="s01",
    device="s01-till",
    password="secret",
    brokers=(BrokerAddress(host="hub", port=8883, tls=True),),
    hub_url=HUB,
    artifact_root="{}",
    handle_key="key",
    is_public=True,
)
ANSWER: dict[str, Any] = {
    "store_id": "s01",
    "password": "secret",
    "brokers": [{"host": "hub", "port": 8883, "tls": True}],
    "artifact_root": "{}",
    "handle_key": "key",
}


def test_what_was_kept_is_found_again_for_the_same_device_and_hub(tmp_path: Path) -> None:
    save_credentials(tmp_path, KEPT)
    known = replace(KEPT, identity=tmp_path / "identity.pem")
    assert load_credentials(tmp_path, CLAIM, HUB) == known
    assert load_credentials(tmp_path, CLAIM, HUB + "/") == known
    for claim, hub in (
        (replace(CLAIM, device="s01-door"), HUB),
        (replace(CLAIM, tenant="other"), HUB),
        (CLAIM, "http://another:8080"),
    ):
        assert load_credentials(tmp_path, claim, hub) is None


def test_credentials_are_the_agents_alone_and_replaced_whole(tmp_path: Path) -> None:
    save_credentials(tmp_path / "new", KEPT)
    save_credentials(tmp_path / "new", replace(KEPT, password="another"))
    (file,) = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["password"] == "another"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"tenant": "linguang"}'])
def test_a_damaged_file_is_no_credentials(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    assert load_credentials(tmp_path, CLAIM, HUB) is None


def test_nothing_kept_is_no_credentials(tmp_path: Path) -> None:
    assert load_credentials(tmp_path / "gone", CLAIM, HUB) is None


def test_a_secret_is_kept_before_it_is_used_and_never_proposed_twice(tmp_path: Path) -> None:
    first = claim_secret(tmp_path)
    assert claim_secret(tmp_path) == first
    second = claim_secret(tmp_path, used=first)
    assert second != first
    assert claim_secret(tmp_path, used=first) == second
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_sender_is_told_all_it_needs() -> None:
    settings = KEPT.link_settings(agent_version="0.1.0")
    assert (settings.tenant, settings.store, settings.device) == ("linguang", "s01", "s01-till")
    assert (settings.user_name, settings.password) == ("s01-till", "secret")
    assert settings.brokers == KEPT.brokers


class ScriptedHub:
    """A hub's door that answers as the test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: web.Response = web.json_response(ANSWER)

    async def claim(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        return self.answer


@pytest.fixture
def hub() -> ScriptedHub:
    return ScriptedHub()


@pytest.fixture
async def address(hub: ScriptedHub) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", hub.claim)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def claim(address: str, **more: str) -> DeviceCredentials:
    async with aiohttp.ClientSession() as session:
        return await claim_once(session, address, CLAIM, **more)


async def test_a_claim_shows_its_token_and_is_given_the_way_in(
    hub: ScriptedHub, address: str
) -> None:
    assert await claim(address + "/") == replace(KEPT, hub_url=address)
    assert hub.asked == [{"tenant_id": "linguang", "device_id": "s01-till", "claim_token": "once"}]
    hub.answer = web.json_response(ANSWER)
    await claim(address, secret="a secret of its own")
    assert hub.asked[1]["secret"] == "a secret of its own"


@pytest.mark.parametrize("status", [403, 409, 429])
async def test_a_refusal_is_told_in_the_hubs_words(
    hub: ScriptedHub, address: str, status: int
) -> None:
    hub.answer = web.json_response({"detail": "claimed already"}, status=status)
    with pytest.raises(ClaimRefused, match=r"refuses s01-till's claim: .*claimed already"):
        await claim(address)


async def test_a_hub_that_is_ill_is_asked_again_later(hub: ScriptedHub, address: str) -> None:
    hub.answer = web.Response(status=503)
    with pytest.raises(aiohttp.ClientError):
        await claim(address)


@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b"{}", b'{"store_id": "S 1", "password": "x", "brokers": []}']
)
async def test_another_programs_answer_is_no_hubs(
    hub: ScriptedHub, address: str, answer: bytes
) -> None:
    hub.answer = web.Response(body=answer, content_type="application/json")
    with pytest.raises(ClaimRefused, match="does not answer as a hub does"):
        await claim(address)
