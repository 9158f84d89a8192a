"""Requests to the hub: verified, never redirected, and with answers of a bounded size."""

import aiohttp

from sync.core.errors import ClaimRefused
from sync.link.trust.contexts import TlsFiles, client_context

MOST_BYTES = 2 * 1024 * 1024
ODD = (aiohttp.ClientError, OSError, ValueError, LookupError, RecursionError)
"""What comes of a hub that does not answer, or answers as none does: no network, TLS that cannot be
believed, a body in no encoding that there is, nesting without end. Time-outs are among them."""


def hub_session(
    tls: TlsFiles | None, *, timeout: aiohttp.ClientTimeout, headers: dict[str, str] | None = None
) -> aiohttp.ClientSession:
    """A session with the hub: by TLS as `tls` says. Raises OSError where that cannot be used."""
    connector = aiohttp.TCPConnector(ssl=True if tls is None else client_context(tls))
    return aiohttp.ClientSession(timeout=timeout, headers=headers, connector=connector)


async def bounded_body(answer: aiohttp.ClientResponse, most: int = MOST_BYTES) -> bytes:
    """All that it says. Raises ClaimRefused where that is more than any hub would say."""
    said = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        said += chunk
        if len(said) > most:
            raise ClaimRefused(f"{answer.url} says more than a hub would; is it one?")
    return bytes(said)
