"""A claim code that was just made, for the page of whoever made it. It is kept encrypted, and the
key stands in that page's address alone: neither the database nor an address by itself tells it."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from cloud_hub.fleet.tables import ShownCode
from cloud_hub.master_data.place_tables import DeviceRow

SHOWN_FOR: Final = timedelta(minutes=15)
PADDING: Final = "="


def keep_shown(session: Session, device: DeviceRow, code: str, login: str, now: datetime) -> str:
    """The key with which `login` can see the code for a quarter of an hour."""
    key = Fernet.generate_key()
    of_device = (ShownCode.tenant_id == device.tenant_id) & (
        ShownCode.device_id == device.device_id
    )
    session.flush()
    session.execute(sa.delete(ShownCode).where(of_device | (ShownCode.until <= now)))
    session.add(
        ShownCode(
            tenant_id=device.tenant_id,
            device_id=device.device_id,
            login_name=login,
            sealed=Fernet(key).encrypt(code.encode()).decode(),
            until=now + SHOWN_FOR,
        )
    )
    session.flush()
    return key.decode().rstrip(PADDING)


def shown_code(
    session: Session, device: DeviceRow, key: str, login: str, now: datetime
) -> str | None:
    """The code; None once its time is over, the device is claimed, or for anybody else."""
    row = session.get(ShownCode, (device.tenant_id, device.device_id))
    if row is None or row.login_name != login or now >= row.until or device.claimed_at is not None:
        return None
    try:
        return Fernet(key + PADDING).decrypt(row.sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None
