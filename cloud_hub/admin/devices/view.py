"""The devices that a login may set up, one of them to change, and where a new one can stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for, scope_of
from cloud_hub.core.text import Said
from cloud_hub.fleet.assets.record import AssetRecord, record_at
from cloud_hub.fleet.enrolment.devices import DeviceSheet, sheet_of
from cloud_hub.fleet.enrolment.knocks import Knocked, knocks_for
from cloud_hub.fleet.enrolment.shown_codes import shown_code
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow, StoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpState:
    """How far a device is: who left the chain comes before who is locked, claimed, waiting."""

    left_at: datetime | None
    disabled_at: datetime | None
    claimed_at: datetime | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceListed:
    """A device in the list."""

    device_id: str
    sheet: DeviceSheet
    standing: SetUpState


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a device can stand: stores and fixtures by id, with what they are called."""

    stores: Mapping[str, Said]
    fixtures: Mapping[str, tuple[str, Said]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesView:
    """Every device that the viewer may see, also those that left; who knocked and was not let in;
    the id that a form for one more begins with."""

    devices: tuple[DeviceListed, ...]
    places: Places
    knocks: tuple[Knocked, ...] = ()
    new_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEdit:
    """One device to change, the claim code that the viewer has just made of it, if so, and the
    record of the machine that works as it."""

    device: DeviceListed
    places: Places
    code: str | None
    record: AssetRecord | None = None


def devices_view(session: Session, viewer: Viewer, new_id: str = "") -> DevicesView:
    """The devices. Raises NotYours."""
    viewer.require(Permission.SEE_DEVICES)
    rows = session.scalars(
        sa.select(DeviceRow)
        .where(DeviceRow.tenant_id == viewer.tenant_id, scope_of(viewer).devices)
        .order_by(DeviceRow.store_id, DeviceRow.device_id)
    )
    return DevicesView(
        devices=tuple(_listed(row) for row in rows),
        places=_places(session, viewer),
        knocks=knocks_for(session, viewer),
        new_id=new_id,
    )


def device_edit(
    session: Session, viewer: Viewer, device_id: str, key: str | None, now: datetime
) -> DeviceEdit:
    """One device; `key` opens the code. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_DEVICES)
    row = device_for(session, viewer, device_id)
    code = None if key is None else shown_code(session, row, key, viewer.login_name, now)
    return DeviceEdit(
        device=_listed(row),
        places=_places(session, viewer),
        code=code,
        record=record_at(session, row),
    )


def _listed(row: DeviceRow) -> DeviceListed:
    return DeviceListed(
        device_id=row.device_id,
        sheet=sheet_of(row),
        standing=SetUpState(
            left_at=row.left_at,
            disabled_at=row.disabled_at,
            claimed_at=row.claimed_at,
            heard_at=row.heard_at,
        ),
    )


def _places(session: Session, viewer: Viewer) -> Places:
    scope, of_chain = scope_of(viewer), viewer.tenant_id
    stores = session.scalars(
        sa.select(StoreRow)
        .where(StoreRow.tenant_id == of_chain, StoreRow.retired_from.is_(None), scope.stores)
        .order_by(StoreRow.store_id)
    )
    fixtures = session.scalars(
        sa.select(FixtureRow)
        .where(FixtureRow.tenant_id == of_chain, FixtureRow.retired_from.is_(None), scope.fixtures)
        .order_by(FixtureRow.store_id, FixtureRow.letter)
    )
    return Places(
        stores={row.store_id: row.name for row in stores},
        fixtures={row.fixture_id: (row.store_id, row.name) for row in fixtures},
    )
