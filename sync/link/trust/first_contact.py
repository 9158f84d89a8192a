"""How a device that knows nobody yet knows its hub: by the fingerprint in its claim code.

The roots come unverified; only the one with that fingerprint is believed, and nothing is said to
the hub but over a connection that this root verifies.
"""

import ssl
from hashlib import sha256

import aiohttp

from device_profiles.claim_code import is_hub_address
from sync.core.clock import EARLIEST_BELIEVABLE
from sync.core.errors import ClaimRefused
from sync.link.trust.contexts import TlsFiles
from sync.link.trust.hub_http import bounded_body

MOST_ROOTS_BYTES = 64 * 1024
_END = "-----END CERTIFICATE-----"


async def way_to(
    hub_url: str, fingerprint: str | None, patience: aiohttp.ClientTimeout
) -> TlsFiles | None:
    """By what the hub there is to be verified; None for one on this machine, without TLS.

    Raises ClaimRefused where that is not the hub of the claim code, or no address to speak to, and
    aiohttp.ClientError or TimeoutError where nobody answers.
    """
    if not is_hub_address(hub_url):
        raise ClaimRefused(f"{hub_url} is no address by https; nothing is said there in clear")
    if not hub_url.startswith("https:"):
        return None
    if fingerprint is None:
        return TlsFiles(is_public=True, floor=EARLIEST_BELIEVABLE)
    async with aiohttp.ClientSession(timeout=patience) as session:
        # Not verified: what comes is believed by its fingerprint alone.
        url = f"{hub_url.rstrip('/')}/ca.pem"
        async with session.get(url, ssl=False, allow_redirects=False) as answer:
            said = await bounded_body(answer, MOST_ROOTS_BYTES)
    root = _root_of(said, fingerprint)
    if root is None:
        raise ClaimRefused(
            f"the hub at {hub_url} is not the one of the claim code: its authority has another"
            " fingerprint"
        )
    return TlsFiles(authorities=root, floor=EARLIEST_BELIEVABLE)


def _root_of(said: bytes, fingerprint: str) -> str | None:
    for block in said.decode("ascii", "replace").split(_END)[:-1]:
        try:
            der = ssl.PEM_cert_to_DER_cert(block[block.index("-----BEGIN") :] + _END)
        except ValueError:
            continue
        if sha256(der).hexdigest() == fingerprint:
            return ssl.DER_cert_to_PEM_cert(der)
    return None
