"""Doors that read places, devices, the link's accounts and the stock ledger."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from cloud_hub.core.errors import Refused
from cloud_hub.ledger import balances
from cloud_hub.master_data.place_tables import Device, Store
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
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
