"""A claim code: all that a device needs to meet its hub for the first time, as one text.

`aisle1:` and five parts, each as URL-safe Base64 without its padding, joined by dots: the hub's
address, the chain, the device, its claim token, and the SHA-256 of the hub's own authority (empty
where the hub's certificate is one that every machine can verify).
"""

import base64
import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from device_profiles.errors import AisleError
from device_profiles.names import Identifier
from device_profiles.values.bounds import Secret, unkeepable_in

SCHEME: Final = "aisle1:"
LONGEST: Final = 4000
_IDENTIFIER: Final[TypeAdapter[str]] = TypeAdapter(Identifier)
_SECRET: Final[TypeAdapter[str]] = TypeAdapter(Secret)
_FINGERPRINT = re.compile(r"([0-9a-f]{64})?")


class InvalidClaimCode(AisleError, ValueError):
    """A text that is no claim code; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCode:
    """What a claim code says. `fingerprint` is the SHA-256 of the authority that signed the hub's
    certificate, in hexadecimal digits; None where any public authority did."""

    hub_url: str
    tenant: str
    device: str
    claim_token: str
    fingerprint: str | None = None

    def __repr__(self) -> str:
        """Nothing that a log should not hold."""
        return f"ClaimCode({self.tenant}/{self.device} at {self.hub_url})"


def encode(code: ClaimCode) -> str:
    """The code as text. Raises InvalidClaimCode where it could not be read again."""
    _checked(code)
    fingerprint = bytes.fromhex(code.fingerprint or "")
    texts = (code.hub_url, code.tenant, code.device, code.claim_token)
    parts = (*(text.encode() for text in texts), fingerprint)
    text = SCHEME + ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    if len(text) > LONGEST:
        raise InvalidClaimCode(f"a claim code has at most {LONGEST} characters")
    return text


def decode(text: str) -> ClaimCode:
    """What the text says; spaces and line ends in it, as in a text that was copied, do not matter.
    Raises InvalidClaimCode."""
    plain = "".join(text.split()) if len(text) <= 2 * LONGEST else ""
    if not plain.startswith(SCHEME) or len(plain) > LONGEST:
        raise InvalidClaimCode(f"a claim code begins with {SCHEME}; copy all of it")
    parts = plain.removeprefix(SCHEME).split(".")
    if len(parts) != 5:
        raise InvalidClaimCode("the claim code is not whole; copy all of it")
    try:
        *texts, fingerprint = (_bytes(part) for part in parts)
        hub_url, tenant, device, token = (part.decode() for part in texts)
    except ValueError as error:
        raise InvalidClaimCode("the claim code is damaged; copy it anew") from error
    code = ClaimCode(
        hub_url=hub_url,
        tenant=tenant,
        device=device,
        claim_token=token,
        fingerprint=fingerprint.hex() or None,
    )
    _checked(code)
    return code


def is_hub_address(url: str) -> bool:
    """Whether a device may speak to a hub there: by TLS, or without it on its own machine."""
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0 or parts.username is not None:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_own_machine(parts.hostname))


def is_own_machine(host: str) -> bool:
    """Whether what is said to `host` never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bytes(part: str) -> bytes:
    padded = part + "=" * (-len(part) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)


def _checked(code: ClaimCode) -> None:
    try:
        _IDENTIFIER.validate_python(code.tenant)
        _IDENTIFIER.validate_python(code.device)
        _SECRET.validate_python(code.claim_token)
    except ValidationError as error:
        raise InvalidClaimCode("the claim code names no device, or holds no token") from error
    if not is_hub_address(code.hub_url) or unkeepable_in(code.hub_url) is not None:
        raise InvalidClaimCode(
            "the claim code's hub has no address by https (or by http on this machine)"
        )
    if not code.claim_token or not _FINGERPRINT.fullmatch(code.fingerprint or ""):
        raise InvalidClaimCode("the claim code's token or fingerprint is damaged; copy it anew")
