"""Doors that read places, devices, the link's accounts and the stock ledger."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.audit import audit_link
from cloud_hub.core.errors import Refused
from cloud_hub.ledger import balances
from cloud_hub.master_data.place_tables import Device, Store
from cloud_hub.record import RecordName, place_of
from cloud_hub.record_words import record_json
from cloud_hub.web.api.dependencies import HubOf, ViewerOf, require_operator
from cloud_hub.whereabouts import audit_json, places_of
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

router = APIRouter(prefix="/api/v1", tags=["places"])


class StoreAnswer(BaseModel):
    """A store."""

    store_id: str
    name_en: str
    name_zh: str
    region_en: str
    region_zh: str
    time_zone: str
    gln: str
    selling_area_m2: float


class DeviceAnswer(BaseModel):
    """A device, and when the hub last heard of it."""

    device_id: str
    store_id: str
    kind: str
    name_en: str
    name_zh: str
    fixture_id: str | None
    simulated: bool
    claimed_at: datetime | None
    connected_at: datetime | None
    heard_at: datetime | None
    agent_version: str | None


@router.get("/stores")
def list_stores(hub: HubOf, viewer: ViewerOf) -> list[StoreAnswer]:
    """The stores this login may see."""
    query = sa.select(Store).where(Store.tenant_id == viewer.tenant_id).order_by(Store.store_id)
    if viewer.store_id is not None:
        query = query.where(Store.store_id == viewer.store_id)
    with hub.sessions() as session:
        return [
            StoreAnswer.model_validate(store, from_attributes=True)
            for store in session.scalars(query)
        ]


@router.get("/devices")
def list_devices(
    hub: HubOf, viewer: ViewerOf, store: Annotated[Identifier | None, Query()] = None
) -> list[DeviceAnswer]:
    """The devices this login may see, of one store if asked."""
    query = sa.select(Device).where(Device.tenant_id == viewer.tenant_id)
    for only in (viewer.store_id, store):
        if only is not None:
            query = query.where(Device.store_id == only)
    if viewer.role is LoginRole.BRAND:
        raise Refused("a brand login may not see that")
    with hub.sessions() as session:
        return [
            DeviceAnswer.model_validate(device, from_attributes=True)
            for device in session.scalars(query.order_by(Device.store_id, Device.device_id))
        ]


@router.get("/devices/{device_id}/ledger")
def device_ledger(device_id: Identifier, hub: HubOf, viewer: ViewerOf) -> dict[str, Any]:
    """One device's accounts: produced = received + declared lost + waiting; by epoch and lane, with
    its losses, its newest dead letters, and the boots whose clock the hub has put right."""
    with hub.sessions() as session:
        places = places_of(session, _device(session, viewer, device_id))
        audit = audit_link(session, tenant_id=viewer.tenant_id, devices=[device_id])
        return audit.as_json() | places.as_json()


@router.get("/devices/{device_id}/records/{epoch}/{lane}/{seq}")
def device_record(
    device_id: Identifier, epoch: int, lane: str, seq: int, hub: HubOf, viewer: ViewerOf
) -> dict[str, Any]:
    """Where one record is: received and what was made of it, lost and why, waiting, or never
    produced. `lane` is its name or number."""
    name = RecordName.read(f"{device_id}/{epoch}/{lane}/{seq}")
    with hub.sessions() as session:
        device = _device(session, viewer, device_id)
        return record_json(place_of(session, device, name))


def _device(session: Session, viewer: Viewer, device_id: str) -> Device:
    device = session.get(Device, (viewer.tenant_id, device_id))
    if device is None or not _may_see_device(viewer, device):
        raise Refused(f"no device {device_id} for this login", status=404)
    return device


def _may_see_device(viewer: Viewer, device: Device) -> bool:
    if viewer.role is LoginRole.BRAND:
        return False
    return viewer.store_id in (None, device.store_id)


@router.get("/audit")
def audit(hub: HubOf, viewer: ViewerOf) -> dict[str, Any]:
    """Per device and lane: produced, received, declared lost (and why), waiting, and whether they
    add up."""
    require_operator(viewer)
    with hub.sessions() as session:
        return audit_json(session, viewer.tenant_id)


class BalanceAnswer(BaseModel):
    """What a location holds of a product; below zero where more was taken than was booked."""

    location: str
    gtin: str
    quantity: Decimal


@router.get("/stock/{store_id}")
def stock(
    store_id: Identifier,
    hub: HubOf,
    viewer: ViewerOf,
    gtin: Annotated[str | None, Query(pattern=r"^[0-9]{14}$")] = None,
    at: AwareDatetime | None = None,
) -> list[BalanceAnswer]:
    """Balances of one store's moves, virtual locations included: each product adds up to zero."""
    if viewer.role is LoginRole.BRAND or viewer.store_id not in (None, store_id):
        raise Refused("this login may not see that store's stock")
    with hub.sessions() as session:
        found = balances(session, viewer.tenant_id, store_id=store_id, gtin=gtin, at=at)
    return [
        BalanceAnswer(location=one.location, gtin=one.gtin, quantity=one.quantity) for one in found
    ]
