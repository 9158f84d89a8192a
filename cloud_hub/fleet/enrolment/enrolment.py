"""How a device gets its password: once, with the claim token that master data gave it."""

import asyncio
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.trust.certificates import require_enabled, revoke
from cloud_hub.link.broker.caller import DEVICE_NAME, CheckDevice
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow

CLAIMED_ALREADY = 409
"""Says that the token was right, and was used."""
UNKNOWN_CLAIM = "no device of this name waits for that claim token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a device says to get its password. It may bring one of its own as `secret`, so that it
    can ask again when the answer was lost on its way."""

    tenant_id: str
    device_id: str
    claim_token: str
    secret: str | None = None


def claim(session: Session, said: Claim, now: datetime) -> tuple[DeviceIdentity, str]:
    """The device and its new password, of which only the hash is kept.

    A token opens the devices that master data gave it to, each once. Raises Refused for a wrong
    token, for a device that left the chain, and for a second claim with another secret or none
    until `reset_claim`.
    """
    device = session.get(DeviceRow, (said.tenant_id, said.device_id))
    offered, secret = hash_token(said.claim_token), said.secret
    # One that left the chain waits no more, also where another of the same token does.
    if device is None or device.left_at is not None:
        raise Refused(UNKNOWN_CLAIM, status=403)
    if not hmac.compare_digest(device.claim_token_hash, offered):
        raise Refused(UNKNOWN_CLAIM, status=403)
    require_enabled(device)
    if secret is not None and hmac.compare_digest(device.password_hash or "", hash_token(secret)):
        return _identity(device), secret
    if device.claimed_at is not None:
        at = device.claimed_at.isoformat(timespec="seconds")
        raise Refused(
            f"device {said.device_id} was claimed at {at};"
            " reset its claim at the hub if it lost its data",
            status=CLAIMED_ALREADY,
        )
    password = secret or secrets.token_urlsafe(32)
    device.password_hash = hash_token(password)
    device.claimed_at = now
    return _identity(device), password


def reset_claim(session: Session, device: DeviceRow, now: datetime) -> None:
    """Lets the device be claimed once more; its present password and certificates end."""
    device.password_hash = device.claimed_at = None
    revoke(session, device, now)


def disable(session: Session, device: DeviceRow, now: datetime) -> None:
    """Lets the device in no more: its password and certificates end, its claim is refused. Nothing
    where that is so already."""
    device.disabled_at = device.disabled_at or now
    device.password_hash = None
    revoke(session, device, now)


def enable(session: Session, device: DeviceRow, now: datetime) -> None:
    """Lets a disabled device be claimed once more. Nothing for one that is not."""
    if device.disabled_at is not None:
        device.disabled_at = None
        reset_claim(session, device, now)


def new_claim_token(session: Session, device: DeviceRow, now: datetime, *, again: bool) -> str:
    """A token with which the device may be claimed; the one it had ends. Raises Refused (403, 409)
    for a disabled device, and for one that is claimed unless it shall be claimed `again`."""
    require_enabled(device)
    if device.claimed_at is not None and not again:
        raise Refused(
            f"device {device.device_id} is claimed; a new code ends its way in: ask for it to be"
            " claimed again",
            status=409,
        )
    token = secrets.token_urlsafe(24)
    device.claim_token_hash = hash_token(token)
    reset_claim(session, device, now)
    return token


def check_device(session: Session, device_id: str, password: str) -> DeviceIdentity | None:
    """The device with this name and password, or None. What can be no device's name is not looked
    for."""
    if not DEVICE_NAME.fullmatch(device_id):
        return None
    offered = hash_token(password)
    found = None
    for device in session.scalars(sa.select(DeviceRow).where(DeviceRow.device_id == device_id)):
        if hmac.compare_digest(device.password_hash or "", offered):
            found = device
    return None if found is None else _identity(found)


def _identity(device: DeviceRow) -> DeviceIdentity:
    return DeviceIdentity(
        tenant_id=device.tenant_id, store_id=device.store_id, device_id=device.device_id
    )


def device_checker(database: Database) -> CheckDevice:
    """Checks device passwords against the database, off the event loop."""

    def look(device_id: str, password: str) -> DeviceIdentity | None:
        with database.sessions() as session:
            return check_device(session, device_id, password)

    async def check(device_id: str, password: str) -> DeviceIdentity | None:
        return await asyncio.to_thread(look, device_id, password)

    return check
