"""Small look-ups of master data that the link needs for every message."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.master_data.place_tables import Store


def known_zones(session: Session) -> dict[tuple[str, str], ZoneInfo]:
    """Time zone of every store, by tenant and store."""
    rows = session.execute(sa.select(Store.tenant_id, Store.store_id, Store.time_zone))
    return {(tenant, store): ZoneInfo(zone) for tenant, store, zone in rows}
