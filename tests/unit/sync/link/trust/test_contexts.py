"""TLS as a client: whose word is taken, and at what time."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.core.keys.authority import Authority, ensure_authority
from cloud_hub.core.settings import HubSettings
from sync.link.trust.contexts import TlsFiles, client_context

NOW = datetime.now(UTC)


def authority(folder: Path, made_at: datetime = NOW) -> Authority:
    made = ensure_authority(HubSettings(data_dir=folder), made_at)
    made.keep_own(("localhost",), made_at)
    return made


async def greet(own: Authority, files: TlsFiles, name: str = "localhost") -> None:
    """A handshake with a server of that authority. Raises ssl.SSLError."""
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(own.server.certificate, own.server.key)

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=served)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client_context(files), server_hostname=name
        )
        writer.close()


async def test_a_server_of_the_authority_is_believed_by_its_own_name_alone(tmp_path: Path) -> None:
    own = authority(tmp_path / "own")
    await greet(own, TlsFiles(authority=own.roots_file))
    await greet(own, TlsFiles(authorities=own.roots_pem))
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await greet(own, TlsFiles(authorities=own.roots_pem), "other.example.org")


async def test_another_authoritys_server_is_not(tmp_path: Path) -> None:
    own, other = authority(tmp_path / "own"), authority(tmp_path / "other")
    for files in (
        TlsFiles(authorities=other.roots_pem),
        TlsFiles(),
        TlsFiles(is_public=True),
        TlsFiles(authorities=other.roots_pem, floor=NOW + timedelta(days=1)),
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            await greet(own, files)


async def test_a_clock_that_stands_is_not_believed_against_the_floor(tmp_path: Path) -> None:
    ahead = NOW + timedelta(days=1000)
    own = authority(tmp_path / "own", ahead)
    with pytest.raises(ssl.SSLCertVerificationError, match="not yet valid"):
        await greet(own, TlsFiles(authorities=own.roots_pem))
    with pytest.raises(ssl.SSLCertVerificationError, match="not yet valid"):
        await greet(own, TlsFiles(authorities=own.roots_pem, floor=NOW - timedelta(days=1)))
    await greet(own, TlsFiles(authorities=own.roots_pem, floor=ahead))
    later = ahead + timedelta(days=366)
    with pytest.raises(ssl.SSLError, match="ended at"):
        await greet(own, TlsFiles(authorities=own.roots_pem, floor=later))


async def test_a_certificate_that_ended_is_refused_by_a_right_clock(tmp_path: Path) -> None:
    own = authority(tmp_path / "own", NOW - timedelta(days=400))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        await greet(own, TlsFiles(authorities=own.roots_pem, floor=NOW - timedelta(days=1)))


@pytest.mark.parametrize("content", [None, "", "x", "-----BEGIN CERTIFICATE-----"])
def test_an_own_certificate_that_cannot_be_used_is_left_out(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "identity.pem"
    if content is not None:
        file.write_text(content)
    assert client_context(TlsFiles(certificate=file)).check_hostname
