"""The hub's key for handles that devices seal: made of its other keys, so that a backup of these is
whole, and every hub process has the same."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cloud_hub.core.keys.key_store import HubSecrets
from sync.core.sealed_handles import public_text

_USE = b"aisleos handles sealed on devices 1"


def device_key(secrets: HubSecrets) -> X25519PrivateKey:
    """The private half, which never leaves the hub."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_USE)
    return X25519PrivateKey.from_private_bytes(derived.derive(secrets.identity_key.encode()))


def key_for_devices(secrets: HubSecrets) -> str:
    """The public half, as text."""
    return public_text(device_key(secrets))
