"""HTTP: stock balances."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.stock.ledger import balances
from cloud_hub.web.api.dependencies import HubOf, allowed
from device_profiles.names import Identifier
from device_profiles.values.bounds import Moment

router = APIRouter(prefix="/api/v1", tags=["places"])


class BalanceAnswer(BaseModel):
    """What a location holds of a product; below zero where more was taken than was booked."""

    location: str
    gtin: str
    quantity: Decimal


@router.get("/stock/{store_id}")
def stock(
    store_id: Identifier,
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_STOCK)],
    gtin: Annotated[str | None, Query(pattern=r"^[0-9]{14}$")] = None,
    at: Moment | None = None,
) -> list[BalanceAnswer]:
    """Balances of one store's moves, virtual locations included: each product adds up to zero. 404
    for a store that is not there, or not for this login."""
    with hub.sessions() as session:
        known = session.get(StoreRow, (viewer.tenant_id, store_id))
        if known is None or not viewer.sees_store(store_id):
            raise NotFound(f"there is no store {store_id!r}")
        found = balances(session, viewer.tenant_id, store_id=store_id, gtin=gtin, at=at)
    return [
        BalanceAnswer(location=one.location, gtin=one.gtin, quantity=one.quantity) for one in found
    ]
