"""HTTP: master data loaded whole."""

from fastapi import APIRouter

from cloud_hub.access.permissions import Permission
from cloud_hub.admin.loading import load_chain
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from device_profiles.store import ChainProfile

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class LoadedAnswer(Body):
    """How much the chain holds."""

    tenant_id: str
    stores: int
    products: int
    devices: int


@router.post("/master-data")
def load_master_data(chain: ChainProfile, hub: HubOf, caller: CallerOf) -> LoadedAnswer:
    """Loads a chain: whole or not at all; the same twice changes nothing."""
    viewer = within(caller, chain.tenant_id)
    viewer.require(Permission.EDIT_MASTER_DATA)
    with hub.database.writing() as session:
        now = hub.clock.now()
        loaded = load_chain(session, chain, by=viewer.login_name, now=now)
    return LoadedAnswer(
        tenant_id=loaded.tenant_id,
        stores=loaded.stores,
        products=loaded.products,
        devices=loaded.devices,
    )
