"""Which devices an artifact is for."""

import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.master_data.place_tables import DeviceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChoice:
    """The devices named, or those of a store or a kind; of them a `share`, the same ones each
    time."""

    device_ids: Collection[str] = ()
    store_id: str | None = None
    kind: str | None = None
    share: float = 1.0


def choose_devices(session: Session, tenant_id: str, choice: DeviceChoice) -> list[DeviceRow]:
    """The devices meant. Raises Refused when one that is named is not there, or none is."""
    query = sa.select(DeviceRow).where(DeviceRow.tenant_id == tenant_id)
    if choice.device_ids:
        query = query.where(DeviceRow.device_id.in_(choice.device_ids))
    if choice.store_id is not None:
        query = query.where(DeviceRow.store_id == choice.store_id)
    if choice.kind is not None:
        query = query.where(DeviceRow.kind == choice.kind)
    found = sorted(session.scalars(query), key=_wave)
    missing = sorted(set(choice.device_ids) - {device.device_id for device in found})
    if missing or not found:
        raise Refused(f"no device {missing[0] if missing else 'is meant by that'}", status=404)
    return found[: max(1, math.ceil(choice.share * len(found)))]


def _wave(device: DeviceRow) -> str:
    """Orders devices as if at random, but always alike: a larger share holds the smaller one."""
    return hashlib.sha256(device.device_id.encode()).hexdigest()
