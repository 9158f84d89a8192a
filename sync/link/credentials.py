"""How a device gets in: it claims its password once, over HTTP, and keeps it in a 0600 file.

A device that cannot reach its hub works on and tries for ever.
"""

import asyncio
import base64
import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

import aiohttp
from pydantic import BaseModel, Field, model_validator

from device_profiles.claim_code import is_own_machine
from device_profiles.names import Identifier
from device_profiles.values.bounds import Secret, Text
from sync.core.clock import EARLIEST_BELIEVABLE
from sync.core.errors import ClaimRefused
from sync.core.failpoints import Failpoint, reach
from sync.core.private import write_private
from sync.link.link_state import LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.reconnect import CAP_S
from sync.link.trust.contexts import TlsFiles
from sync.link.trust.first_contact import way_to
from sync.link.trust.hub_http import bounded_body, hub_session
from sync.link.trust.identity import (
    IDENTITY_FILE,
    check_answer,
    keep_identity,
    new_request,
    validity,
)

FILE_NAME = "credentials.json"
SECRET_FILE = "claim-secret"  # noqa: S105 - a file name
REQUEST_TIMEOUT_S = 15.0
MOST_PEM = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClaim:
    """What a device shows to get in: its profile's names and one-time token. `fingerprint` is that
    of the hub's authority, where a claim code told it."""

    tenant: str
    device: str
    claim_token: str
    fingerprint: str | None = None


class _Broker(BaseModel):
    host: Text = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    tls: bool = False

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if not self.tls and not is_own_machine(self.host):
            raise ValueError("a broker on another machine must speak TLS")
        return self


class _Answer(BaseModel):
    """The hub's answer to a claim, which is also what the file holds."""

    store_id: Identifier
    password: Secret = Field(min_length=1)
    brokers: tuple[_Broker, ...] = Field(min_length=1, max_length=100)
    artifact_root: str | None = Field(default=None, max_length=1_000_000)
    handle_key: str | None = Field(default=None, max_length=200)
    certificate: str | None = Field(default=None, max_length=MOST_PEM)
    authorities: str | None = Field(default=None, max_length=MOST_PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCredentials:
    """A device's way in. `artifact_root` are the root metadata by which it trusts what it is sent;
    `handle_key` is the one with which it seals what shoppers show. `authorities` are the roots by
    which it knows hub and brokers, beside the machine's own list if it `is_public`; `identity` is
    the file of its key and certificate, which may not be there; `certificate` what the hub has just
    given. None where it enrolled at a hub that had none."""

    tenant: str
    store: str
    device: str
    password: str
    brokers: tuple[BrokerAddress, ...]
    hub_url: str
    artifact_root: str | None = None
    handle_key: str | None = None
    authorities: str | None = None
    is_public: bool = False
    identity: Path | None = None
    certificate: str | None = field(default=None, repr=False)

    @property
    def uses_tls(self) -> bool:
        """Whether the hub or one of the brokers is reached by TLS."""
        return self.hub_url.startswith("https:") or any(one.tls for one in self.brokers)

    def tls(self) -> TlsFiles:
        """By what it knows hub and brokers, and shows who it is. The hub's time at which its
        certificate was made is surely past."""
        known = validity(self.identity.parent) if self.identity is not None else None
        floor = EARLIEST_BELIEVABLE if known is None else max(EARLIEST_BELIEVABLE, known.begins_at)
        return TlsFiles(
            certificate=self.identity,
            authorities=self.authorities,
            is_public=self.is_public,
            floor=floor,
        )

    def session(self, *, timeout_s: float) -> aiohttp.ClientSession:
        """Requests to the hub, signed in. Raises OSError where its files cannot be used."""
        return self.session_with(self.tls(), aiohttp.ClientTimeout(total=timeout_s))

    def session_with(self, tls: TlsFiles, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
        """The same with other files, or another patience."""
        login = base64.b64encode(f"{self.device}:{self.password}".encode()).decode()
        return hub_session(
            tls if self.hub_url.startswith("https:") else None,
            timeout=timeout,
            headers={"Authorization": f"Basic {login}"},
        )

    def link_settings(self, *, agent_version: str, reconnect_cap_s: float = CAP_S) -> LinkSettings:
        """What the sender needs."""
        return LinkSettings(
            tenant=self.tenant,
            store=self.store,
            device=self.device,
            brokers=self.brokers,
            user_name=self.device,
            password=self.password,
            tls=self.tls() if self.uses_tls else None,
            agent_version=agent_version,
            reconnect_cap_s=reconnect_cap_s,
        )


def _credentials(answer: _Answer, claim: DeviceClaim, hub_url: str) -> DeviceCredentials:
    return DeviceCredentials(
        tenant=claim.tenant,
        store=answer.store_id,
        device=claim.device,
        password=answer.password,
        brokers=tuple(BrokerAddress(**one.model_dump()) for one in answer.brokers),
        hub_url=hub_url.rstrip("/"),
        artifact_root=answer.artifact_root,
        handle_key=answer.handle_key,
        authorities=answer.authorities,
        is_public=claim.fingerprint is None,
        certificate=answer.certificate,
    )


def load_credentials(folder: Path, claim: DeviceClaim, hub_url: str) -> DeviceCredentials | None:
    """What an earlier claim left in the folder for this device and hub; None if nothing fits."""
    try:
        kept = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if (kept["tenant"], kept["device"]) != (claim.tenant, claim.device):
            return None
        if kept["hub_url"] != hub_url.rstrip("/"):
            return None
        known = _credentials(_Answer.model_validate(kept), claim, hub_url)
        is_public = bool(kept.get("is_public", True))
        return replace(known, identity=folder / IDENTITY_FILE, is_public=is_public)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def save_credentials(
    folder: Path, credentials: DeviceCredentials, *, dies_at: Failpoint | None = None
) -> None:
    """Keep them, readable for the agent alone."""
    kept = {
        "tenant": credentials.tenant,
        "device": credentials.device,
        "hub_url": credentials.hub_url,
        "store_id": credentials.store,
        "password": credentials.password,
        "brokers": [asdict(one) for one in credentials.brokers],
        "artifact_root": credentials.artifact_root,
        "handle_key": credentials.handle_key,
        "authorities": credentials.authorities,
        "is_public": credentials.is_public,
    }
    write_private(folder / FILE_NAME, json.dumps(kept), dies_at=dies_at)


def claim_secret(folder: Path, *, used: str | None = None) -> str:
    """The password the device proposes, kept before it asks: an answer lost on its way would
    otherwise lock it out, since a claim token is good for one password only. Never `used` again,
    which the hub took back."""
    path = folder / SECRET_FILE
    with suppress(OSError):
        if (kept := path.read_text(encoding="ascii").strip()) and kept != used:
            return kept
    secret = secrets.token_urlsafe(32)
    write_private(path, secret, dies_at=Failpoint.ENROL_MID_PROPOSAL)
    return secret


async def claim_once(
    session: aiohttp.ClientSession,
    hub_url: str,
    claim: DeviceClaim,
    *,
    secret: str | None = None,
    csr: str | None = None,
) -> DeviceCredentials:
    """The credentials the hub gives for a claim token: with `secret` as the password, and then the
    same again when asked again; with a certificate for the request `csr`, where the hub gives any.

    Raises ClaimRefused when it says no or nothing that a hub would say, and an error of `ODD` when
    it says nothing.
    """
    body = {
        "tenant_id": claim.tenant,
        "device_id": claim.device,
        "claim_token": claim.claim_token,
    }
    if secret is not None:
        body["secret"] = secret
    if csr is not None:
        body["csr"] = csr
    url = f"{hub_url.rstrip('/')}/api/v1/devices/claim"
    async with session.post(url, json=body, allow_redirects=False) as answer:
        reach(Failpoint.ENROL_BEFORE_READING)
        status, said = answer.status, await bounded_body(answer)
        if status >= 500:
            answer.raise_for_status()
    if status == 422 and csr is not None:
        # A hub from before there were certificates.
        return await claim_once(session, hub_url, claim, secret=secret)
    if status != 200:
        words = " ".join(said[:300].decode("utf-8", "replace").split())
        raise ClaimRefused(f"the hub refuses {claim.device}'s claim: {words or status}")
    try:
        given = _Answer.model_validate_json(said)
    except ValueError as error:
        raise ClaimRefused(f"{url} does not answer as a hub does") from error
    return _credentials(given, claim, hub_url)


async def claim_with_key(
    folder: Path, hub_url: str, claim: DeviceClaim, secret: str
) -> DeviceCredentials:
    """Claims, with a key made here and now, and keeps what came of it in the folder. The token is
    said to nobody but the hub of the claim code, or one that the machine believes.

    Raises ClaimRefused, or an error of `ODD`.
    """
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    tls = await way_to(hub_url, claim.fingerprint, timeout)
    request = await asyncio.to_thread(new_request, claim.device)
    reach(Failpoint.ENROL_BEFORE_ASKING)
    async with hub_session(tls, timeout=timeout) as session:
        given = await claim_once(session, hub_url, claim, secret=secret, csr=request.csr)
    if given.certificate is not None:
        check_answer(request, given.certificate, given.authorities or "")
        reach(Failpoint.ENROL_BEFORE_KEEPING)
        dies_at = Failpoint.ENROL_MID_IDENTITY
        await asyncio.to_thread(keep_identity, folder, request, given.certificate, dies_at=dies_at)
    reach(Failpoint.ENROL_BEFORE_CREDENTIALS)
    known = replace(given, certificate=None, identity=folder / IDENTITY_FILE)
    await asyncio.to_thread(
        save_credentials, folder, known, dies_at=Failpoint.ENROL_MID_CREDENTIALS
    )
    return known
