"""HTTP: the records of assets, all of them for an export, and what is written into one."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.assets.record import AssetBook, AssetRecord, AssetSheet, CareVisit, record_at
from cloud_hub.fleet.assets.tables import Asset
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from device_profiles.names import Identifier
from device_profiles.values.bounds import Day, Remark, Sha256, Text, Word

router = APIRouter(prefix="/api/v1", tags=["assets"])

Result = TypeVar("Result")


class AssetBody(Body):
    """What an asset is."""

    serial: Annotated[Word, Field(min_length=1)]
    model: Text = ""
    owner: Text = ""
    warranty_until: Day | None = None
    installed_on: Day | None = None
    note: Remark = ""


class VisitBody(Body):
    """Who saw to an asset, and what he found."""

    visited_on: Day
    visitor: Annotated[Text, Field(min_length=1)]
    symptom: Annotated[Text, Field(min_length=1)]
    cause: Text = ""
    parts: Text = ""
    note: Remark = ""
    photo_sha256: Sha256 | None = None


@router.get("/assets")
def read_assets(tenant_id: Identifier, hub: HubOf, caller: CallerOf) -> dict[str, AssetRecord]:
    """The record of every asset that works as a device, by device, with its visits and places."""
    viewer = within(caller, tenant_id)
    viewer.require(Permission.SEE_DEVICES)
    with hub.sessions() as session:
        devices = session.scalars(
            sa.select(DeviceRow)
            .join(
                Asset,
                sa.and_(
                    Asset.tenant_id == DeviceRow.tenant_id, Asset.device_id == DeviceRow.device_id
                ),
            )
            .where(DeviceRow.tenant_id == tenant_id, scope_of(viewer).devices)
            .order_by(DeviceRow.device_id)
        ).all()
        records = {device.device_id: record_at(session, device) for device in devices}
    return {device_id: record for device_id, record in records.items() if record is not None}


@router.put("/devices/{device_id}/asset")
def write_asset(
    device_id: Identifier, tenant_id: Identifier, body: AssetBody, hub: HubOf, caller: CallerOf
) -> AssetRecord:
    """Writes down which asset works as the device; with another serial number another one does
    from now on. 409 where that one works as another device."""
    sheet = AssetSheet(**body.model_dump())
    return _written(
        hub, within(caller, tenant_id), device_id, lambda book, device: book.write(device, sheet)
    )


@router.post("/devices/{device_id}/asset/visits", status_code=201)
def note_visit(
    device_id: Identifier, tenant_id: Identifier, body: VisitBody, hub: HubOf, caller: CallerOf
) -> AssetRecord:
    """Notes that somebody saw to the asset. 404 where none is known there, or no such photo."""
    visit = CareVisit(**body.model_dump())
    return _written(
        hub,
        within(caller, tenant_id),
        device_id,
        lambda book, device: book.note_visit(device, visit),
    )


def _written(
    hub: Hub, viewer: Viewer, device_id: str, write: Callable[[AssetBook, DeviceRow], Result]
) -> AssetRecord:
    viewer.require(Permission.ENROL_DEVICES)
    with hub.database.writing() as session:
        device = device_for(session, viewer, device_id)
        write(_book(session, viewer, hub), device)
        session.flush()
        record = record_at(session, device)
    hub.changed.announce()
    if record is None:
        raise NotFound(f"no asset is known at device {device_id}")
    return record


def _book(session: Session, viewer: Viewer, hub: Hub) -> AssetBook:
    return AssetBook(
        session=session, tenant_id=viewer.tenant_id, by=viewer.login_name, now=hub.clock.now()
    )
