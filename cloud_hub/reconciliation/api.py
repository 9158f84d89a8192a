"""HTTP: the link's audit, a device's ledger, one record's way."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.master_data.place_tables import Device
from cloud_hub.reconciliation.device_trace import audit_json, places_of
from cloud_hub.reconciliation.event_trace import RecordName, place_of
from cloud_hub.reconciliation.event_trace_text import record_json
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.web.api.dependencies import HubOf, ViewerOf, require_operator
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

router = APIRouter(prefix="/api/v1", tags=["places"])


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
    device_id: Identifier,
    epoch: int,
    lane: str,
    seq: int,
    hub: HubOf,
    parts: PartsOf,
    viewer: ViewerOf,
) -> dict[str, Any]:
    """Where one record is: received and what was made of it, lost and why, waiting, or never
    produced. `lane` is its name or number."""
    name = RecordName.read(f"{device_id}/{epoch}/{lane}/{seq}")
    with hub.sessions() as session:
        device = _device(session, viewer, device_id)
        return record_json(place_of(session, device, name, parts.projector.projections.traces))


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
