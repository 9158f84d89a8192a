"""Devices that knocked and were not let in: their id is not known, or their claim token is wrong.
What they brought as a token or password is not kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.throttle import network_of
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.fleet.tables import Knock
from cloud_hub.master_data.place_tables import DeviceRow, Tenant

KEPT: Final = 100
"""The newest of a chain."""
KEPT_OF_NETWORK: Final = 20
"""The newest of one network: whoever tries many names hides nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocked:
    """A device that knocked, as which, from where, how often; `is_known`: a device of this id is
    set up, and its token was wrong, or it was out of the chain."""

    device_id: str
    address: str
    first_at: datetime
    last_at: datetime
    times: int
    is_known: bool


def note_knock(
    session: Session, tenant_id: str, device_id: str, address: str, now: datetime
) -> None:
    """One more knock, kept among the newest. Nothing for a chain that is not here."""
    if session.get(Tenant, tenant_id) is None:
        return
    row = session.get(Knock, (tenant_id, device_id, address))
    if row is not None:
        row.last_at, row.times = now, row.times + 1
        return
    session.add(
        Knock(
            tenant_id=tenant_id,
            device_id=device_id,
            address=address,
            network=network_of(address),
            first_at=now,
            last_at=now,
            times=1,
        )
    )
    session.flush()
    of_chain = Knock.tenant_id == tenant_id
    _keep_newest(session, of_chain & (Knock.network == network_of(address)), KEPT_OF_NETWORK)
    _keep_newest(session, of_chain, KEPT)


def forget_knocks(session: Session, tenant_id: str, device_id: str) -> None:
    """It was let in."""
    session.execute(
        sa.delete(Knock).where(Knock.tenant_id == tenant_id, Knock.device_id == device_id)
    )


def knocks_for(session: Session, viewer: Viewer) -> tuple[Knocked, ...]:
    """Who knocked, the latest first, for whoever sees how devices are set up: an unknown id is of
    no store, and is for those who see them all."""
    if not viewer.may(Permission.SEE_DEVICES):
        return ()
    known = set(
        session.scalars(
            sa.select(DeviceRow.device_id).where(DeviceRow.tenant_id == viewer.tenant_id)
        )
    )
    seen = set(
        session.scalars(
            sa.select(DeviceRow.device_id).where(
                DeviceRow.tenant_id == viewer.tenant_id, scope_of(viewer).devices
            )
        )
    )
    rows = session.scalars(
        sa.select(Knock)
        .where(Knock.tenant_id == viewer.tenant_id)
        .order_by(Knock.last_at.desc(), Knock.device_id)
    )
    return tuple(
        Knocked(
            device_id=row.device_id,
            address=row.address,
            first_at=row.first_at,
            last_at=row.last_at,
            times=row.times,
            is_known=row.device_id in known,
        )
        for row in rows
        if row.device_id in seen or (viewer.store_ids is None and row.device_id not in known)
    )


def _keep_newest(session: Session, of: sa.ColumnElement[bool], number: int) -> None:
    old = session.scalars(
        sa.select(Knock).where(of).order_by(Knock.last_at.desc(), Knock.device_id).offset(number)
    ).all()
    for row in old:
        session.delete(row)
    session.flush()
