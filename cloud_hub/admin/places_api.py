"""Doors that read places, devices, the link's accounts and the stock ledger."""

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import BaseModel

from cloud_hub.core.errors import Refused
from cloud_hub.core.text import Said
from cloud_hub.master_data.place_tables import Device, Store
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

router = APIRouter(prefix="/api/v1", tags=["places"])


class StoreAnswer(BaseModel):
    """A store."""

    store_id: str
    name: Said
    region: Said
    time_zone: str
    gln: str
    selling_area_m2: float


class DeviceAnswer(BaseModel):
    """A device, and when the hub last heard of it."""

    device_id: str
    store_id: str
    kind: str
    name: Said
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
