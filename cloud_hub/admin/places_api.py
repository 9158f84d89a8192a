"""Doors that read places, devices, the link's accounts and the stock ledger."""

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.text import Said
from cloud_hub.master_data.place_tables import DeviceRow, StoreRow
from cloud_hub.web.api.dependencies import HubOf, ViewerOf, allowed
from device_profiles.names import Identifier

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
    """The stores this login may see, but those that were retired."""
    mine = (
        StoreRow.tenant_id == viewer.tenant_id,
        StoreRow.retired_from.is_(None),
        scope_of(viewer).stores,
    )
    query = sa.select(StoreRow).where(*mine).order_by(StoreRow.store_id)
    with hub.sessions() as session:
        return [
            StoreAnswer.model_validate(store, from_attributes=True)
            for store in session.scalars(query)
        ]


@router.get("/devices")
def list_devices(
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_DEVICE)],
    store: Annotated[Identifier | None, Query()] = None,
) -> list[DeviceAnswer]:
    """The devices this login may see, of one store if asked."""
    mine = (DeviceRow.tenant_id == viewer.tenant_id, scope_of(viewer).devices)
    query = sa.select(DeviceRow).where(*mine)
    if store is not None:
        query = query.where(DeviceRow.store_id == store)
    with hub.sessions() as session:
        return [
            DeviceAnswer.model_validate(device, from_attributes=True)
            for device in session.scalars(query.order_by(DeviceRow.store_id, DeviceRow.device_id))
        ]
