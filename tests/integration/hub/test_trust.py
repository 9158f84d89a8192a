"""Devices and hub by TLS: who is believed, who is let in, what heals by itself. Real servers."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509

from cloud_hub.core.keys.authority import Authority, ensure_authority
from cloud_hub.core.keys.certificates import certificate_pem
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.trust.server_tls import ServerTls
from sync.core.errors import ClaimRefused
from sync.core.private import write_private
from sync.link.credentials import claim_with_key
from sync.link.link_state import LinkState
from sync.link.trust.contexts import TlsFiles
from sync.link.trust.hub_http import hub_session
from sync.link.trust.identity import IDENTITY_FILE, keep_identity, new_request, validity
from tests.stage.servers import Mosquitto
from tests.stage.tls.shop import at_work, secured

DISABLE = "/api/v1/devices/s01-till/disable?tenant_id=linguang"
ENABLE = "/api/v1/devices/s01-till/enable?tenant_id=linguang"


def other_authority(folder: Path) -> Authority:
    return ensure_authority(HubSettings(data_dir=folder / "other"), datetime.now(UTC))


async def test_a_till_claims_by_tls_with_a_fingerprint_and_sells(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with (
        secured(tmp_path / "hub", free_port) as hub,
        at_work(tmp_path / "till", hub.url, hub.claim()) as till,
    ):
        till.sell(5)
        await till.drain()
        assert hub.receipts == 5
    assert (tmp_path / "till" / IDENTITY_FILE).stat().st_mode & 0o777 == 0o600
    kept = validity(tmp_path / "till")
    assert kept is not None
    assert kept.ends_at - kept.begins_at > timedelta(days=360)


async def test_a_wrong_fingerprint_ends_before_anything_is_said(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with secured(tmp_path / "hub", free_port) as hub:
        wrong = hub.claim(fingerprint="0" * 64)
        with pytest.raises(ClaimRefused, match="not the one of the claim code"):
            await claim_with_key(tmp_path / "till", hub.url, wrong, "s" * 40)
        async with at_work(tmp_path / "till", hub.url, wrong) as till:
            till.sell()
            await till.until(lambda: LinkState.REFUSED in till.states)
            assert till.waits == 1, "local work goes on"
        told = await claim_with_key(tmp_path / "till", hub.url, hub.claim(), "s" * 40)
        assert told.password == "s" * 40, "its token was never said to anybody before"


class FalseHub:
    """Shows the roots of the true hub, and whatever certificate it has of its own."""

    def __init__(self, roots: str) -> None:
        self.roots, self.heard = roots, []

    async def ca(self, _: web.Request) -> web.Response:
        return web.Response(text=self.roots)

    async def anything(self, request: web.Request) -> web.Response:
        self.heard.append(await request.read())
        return web.json_response({})


async def test_a_false_hub_that_shows_the_true_roots_gets_no_token(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with secured(tmp_path / "hub", free_port) as hub:
        false = FalseHub(hub.authority.roots_pem)
        app = web.Application()
        app.router.add_get("/ca.pem", false.ca)
        app.router.add_route("*", "/{rest:.*}", false.anything)
        liar = other_authority(tmp_path)
        liar.keep_own(("127.0.0.1",), datetime.now(UTC))
        context = ServerTls(HubSettings(data_dir=tmp_path / "other")).context()
        server = TestServer(app, scheme="https")
        await server.start_server(ssl=context)
        url = f"https://127.0.0.1:{server.port}"
        try:
            async with at_work(tmp_path / "till", url, hub.claim()) as till:
                await till.until(lambda: bool(till.said))
                assert "certificate is not trusted" in till.said[0].detail
        finally:
            await server.close()
        assert false.heard == []


async def test_a_token_that_was_used_is_refused_to_its_thief(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with secured(tmp_path / "hub", free_port) as hub:
        await claim_with_key(tmp_path / "till", hub.url, hub.claim(), "s" * 40)
        with pytest.raises(ClaimRefused, match="was claimed at"):
            await claim_with_key(tmp_path / "thief", hub.url, hub.claim(), "t" * 40)
    assert not (tmp_path / "thief" / IDENTITY_FILE).exists()


async def test_a_disabled_till_is_out_in_seconds_says_so_and_comes_back_when_enabled(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with (
        secured(tmp_path / "hub", free_port) as hub,
        at_work(tmp_path / "till", hub.url, hub.claim()) as till,
    ):
        till.sell()
        await till.drain()
        assert (await hub.hub.http.post(DISABLE)).status_code == 204
        await till.until(lambda: "was disabled at the hub" in till.said[-1].detail)
        assert LinkState.REFUSED in till.states
        till.sell(3)
        assert till.waits == 3
        assert len(hub.authority.revoked_now()) == 1
        assert (await hub.hub.http.post(ENABLE)).status_code == 204
        await till.drain()
        assert hub.receipts == 4


@pytest.fixture
def tls_broker(
    mosquitto_factory: Callable[..., Mosquitto], tmp_path: Path, free_port: Callable[[], int]
) -> tuple[Mosquitto, int]:
    """mosquitto that asks everybody for a certificate of the hub's authority."""
    settings = HubSettings(data_dir=tmp_path / "hub")
    authority = ensure_authority(settings, datetime.now(UTC))
    authority.keep_own(("127.0.0.1", "localhost", "::1"), datetime.now(UTC))
    authority.write_revoked({}, datetime.now(UTC))
    broker, port = mosquitto_factory(), free_port()
    broker.stop()
    for name in ("ca.pem", "crl.pem", "server.pem", "server-key.pem"):
        shutil.copy(authority.folder / name, broker.folder / name)
        (broker.folder / name).chmod(0o644)
    broker.config = (
        "per_listener_settings true\nallow_anonymous true\n"
        f"listener {port} 127.0.0.1\nrequire_certificate true\n"
        "use_identity_as_username true\nallow_anonymous false\n"
        f"cafile {broker.folder / 'ca.pem'}\ncrlfile {broker.folder / 'crl.pem'}\n"
        f"certfile {broker.folder / 'server.pem'}\nkeyfile {broker.folder / 'server-key.pem'}\n"
    )
    broker.start()
    return broker, port


@pytest.mark.needs_mosquitto
async def test_sales_go_on_while_certificates_of_ten_seconds_are_renewed(
    tls_broker: tuple[Mosquitto, int], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    broker = f"mqtts://127.0.0.1:{tls_broker[1]}"
    more = {"broker": broker, "certificate_days": 10 / 86_400}
    async with (
        secured(tmp_path / "hub", free_port, **more) as hub,
        at_work(tmp_path / "till", hub.url, hub.claim()) as till,
    ):
        till.sell()
        await till.drain()
        seen = {validity(till.folder)}
        while len(seen) < 3:
            till.sell()
            await till.drain()
            seen.add(validity(till.folder))
        assert hub.receipts == till.sold
        assert set(till.states) <= {LinkState.GREETING, LinkState.ONLINE}


@pytest.mark.needs_mosquitto
async def test_an_expired_certificate_heals_by_itself(
    tls_broker: tuple[Mosquitto, int], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    broker = f"mqtts://127.0.0.1:{tls_broker[1]}"
    async with secured(tmp_path / "hub", free_port, broker=broker) as hub:
        folder = tmp_path / "till"
        await claim_with_key(folder, hub.url, hub.claim(), "s" * 40)
        request, past = new_request("s01-till"), datetime.now(UTC) - timedelta(days=800)
        key = _key_of(request.csr)
        ended = hub.authority.for_device("linguang", "s01-till", key, past)
        keep_identity(folder, request, certificate_pem(ended))
        async with at_work(folder, hub.url, hub.claim()) as till:
            till.sell(3)
            await till.drain()
            assert hub.receipts == 3
        kept = validity(folder)
        assert kept is not None
        assert kept.ends_at > datetime.now(UTC)


def _key_of(csr: str):
    return x509.load_pem_x509_csr(csr.encode()).public_key()


@pytest.mark.needs_mosquitto
async def test_a_damaged_key_heals_by_itself(
    tls_broker: tuple[Mosquitto, int], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    broker = f"mqtts://127.0.0.1:{tls_broker[1]}"
    async with secured(tmp_path / "hub", free_port, broker=broker) as hub:
        folder = tmp_path / "till"
        await claim_with_key(folder, hub.url, hub.claim(), "s" * 40)
        write_private(folder / IDENTITY_FILE, "-----BEGIN nothing")
        async with at_work(folder, hub.url, hub.claim()) as till:
            till.sell()
            await till.drain()
            assert hub.receipts == 1


@pytest.mark.needs_mosquitto
async def test_over_a_broker_of_ones_own_a_disabled_till_learns_why(
    tls_broker: tuple[Mosquitto, int], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    mosquitto, port = tls_broker
    async with (
        secured(tmp_path / "hub", free_port, broker=f"mqtts://127.0.0.1:{port}") as hub,
        at_work(tmp_path / "till", hub.url, hub.claim()) as till,
    ):
        till.sell()
        await till.drain()
        assert (await hub.hub.http.post(DISABLE)).status_code == 204
        shutil.copy(hub.authority.revoked_file, mosquitto.folder / "crl.pem")
        (mosquitto.folder / "crl.pem").chmod(0o644)
        mosquitto.stop()
        till.sell(2)
        mosquitto.start()
        await till.until(lambda: "was disabled at the hub" in till.said[-1].detail)
        assert till.waits == 2
        assert hub.receipts == 1


async def test_a_device_whose_clock_stands_before_its_hubs_certificate_gets_in(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """The hub's certificate begins in the future of this machine's clock, as for one of 1970."""
    async with secured(tmp_path / "hub", free_port) as hub:
        ahead = datetime.now(UTC) + timedelta(days=400)
        hub.authority.keep_own(("127.0.0.1", "ahead.example.org"), ahead)
        early = TlsFiles(authorities=hub.authority.roots_pem)
        async with session_by(early) as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match="not yet valid"):
                await session.get(f"{hub.url}/healthz")
        async with session_by(replace(early, floor=ahead)) as session:
            assert (await session.get(f"{hub.url}/healthz")).status == 200
        later = ahead + timedelta(days=400)
        async with session_by(replace(early, floor=later)) as session:
            with pytest.raises(aiohttp.ClientConnectorError, match="ended at"):
                await session.get(f"{hub.url}/healthz")


def session_by(files: TlsFiles) -> aiohttp.ClientSession:
    return hub_session(files, timeout=aiohttp.ClientTimeout(total=10))
