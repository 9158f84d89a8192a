"""Which devices may connect now."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow


def allowed_devices(session: Session) -> tuple[DeviceIdentity, ...]:
    """Every device that was claimed, is not disabled and that its chain still names, in a fixed
    order."""
    rows = session.execute(
        sa.select(DeviceRow.tenant_id, DeviceRow.store_id, DeviceRow.device_id)
        .where(
            DeviceRow.claimed_at.is_not(None),
            DeviceRow.left_at.is_(None),
            DeviceRow.disabled_at.is_(None),
        )
        .order_by(DeviceRow.tenant_id, DeviceRow.device_id)
    )
    return tuple(
        DeviceIdentity(tenant_id=tenant_id, store_id=store_id, device_id=device_id)
        for tenant_id, store_id, device_id in rows
    )
