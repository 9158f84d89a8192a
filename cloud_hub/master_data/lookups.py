"""Small look-ups of master data: time zones of stores, stores of regions."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.master_data.place_tables import StoreRow


def known_zones(session: Session) -> dict[tuple[str, str], ZoneInfo]:
    """Time zone of every store, by tenant and store."""
    rows = session.execute(sa.select(StoreRow.tenant_id, StoreRow.store_id, StoreRow.time_zone))
    return {(tenant, store): ZoneInfo(zone) for tenant, store, zone in rows}


def stores_by_region(session: Session, tenant_id: str) -> dict[str, set[str]]:
    """The stores of each region, under every name that the region has."""
    found: dict[str, set[str]] = {}
    rows = session.execute(
        sa.select(StoreRow.store_id, StoreRow.region).where(StoreRow.tenant_id == tenant_id)
    )
    for store_id, names in rows:
        for name in names.values():
            if name:
                found.setdefault(name, set()).add(store_id)
    return found
