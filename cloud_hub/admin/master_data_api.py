"""HTTP: master data loaded whole."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud_hub.access.permissions import Permission
from cloud_hub.admin.loading import load_chain
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from device_profiles.store import ChainProfile

router = APIRouter(prefix="/api/v1", tags=["enrolment"])


class LoadedAnswer(Body):
    """How much the chain holds; how many receipt lines found their product by it; what should be
    otherwise."""

    tenant_id: str
    stores: int
    products: int
    devices: int
    healed_lines: int
    warnings: tuple[str, ...]


@router.post("/master-data")
def load_master_data(
    chain: ChainProfile,
    hub: HubOf,
    caller: CallerOf,
    correct: Annotated[bool, Query(description="Changes hold for the past too")] = False,
) -> LoadedAnswer:
    """Loads a chain: whole or not at all; the same twice changes nothing. What changes of hours,
    areas, listings and plans holds from now on, and past days are judged by what held then, unless
    `correct` says that it was wrong before."""
    viewer = within(caller, chain.tenant_id)
    viewer.require(Permission.EDIT_MASTER_DATA)
    with hub.database.writing() as session:
        done = load_chain(
            session, chain, by=viewer.login_name, now=hub.clock.now(), is_correction=correct
        )
    return LoadedAnswer(
        tenant_id=done.loaded.tenant_id,
        stores=done.loaded.stores,
        products=done.loaded.products,
        devices=done.loaded.devices,
        healed_lines=done.healed_lines,
        warnings=done.doubts,
    )
