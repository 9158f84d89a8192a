"""Shoppers' handles: kept encrypted, found again by a keyed hash."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.device_seal import device_key
from cloud_hub.core.keys.key_store import HubSecrets
from device_profiles.values.handles import normal_form
from sync.core.sealed_handles import UnreadableHandle, open_sealed

SEAL = "sealed:"


class HandleKeys:
    """Encrypts handles and finds them again."""

    def __init__(self, secrets: HubSecrets) -> None:
        self._secrets = secrets
        self._index_key = bytes.fromhex(secrets.blind_index_key)

    @cached_property
    def _cipher(self) -> Fernet:
        return Fernet(self._secrets.identity_key)

    def blind_index(
        self, tenant_id: str, kind: str, value: str, country: str | None = None
    ) -> str | None:
        """Keyed hash of a handle: equal for spellings that mean the same, 64 hex digits; None for
        what is no handle. `country` is where telephone numbers are that do not say so."""
        normal = normal_form(kind, value, country)
        return None if normal is None else self._hash(tenant_id, kind, normal)

    def _hash(self, tenant_id: str, kind: str, normal: str) -> str:
        said = f"{tenant_id}\n{kind}\n{normal}"
        return hmac.new(self._index_key, said.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, value: str) -> bytes:
        """The handle as it may be kept."""
        return self._cipher.encrypt(value.encode())

    def decrypt(self, kept: bytes) -> str:
        """The handle. Raises cryptography.fernet.InvalidToken for another hub's key."""
        return self._cipher.decrypt(kept).decode()

    @cached_property
    def _device_key(self) -> X25519PrivateKey:
        return device_key(self._secrets)

    def plain(self, value: str) -> str | None:
        """The handle that a device sealed for this hub, one that it did not seal as it is; None for
        one that was sealed for another hub."""
        try:
            return open_sealed(value, self._device_key)
        except UnreadableHandle:
            return None

    def opens(self, kept: bytes) -> bool:
        """Whether something was sealed with these keys."""
        try:
            self._cipher.decrypt(kept)
        except InvalidToken:
            return False
        return True

    def sealed_letter(self, said: bytes) -> bytes:
        """What a dead letter may be kept as: all of it encrypted. It could not be read, so nobody
        knows where in it a handle stands."""
        return self._cipher.encrypt(said)

    def opened_letter(self, kept: bytes) -> bytes:
        """What `sealed_letter` was given. Raises UnusableData for another hub's key."""
        try:
            return self._cipher.decrypt(kept)
        except InvalidToken as error:
            raise UnusableData(
                "what was said is sealed with other keys; put back the secrets.json that belongs to"
                " this database"
            ) from error

    def sealed(self, body: dict[str, Any]) -> dict[str, Any]:
        """A raw event as it may be kept: the handles in its `identities` encrypted, all else as it
        came. Whatever is no such list stays as it is."""
        return _with_handles(body, lambda value: SEAL + self.encrypt(value).decode())

    def opened(self, body: dict[str, Any]) -> dict[str, Any]:
        """What `sealed` was given."""
        return _with_handles(
            body,
            lambda value: (
                self.decrypt(value.removeprefix(SEAL).encode()) if value.startswith(SEAL) else value
            ),
        )


def _with_handles(body: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    handles = body.get("identities")
    if not isinstance(handles, list) or not handles:
        return body
    changed = [
        {**handle, "value": change(handle["value"])}
        if isinstance(handle, Mapping) and isinstance(handle.get("value"), str)
        else handle
        for handle in handles
    ]
    return {**body, "identities": changed}
