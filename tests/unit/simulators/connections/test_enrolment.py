"""How played devices get in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_profiles.names import Names
from device_profiles.store import DeviceKind, StoreDevice
from simulators.chain.script import LinkCut, Script
from simulators.connections.enrolment import Enrolment
from simulators.connections.lines import LOOPBACK, Lines
from simulators.core.places import Places
from sync.core.errors import ClaimRefused
from sync.link.credentials import DeviceClaim, load_credentials
from sync.link.mqtt import BrokerAddress
from sync.link.trust.identity import IDENTITY_FILE

BROKER = BrokerAddress(host="192.0.2.1", port=1883)
HUB = BrokerAddress(host="192.0.2.1", port=8080)
CUT = LinkCut(
    store_id="s06", since=datetime(2026, 11, 20, tzinfo=UTC), back_after=timedelta(seconds=45)
)


def device(device_id: str) -> StoreDevice:
    return StoreDevice(
        device_id=device_id,
        kind=DeviceKind.TILL,
        name=Names(en="Till"),
        claim_token=f"claim-token-of-{device_id}",
    )


@pytest.fixture
async def enrolment(tmp_path: Path) -> AsyncIterator[tuple[Enrolment, list[str]]]:
    """Enrolment at a hub that gives every device but one its password; who asked."""
    asked: list[str] = []

    async def claim(request: web.Request) -> web.Response:
        body = await request.json()
        asked.append(body["device_id"])
        if body["device_id"] == "s01-stranger":
            return web.Response(status=403, text="no such device")
        return web.json_response(
            {
                "store_id": body["device_id"].partition("-")[0],
                "password": f"password-of-{body['device_id']}",
                "brokers": [{"host": "elsewhere", "port": 1, "tls": True}],
            }
        )

    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", claim)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        Lines(Script(cuts=[CUT]), BROKER, HUB) as lines,
    ):
        url = str(server.make_url("")).rstrip("/")
        yield Enrolment("linguang", Places(root=tmp_path), lines, url, http), asked


async def test_a_device_claims_once_however_often_it_is_asked(enrolment) -> None:
    enrol, asked = enrolment
    first = await enrol.credentials_of(device("s01-till"))
    assert await enrol.credentials_of(device("s01-till")) == first
    assert asked == ["s01-till"]
    assert (first.store, first.password) == ("s01", "password-of-s01-till")


async def test_broker_and_hub_are_where_the_device_itself_reaches_them(enrolment) -> None:
    enrol, _ = enrolment
    straight = await enrol.credentials_of(device("s01-till"))
    assert (straight.brokers, straight.hub_url) == ((BROKER,), "http://192.0.2.1:8080")
    own = await enrol.credentials_of(device("s06-till"))
    assert own.brokers[0].host == LOOPBACK
    assert own.hub_url.startswith(f"http://{LOOPBACK}:")


async def test_an_agent_finds_its_credentials_in_its_own_folder(enrolment, tmp_path: Path) -> None:
    enrol, _ = enrolment
    await enrol.hand_over(device("s06-till"))
    given = await enrol.credentials_of(device("s06-till"))
    claim = DeviceClaim(tenant="linguang", device="s06-till", claim_token="x")
    folder = Places(root=tmp_path).data("s06-till")
    kept = replace(given, identity=folder / IDENTITY_FILE)
    assert load_credentials(folder, claim, given.hub_url) == kept


async def test_a_device_that_the_hub_does_not_know_is_told(enrolment) -> None:
    enrol, asked = enrolment
    for _ in range(2):
        with pytest.raises(ClaimRefused, match="no such device"):
            await enrol.credentials_of(device("s01-stranger"))
    assert len(asked) == 2, "a refusal is not kept"
