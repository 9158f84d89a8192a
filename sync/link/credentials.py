"""How a device gets in: it claims its password once, over HTTP, and keeps it in a 0600 file.

A device that cannot reach its hub works on and tries for ever.
"""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from device_profiles.names import Identifier
from device_profiles.values.bounds import Secret, Text
from sync.core.errors import ClaimRefused
from sync.core.private import private_folder
from sync.link.link_state import LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.reconnect import CAP_S

FILE_NAME = "credentials.json"
SECRET_FILE = "claim-secret"  # noqa: S105 - a file name
REQUEST_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClaim:
    """What a device shows to get in: its profile's names and one-time token."""

    tenant: str
    device: str
    claim_token: str


class _Broker(BaseModel):
    host: Text
    port: int = Field(ge=0, le=65535)


class _Answer(BaseModel):
    """The hub's answer to a claim, which is also what the file holds."""

    store_id: Identifier
    password: Secret
    brokers: tuple[_Broker, ...] = Field(max_length=100)
    artifact_root: str | None = Field(default=None, max_length=1_000_000)
    handle_key: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCredentials:
    """A device's way in. `artifact_root` are the root metadata by which it trusts what it is sent;
    `handle_key` is the one with which it seals what shoppers show. None where it enrolled at a hub
    that had none."""

    tenant: str
    store: str
    device: str
    password: str
    brokers: tuple[BrokerAddress, ...]
    hub_url: str
    artifact_root: str | None = None
    handle_key: str | None = None

    def link_settings(self, *, agent_version: str, reconnect_cap_s: float = CAP_S) -> LinkSettings:
        """What the sender needs."""
        return LinkSettings(
            tenant=self.tenant,
            store=self.store,
            device=self.device,
            brokers=self.brokers,
            user_name=self.device,
            password=self.password,
            agent_version=agent_version,
            reconnect_cap_s=reconnect_cap_s,
        )


def _credentials(answer: _Answer, claim: DeviceClaim, hub_url: str) -> DeviceCredentials:
    return DeviceCredentials(
        tenant=claim.tenant,
        store=answer.store_id,
        device=claim.device,
        password=answer.password,
        brokers=tuple(BrokerAddress(host=b.host, port=b.port) for b in answer.brokers),
        hub_url=hub_url.rstrip("/"),
        artifact_root=answer.artifact_root,
        handle_key=answer.handle_key,
    )


def load_credentials(folder: Path, claim: DeviceClaim, hub_url: str) -> DeviceCredentials | None:
    """What an earlier claim left in the folder for this device and hub; None if nothing fits."""
    try:
        kept = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if (kept["tenant"], kept["device"]) != (claim.tenant, claim.device):
            return None
        if kept["hub_url"] != hub_url.rstrip("/"):
            return None
        return _credentials(_Answer.model_validate(kept), claim, hub_url)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_credentials(folder: Path, credentials: DeviceCredentials) -> None:
    """Keep them, readable for the agent alone."""
    kept = {
        "tenant": credentials.tenant,
        "device": credentials.device,
        "hub_url": credentials.hub_url,
        "store_id": credentials.store,
        "password": credentials.password,
        "brokers": [{"host": b.host, "port": b.port} for b in credentials.brokers],
        "artifact_root": credentials.artifact_root,
        "handle_key": credentials.handle_key,
    }
    _write_private(folder / FILE_NAME, json.dumps(kept))


def claim_secret(folder: Path, *, used: str | None = None) -> str:
    """The password the device proposes, kept before it asks: an answer lost on its way would
    otherwise lock it out, since a claim token is good for one password only. Never `used` again,
    which the hub took back."""
    path = folder / SECRET_FILE
    with suppress(OSError):
        if (kept := path.read_text(encoding="ascii").strip()) and kept != used:
            return kept
    secret = secrets.token_urlsafe(32)
    _write_private(path, secret)
    return secret


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and readable for the agent alone."""
    private_folder(path.parent)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


async def claim_once(
    session: aiohttp.ClientSession,
    hub_url: str,
    claim: DeviceClaim,
    *,
    secret: str | None = None,
) -> DeviceCredentials:
    """The credentials the hub gives for a claim token: with `secret` as the password, and then the
    same again when asked again.

    Raises ClaimRefused when it says no, aiohttp.ClientError or TimeoutError when it says nothing.
    """
    body = {
        "tenant_id": claim.tenant,
        "device_id": claim.device,
        "claim_token": claim.claim_token,
    }
    if secret is not None:
        body["secret"] = secret
    url = f"{hub_url.rstrip('/')}/api/v1/devices/claim"
    async with session.post(url, json=body) as answer:
        if answer.status >= 500:
            answer.raise_for_status()
        if answer.status != 200:
            said = (await answer.text())[:300]
            raise ClaimRefused(f"the hub refuses {claim.device}'s claim: {said}")
        try:
            given = _Answer.model_validate(await answer.json())
        except (ValidationError, ValueError, aiohttp.ContentTypeError) as error:
            raise ClaimRefused(f"{url} does not answer as a hub does") from error
    return _credentials(given, claim, hub_url)
