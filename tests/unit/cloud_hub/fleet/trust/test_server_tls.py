"""TLS of the hub's doors, on a real port with real clients."""

import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.keys.authority import Authority, ensure_authority
from cloud_hub.core.keys.certificates import certificate_pem, key_pem, new_key
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.trust.server_tls import ServerTls
from tests.running_hub import RunningHub, running_hub, served
from tests.talking_device import small_chain

MEDIA = f"/api/v1/media/{'0' * 64}"


@dataclass(frozen=True)
class Secured:
    """A hub by TLS, and the folder of a device's files."""

    hub: RunningHub
    url: str
    authority: Authority
    folder: Path

    def client(self, certificate: Path | None = None, roots: str | None = None) -> httpx.Client:
        context = ssl.create_default_context(cadata=roots or self.authority.roots_pem)
        if certificate is not None:
            context.load_cert_chain(certificate)
        return httpx.Client(base_url=self.url, verify=context)

    def signed_by(self, authority: Authority, lasts: timedelta) -> Path:
        """A till's certificate with its key."""
        key, short = new_key(), replace(authority, device_lasts=lasts)
        made = short.for_device("linguang", "s01-till", key.public_key(), datetime.now(UTC))
        path = self.folder / f"{made.serial_number:x}.pem"
        write_private(path, key_pem(key) + certificate_pem(made))
        return path


@pytest.fixture
async def secured(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Secured]:
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        await hub.load(small_chain())
        await hub.claim("s01-till")
        tls = ServerTls(hub.hub.settings)
        async with served(hub, free_port(), tls=tls) as url:
            authority = ensure_authority(hub.hub.settings, hub.hub.clock.now())
            yield Secured(hub=hub, url=url, authority=authority, folder=tmp_path)


DAY = timedelta(days=1)


def head(client: httpx.Client) -> httpx.Response:
    with client:
        return client.head(MEDIA)


async def asked(client: httpx.Client) -> int:
    import asyncio

    return (await asyncio.to_thread(head, client)).status_code


async def test_a_device_signs_in_by_its_certificate(secured: Secured) -> None:
    own = secured.signed_by(secured.authority, DAY)
    assert await asked(secured.client(own)) == 404, "it is in: there is no such picture"
    assert await asked(secured.client()) == 401


async def test_who_does_not_know_the_authority_does_not_speak_to_the_hub(
    secured: Secured, tmp_path: Path
) -> None:
    other = ensure_authority(HubSettings(data_dir=tmp_path / "other"), datetime.now(UTC))
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        await asked(secured.client(roots=other.roots_pem))


async def test_a_foreign_authoritys_certificate_is_refused(
    secured: Secured, tmp_path: Path
) -> None:
    other = ensure_authority(HubSettings(data_dir=tmp_path / "other"), datetime.now(UTC))
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError)):
        await asked(secured.client(secured.signed_by(other, DAY)))


async def test_a_certificate_that_has_ended_is_told_so_in_words(secured: Secured) -> None:
    ended = secured.signed_by(secured.authority, -timedelta(minutes=1))
    with secured.client(ended) as client:
        import asyncio

        answer = await asyncio.to_thread(client.get, "/api/v1/devices/certificate")
    assert answer.status_code == 401
    assert "ended at" in answer.text


async def test_a_renewed_server_certificate_is_taken_up_without_a_new_start(
    secured: Secured,
) -> None:
    before = secured.authority.server.certificate.read_text()
    secured.authority.keep_own(("127.0.0.1", "renewed.example.org"), datetime.now(UTC))
    assert secured.authority.server.certificate.read_text() != before
    assert "renewed.example.org" in await shown(secured)


async def shown(secured: Secured) -> str:
    import asyncio

    from cryptography import x509

    host, port = secured.url.removeprefix("https://").split(":")
    pem = await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))
    return str(x509.load_pem_x509_certificate(pem.encode()).extensions)


async def test_half_of_a_pair_leaves_the_one_before_in_use(secured: Secured) -> None:
    write_private(secured.authority.server.key, key_pem(new_key()))
    assert await asked(secured.client()) == 401, "it answers"


def test_files_that_are_no_certificate_are_refused_in_one_line(tmp_path: Path) -> None:
    settings = HubSettings(data_dir=tmp_path / "hub")
    ensure_authority(settings, datetime.now(UTC))
    bad = tmp_path / "bad.pem"
    bad.write_text("x")
    with pytest.raises(InvalidSettings, match="cannot serve with") as refused:
        ServerTls(settings.model_copy(update={"tls_cert": bad, "tls_key": bad}))
    assert "\n" not in str(refused.value)
