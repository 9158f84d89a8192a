"""Shoppers' handles on their way: sealed on the device for its hub alone, before they touch a disk
(HPKE, RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305)."""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.core.errors import SyncError

SEALED = "hpke1:"
"""What a sealed handle begins with; no shopper shows one that does."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_USE = b"aisleos shopper handle 1"


class UnreadableHandle(SyncError):
    """A handle that was sealed for another hub, or changed on its way; or a key that is none."""


def seal(value: str, public_key: str) -> str:
    """The handle as the holder of the key alone can read it, another text each time.

    Raises UnreadableHandle where the key is none.
    """
    try:
        key = X25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public_key))
    except (ValueError, binascii.Error) as error:
        raise UnreadableHandle("the hub's key for handles is none") from error
    sealed = _SUITE.encrypt(value.encode(), key, _USE)
    return SEALED + base64.urlsafe_b64encode(sealed).decode()


def open_sealed(text: str, key: X25519PrivateKey) -> str:
    """The handle; a text that was never sealed as it is. Raises UnreadableHandle."""
    if not text.startswith(SEALED):
        return text
    try:
        sealed = base64.urlsafe_b64decode(text.removeprefix(SEALED))
        return _SUITE.decrypt(sealed, key, _USE).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise UnreadableHandle("a handle was sealed for another hub, or changed") from error


def public_text(key: X25519PrivateKey) -> str:
    """The public half, as devices are told it."""
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode()
