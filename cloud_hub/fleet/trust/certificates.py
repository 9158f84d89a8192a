"""A device's certificates: what was issued to whom, and what of it counts no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from cryptography import x509
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.authority import Authority, open_authority
from cloud_hub.core.keys.certificates import (
    certificate_pem,
    fingerprint,
    requested_key,
    serial_text,
    uris_of,
)
from cloud_hub.fleet.tables import DeviceCertificate
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.names import device_of_uri

MOST_AT_ONCE = 10
"""Certificates of one device within a day, or half their life: one that asks without end fills the
hub's tables."""
KEPT = timedelta(days=90)
"""How long a certificate's row stays after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a device gets: its certificate, and the roots by which it knows hub and brokers."""

    certificate: str
    authorities: str


def authority_of(hub: Hub) -> Authority:
    """The hub's authority as its files are now. Raises UnusableData."""
    return open_authority(hub.settings)


def issue(
    session: Session, authority: Authority, device: DeviceIdentity, csr: str, now: datetime
) -> Issued:
    """A certificate for the key in the request. Raises Refused for a request that cannot be
    answered (422), and where the device asks too often (429)."""
    key = requested_key(csr)
    _require_patience(session, authority, device, now)
    made = authority.for_device(device.tenant_id, device.device_id, key, now)
    session.add(
        DeviceCertificate(
            tenant_id=device.tenant_id,
            device_id=device.device_id,
            serial=serial_text(made),
            issuer=fingerprint(authority.issuers[0].certificate),
            fingerprint=fingerprint(made),
            issued_at=now,
            not_after=made.not_valid_after_utc,
            revoked_at=None,
        )
    )
    session.flush()
    return Issued(certificate=certificate_pem(made), authorities=authority.roots_pem)


def _require_patience(
    session: Session, authority: Authority, device: DeviceIdentity, now: datetime
) -> None:
    row, window = DeviceCertificate, min(timedelta(days=1), authority.device_lasts / 2)
    of_device = (row.tenant_id == device.tenant_id) & (row.device_id == device.device_id)
    recent = sa.select(sa.func.count()).where(of_device, row.issued_at > now - window)
    if (session.scalar(recent) or 0) >= MOST_AT_ONCE:
        minutes = window.total_seconds() / 60
        raise Refused(
            f"this device had {MOST_AT_ONCE} certificates within {minutes:.0f} minutes; ask later",
            status=429,
        )
    session.execute(sa.delete(row).where(of_device, row.not_after < now - KEPT))


def revoke(session: Session, device: DeviceRow, now: datetime) -> int:
    """None of the device's certificates counts any more; how many did."""
    row = DeviceCertificate
    result = session.execute(
        sa.update(row)
        .where(
            row.tenant_id == device.tenant_id,
            row.device_id == device.device_id,
            row.revoked_at.is_(None),
            row.not_after > now,
        )
        .values(revoked_at=now)
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]  # an UPDATE counts


def revoked(session: Session, now: datetime) -> dict[str, list[tuple[int, datetime]]]:
    """Serial numbers that count no more before their time, and since when, by root."""
    row = DeviceCertificate
    query = sa.select(row.issuer, row.serial, row.revoked_at).where(
        row.revoked_at.is_not(None), row.not_after > now
    )
    found: dict[str, list[tuple[int, datetime]]] = {}
    for issuer, serial, revoked_at in session.execute(query):
        found.setdefault(issuer, []).append((int(serial, 16), revoked_at or now))
    return found


def holders_under(session: Session, root: x509.Certificate, now: datetime) -> list[str]:
    """The devices that still hold a certificate of this root and none of another."""
    row = DeviceCertificate
    valid = row.revoked_at.is_(None) & (row.not_after > now)
    names = (row.tenant_id, row.device_id)
    here = sa.select(*names).where(valid, row.issuer == fingerprint(root)).distinct()
    others = sa.select(*names).where(valid, row.issuer != fingerprint(root)).distinct()
    have_others = {tuple(one) for one in session.execute(others)}
    found = (tuple(one) for one in session.execute(here))
    return sorted("/".join(one) for one in found if one not in have_others)


def counts(session: Session, issuers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """How many certificates were issued by each root and how many of these are revoked."""
    row = DeviceCertificate
    told: dict[str, tuple[int, int]] = {}
    for issuer in issuers:
        query = sa.select(sa.func.count(), sa.func.count(row.revoked_at)).where(
            row.issuer == issuer
        )
        issued, gone = session.execute(query).one()
        told[issuer] = (issued, gone)
    return told


def identify(session: Session, certificate: x509.Certificate, now: datetime) -> DeviceIdentity:
    """The device that presents this certificate, whose chain was verified before.

    Raises Refused (401) where it is no device's, is not valid now, was revoked, or its device is
    let in no more. A certificate that the hub does not remember is one from before a backup, and
    counts.
    """
    named = [one for uri in uris_of(certificate) if (one := device_of_uri(uri)) is not None]
    device = session.get(DeviceRow, named[0]) if len(named) == 1 else None
    if device is None or device.left_at is not None:
        raise Refused("this certificate is of no device here", status=401)
    require_enabled(device)
    if device.claimed_at is None:
        raise Refused("this device waits to be claimed; its certificate ended", status=401)
    if now > certificate.not_valid_after_utc:
        ended = certificate.not_valid_after_utc.isoformat(timespec="seconds")
        raise Refused(f"this certificate ended at {ended}; renew it", status=401)
    kept = session.get(DeviceCertificate, (*named[0], serial_text(certificate)))
    if kept is not None and kept.revoked_at is not None:
        at = kept.revoked_at.isoformat(timespec="seconds")
        raise Refused(f"this certificate was revoked at {at}", status=401)
    return DeviceIdentity(
        tenant_id=device.tenant_id, store_id=device.store_id, device_id=device.device_id
    )


def require_enabled(device: DeviceRow) -> None:
    """Nothing. Raises Refused (403) for a device that is let in no more."""
    if device.disabled_at is not None:
        at = device.disabled_at.isoformat(timespec="seconds")
        raise Refused(f"device {device.device_id} was disabled at the hub at {at}", status=403)
