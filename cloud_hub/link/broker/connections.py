"""When each device was linked: a row from its hello until it is gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.link.tables import DeviceConnection
from cloud_hub.master_data.place_tables import DeviceRow

SILENCE = timedelta(minutes=10)
"""Over an external broker the hub sees no device leave: one that says nothing for so long has. One
that is quiet says hello every 4 minutes."""


def open_connection(session: Session, device: DeviceRow, now: datetime) -> None:
    """The device is linked from now on; what it had before ends."""
    _end_open(session, device.tenant_id, device.device_id, now)
    row = session.get(DeviceConnection, (device.tenant_id, device.device_id, now))
    if row is None:
        row = DeviceConnection(
            tenant_id=device.tenant_id, device_id=device.device_id, started_at=now
        )
        session.add(row)
    row.ended_at = None
    session.flush()


def ensure_connection(session: Session, device: DeviceRow, now: datetime) -> None:
    """A device that is heard is linked, even where its leaving was noted too late."""
    known = session.scalars(_open_rows(device.tenant_id, device.device_id).limit(1)).first()
    if known is None:
        open_connection(session, device, now)


def connected(session: Session, names: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of the devices (tenant, device) are linked."""
    at = (DeviceConnection.tenant_id, DeviceConnection.device_id)
    rows = session.execute(
        sa.select(*at).where(DeviceConnection.ended_at.is_(None), sa.tuple_(*at).in_(names))
    )
    return {(tenant_id, device_id) for tenant_id, device_id in rows}


def end_connection(session: Session, tenant_id: str, device_id: str, now: datetime) -> None:
    """The device is not linked any more."""
    _end_open(session, tenant_id, device_id, now)
    session.flush()


def _end_open(session: Session, tenant_id: str, device_id: str, now: datetime) -> None:
    for row in session.scalars(_open_rows(tenant_id, device_id)):
        row.ended_at = max(now, row.started_at)


def end_every_connection(session: Session) -> None:
    """The hub has just started: whoever was linked is not yet again. They ended when last heard."""
    _end(session, session.scalars(_open_rows()).all())


def end_silent_connections(session: Session, now: datetime) -> None:
    """Ends the connections of devices that were not heard for long."""
    silent = sa.or_(DeviceRow.heard_at.is_(None), DeviceRow.heard_at < now - SILENCE)
    rows = session.scalars(
        _open_rows()
        .join(
            DeviceRow,
            (DeviceRow.tenant_id == DeviceConnection.tenant_id)
            & (DeviceRow.device_id == DeviceConnection.device_id),
        )
        .where(silent, DeviceConnection.started_at < now - SILENCE)
    ).all()
    _end(session, rows)


def _end(session: Session, rows: Sequence[DeviceConnection]) -> None:
    for row in rows:
        device = session.get(DeviceRow, (row.tenant_id, row.device_id))
        heard_at = device.heard_at if device is not None else None
        row.ended_at = max(heard_at or row.started_at, row.started_at)


def _open_rows(
    tenant_id: str | None = None, device_id: str | None = None
) -> sa.Select[DeviceConnection]:
    query = sa.select(DeviceConnection).where(DeviceConnection.ended_at.is_(None))
    if tenant_id is None:
        return query
    return query.where(
        DeviceConnection.tenant_id == tenant_id, DeviceConnection.device_id == device_id
    )
