"""HTTP: stock balances."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from cloud_hub.core.errors import Refused
from cloud_hub.stock.ledger import balances
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

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
