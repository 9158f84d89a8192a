"""Meeting a hub for the first time."""

import hashlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cloud_hub.core.keys.authority import Authority, begin_rotation, ensure_authority
from cloud_hub.core.settings import HubSettings
from sync.core.errors import ClaimRefused
from sync.link.trust.first_contact import MOST_ROOTS_BYTES, way_to
from sync.link.trust.hub_http import ODD

PATIENCE = aiohttp.ClientTimeout(total=10)


@pytest.fixture
def own(tmp_path: Path) -> Authority:
    settings, now = HubSettings(data_dir=tmp_path / "hub"), datetime.now(UTC)
    ensure_authority(settings, now).keep_own(("127.0.0.1",), now)
    return begin_rotation(settings, now)


@pytest.fixture
def said() -> list[bytes]:
    return [b""]


@pytest.fixture
async def url(own: Authority, said: list[bytes]) -> AsyncIterator[str]:
    async def ca(_: web.Request) -> web.Response:
        return web.Response(body=said[0])

    app = web.Application()
    app.router.add_get("/ca.pem", ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.server.certificate, own.server.key)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    yield f"https://127.0.0.1:{server.port}"
    await server.close()


async def test_of_the_roots_told_the_one_of_the_code_alone_is_believed(
    own: Authority, url: str, said: list[bytes]
) -> None:
    said[0] = own.roots_pem.encode()
    files = await way_to(url, own.known_by, PATIENCE)
    assert files is not None
    root = ssl.PEM_cert_to_DER_cert(files.authorities or "")
    assert hashlib.sha256(root).hexdigest() == own.known_by
    assert not files.is_public


@pytest.mark.parametrize(
    "told",
    [b"", b"x", b"\xff\xfe", b"-----END CERTIFICATE-----" * 50, b"x" * (MOST_ROOTS_BYTES + 1)],
)
async def test_whatever_else_is_told_is_refused(
    own: Authority, url: str, said: list[bytes], told: bytes
) -> None:
    said[0] = told
    with pytest.raises(ClaimRefused):
        await way_to(url, own.known_by, PATIENCE)


async def test_without_a_fingerprint_the_machines_own_list_decides(url: str) -> None:
    files = await way_to(url, None, PATIENCE)
    assert files is not None
    assert (files.is_public, files.authorities) == (True, None)


@pytest.mark.parametrize("address", ["http://10.0.0.1:8080", "http://hub", "ftp://hub", "", "hub"])
async def test_nothing_is_said_in_clear_off_this_machine(address: str) -> None:
    with pytest.raises(ClaimRefused, match="https"):
        await way_to(address, None, PATIENCE)


async def test_on_this_machine_there_may_be_no_tls() -> None:
    assert await way_to("http://127.0.0.1:8080", None, PATIENCE) is None


async def test_a_hub_that_is_not_there_is_no_refusal(free_port) -> None:
    with pytest.raises(ODD):
        await way_to(f"https://127.0.0.1:{free_port()}", "0" * 64, PATIENCE)
