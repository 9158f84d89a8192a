"""HTTP: the link's audit, a device's ledger, one record's way."""

from typing import Annotated, Any

from fastapi import APIRouter

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.reconciliation.device_trace import audit_json, places_of
from cloud_hub.reconciliation.event_trace import RecordName, place_of
from cloud_hub.reconciliation.event_trace_text import record_json
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.web.api.dependencies import HubOf, allowed
from cloud_hub.web.api.parts import PartsOf
from device_profiles.names import Identifier
from device_profiles.values.bounds import Label, Seq

router = APIRouter(prefix="/api/v1", tags=["places"])

DeviceViewer = Annotated[Viewer, allowed(Permission.SEE_DEVICE)]


@router.get("/devices/{device_id}/ledger")
def device_ledger(device_id: Identifier, hub: HubOf, viewer: DeviceViewer) -> dict[str, Any]:
    """One device's accounts: produced = received + declared lost + waiting; by epoch and lane, with
    its losses, its newest dead letters, and the boots whose clock the hub has put right."""
    with hub.sessions() as session:
        places = places_of(session, device_for(session, viewer, device_id))
        audit = audit_link(session, tenant_id=viewer.tenant_id, devices=[device_id])
        return audit.as_json() | places.as_json()


@router.get("/devices/{device_id}/records/{epoch}/{lane}/{seq}")
def device_record(
    device_id: Identifier,
    epoch: Seq,
    lane: Label,
    seq: Seq,
    hub: HubOf,
    parts: PartsOf,
    viewer: DeviceViewer,
) -> dict[str, Any]:
    """Where one record is: received and what was made of it, lost and why, waiting, or never
    produced. `lane` is its name or number."""
    name = RecordName.read(f"{device_id}/{epoch}/{lane}/{seq}")
    with hub.sessions() as session:
        device = device_for(session, viewer, device_id)
        return record_json(place_of(session, device, name, parts.projector.projections.traces))


@router.get("/audit")
def audit(hub: HubOf, viewer: Annotated[Viewer, allowed(Permission.SEE_LINK)]) -> dict[str, Any]:
    """Per device and lane: produced, received, declared lost (and why), waiting, and whether they
    add up."""
    with hub.sessions() as session:
        return audit_json(session, viewer.tenant_id)
