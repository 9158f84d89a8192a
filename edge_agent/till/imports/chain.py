"""The hub's master data for imported stores: what the hub must know before it takes receipts."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path

from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import ChainProfile, DeviceKind, StoreDevice, StoreProfile
from edge_agent.till.imports.mapping import ReceiptMapping, device_of
from edge_agent.till.imports.reading import StoreFound

SECRET_FILE = "import-secret"  # noqa: S105 - a file name


def chain_of(mapping: ReceiptMapping, stores: Iterable[StoreFound], secret: bytes) -> ChainProfile:
    """A chain with these stores and one importing till each, ready for the hub's master data."""
    return ChainProfile(
        tenant_id=mapping.tenant_id,
        name=mapping.tenant_name,
        currency=mapping.currency,
        brands=(),
        products=(),
        stores=tuple(_store(mapping, found, secret) for found in stores),
    )


def store_id_of(mapping: ReceiptMapping, found: StoreFound) -> str:
    """The store's identifier.  Raises UnusableMapping."""
    return mapping.store_id or mapping.store_named(found.value)


def claim_token(secret: bytes, device_id: str) -> str:
    """The token by which an importing device claims its credentials; the same on every run."""
    return hmac.new(secret, device_id.encode(), hashlib.sha256).hexdigest()


def folder_secret(data_dir: Path) -> bytes:
    """The import folder's secret, made on first use and readable by its owner alone."""
    path = data_dir / SECRET_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def _store(mapping: ReceiptMapping, found: StoreFound, secret: bytes) -> StoreProfile:
    store_id = store_id_of(mapping, found)
    label = found.value or store_id
    device_id = device_of(store_id)
    return StoreProfile(
        store_id=store_id,
        name=Names(en=f"Store {label}", zh=f"{label} 号店"),
        time_zone=mapping.store_time_zone,
        region=Names(en="Imported", zh="导入"),
        opening_hours=OpeningHours.daily(mapping.opens, mapping.closes),
        selling_area_m2=mapping.selling_area_m2,
        devices=(
            StoreDevice(
                device_id=device_id,
                kind=DeviceKind.TILL,
                name=Names(en="Imported receipts", zh="导入的小票"),
                claim_token=claim_token(secret, device_id),
            ),
        ),
    )
