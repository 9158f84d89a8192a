"""Attacks on the trust between devices and hub, each refused, logged and alarmed while the till
sells on. Real servers; those that other files show are named in docs/security.md."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.keys.authority import ensure_authority
from cloud_hub.core.keys.certificates import certificate_pem, requested_key
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.trust.server_tls import ServerTls
from cloud_hub.link.hub_alarms import CLAIMED_AGAIN
from cloud_hub.link.tables import AlarmRaised
from sync.core.errors import ClaimRefused
from sync.link.credentials import FILE_NAME, claim_with_key
from sync.link.link_state import LinkState
from sync.link.trust.contexts import TlsFiles
from sync.link.trust.hub_http import hub_session
from sync.link.trust.identity import IDENTITY_FILE, keep_identity, new_request
from tests.stage.servers import mosquitto_path
from tests.stage.tls.devices import is_refused
from tests.stage.tls.shop import Secured, at_work, secured


@asynccontextmanager
async def with_broker(
    folder: Path, free_port: Callable[[], int]
) -> AsyncIterator[tuple[Secured, int]]:
    """A hub with a mosquitto of its own, and where devices come to that."""
    mosquitto_path()
    port = free_port()
    more = {"broker": "managed", "devices_port": port, "names": ("localhost",)}
    async with secured(folder, free_port, **more) as hub:
        yield hub, port


def logged(hub: Secured, action: str) -> int:
    """Entries of that kind in the audit log."""
    with hub.hub.hub.sessions() as session:
        wanted = sa.select(sa.func.count()).where(AuditEntry.action == action)
        return session.scalar(wanted) or 0


def alarms(hub: Secured) -> list[tuple[str, str]]:
    """Which stand, and of what."""
    with hub.hub.hub.sessions() as session:
        open_ones = sa.select(AlarmRaised).where(AlarmRaised.cleared_at.is_(None))
        return [(one.alarm, one.device_id) for one in session.scalars(open_ones)]


@pytest.mark.needs_mosquitto
async def test_a_stolen_token_is_refused_logged_and_alarmed_while_the_till_sells(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with (
        with_broker(tmp_path / "hub", free_port) as (hub, _),
        at_work(tmp_path / "till", hub.url, hub.claim()) as till,
    ):
        till.sell()
        await till.drain()
        for _ in range(2):
            with pytest.raises(ClaimRefused, match="was claimed at"):
                await claim_with_key(tmp_path / "thief", hub.url, hub.claim(), "t" * 40)
        guessed = hub.claim(claim_token="0" * 40)
        with pytest.raises(ClaimRefused, match="waits for that claim token"):
            await claim_with_key(tmp_path / "thief", hub.url, guessed, "t" * 40)
        assert not (tmp_path / "thief" / IDENTITY_FILE).exists()
        assert logged(hub, "claim-refused") == 3
        assert alarms(hub) == [(CLAIMED_AGAIN, "s01-till")], "one, however often; none by guesses"
        till.sell(2)
        await till.drain()
        assert hub.receipts == 3


@pytest.mark.needs_mosquitto
async def test_a_foreign_certificate_opens_neither_broker_nor_hub(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """Another authority's, for the till's own name."""
    liar = ensure_authority(HubSettings(data_dir=tmp_path / "other"), datetime.now(UTC))
    async with with_broker(tmp_path / "hub", free_port) as (hub, port):
        await claim_with_key(tmp_path / "till", hub.url, hub.claim(), "s" * 40)
        request = new_request("s01-till")
        made = liar.for_device(
            "linguang", "s01-till", requested_key(request.csr), datetime.now(UTC)
        )
        keep_identity(tmp_path / "liar", request, certificate_pem(made))
        shown = TlsFiles(
            authorities=hub.authority.roots_pem, certificate=tmp_path / "liar" / IDENTITY_FILE
        )
        assert await is_refused(port, shown)
        patience = aiohttp.ClientTimeout(total=20)
        async with hub_session(shown, timeout=patience) as session:
            with pytest.raises(aiohttp.ClientError):
                await session.get(f"{hub.url}/api/v1/devices/certificate")
        async with at_work(tmp_path / "till", hub.url, hub.claim()) as till:
            till.sell()
            await till.drain()
            assert hub.receipts == 1


class FalseBroker:
    """Listens by TLS with a certificate that another authority signed, and hears what is said."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context, self.heard, self.met = context, b"", 0

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        raw = await asyncio.start_server(self._meet, "127.0.0.1", port)
        async with raw:
            yield

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met += 1
        try:
            await writer.start_tls(self.context)
            self.heard += await reader.read(1000)
        except OSError:
            pass
        finally:
            writer.close()


@pytest.mark.needs_mosquitto
async def test_a_false_broker_hears_nothing_and_every_sale_waits_for_the_true_one(
    tmp_path: Path, free_port: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    liar = ensure_authority(HubSettings(data_dir=tmp_path / "other"), datetime.now(UTC))
    liar.keep_own(("localhost", "127.0.0.1"), datetime.now(UTC))
    false = FalseBroker(ServerTls(HubSettings(data_dir=tmp_path / "other")).context())
    folder = tmp_path / "till"
    async with with_broker(tmp_path / "hub", free_port) as (hub, port):
        await claim_with_key(folder, hub.url, hub.claim(), "s" * 40)
        true = (folder / FILE_NAME).read_text()
        wrong_port = free_port()
        (folder / FILE_NAME).write_text(true.replace(f'"port": {port}', f'"port": {wrong_port}'))
        async with (
            false.listening(wrong_port),
            at_work(folder, hub.url, hub.claim()) as till,
        ):
            till.sell(3)
            await till.until(lambda: false.met >= 2 and LinkState.OFFLINE in till.states)
            assert till.waits == 3, "local work goes on"
            assert hub.receipts == 0
        assert false.heard == b"", "neither password nor sale"
        assert "not trusted" in "".join(one.detail for one in till.said)
        assert "link-failed" in {getattr(one, "action", "") for one in caplog.records}
        (folder / FILE_NAME).write_text(true)
        async with at_work(folder, hub.url, hub.claim()) as till:
            till.sold = 3
            await till.drain()
            assert hub.receipts == 3


async def test_a_false_hub_hears_nothing_while_the_till_sells(
    tmp_path: Path, free_port: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    """It has taken the true hub's address, and shows the true hub's roots."""
    heard: list[bytes] = []

    async def anything(request: web.Request) -> web.Response:
        heard.append(await request.read())
        return web.json_response({"authorities": "x"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", anything)
    liar = ensure_authority(HubSettings(data_dir=tmp_path / "other"), datetime.now(UTC))
    liar.keep_own(("127.0.0.1",), datetime.now(UTC))
    context = ServerTls(HubSettings(data_dir=tmp_path / "other")).context()
    async with secured(tmp_path / "hub", free_port) as hub:
        claim, folder = hub.claim(), tmp_path / "till"
        known = await claim_with_key(folder, hub.url, claim, "s" * 40)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    try:
        told = json.loads((folder / FILE_NAME).read_text())
        there = f"https://127.0.0.1:{server.port}"
        (folder / FILE_NAME).write_text(json.dumps(told | {"hub_url": there}))
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            async with hub_session(known.tls(), timeout=aiohttp.ClientTimeout(total=20)) as session:
                await session.get(f"{there}/api/v1/devices/certificate")
        async with at_work(folder, there, claim) as till:
            till.sell(2)
            await till.until(lambda: LinkState.OFFLINE in till.states)
            assert till.waits == 2
    finally:
        await server.close()
    assert heard == []
