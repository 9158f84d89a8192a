"""Doors by which devices are set up one at a time."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, device_for
from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.enrolment.codes import code_for
from cloud_hub.fleet.enrolment.devices import DeviceSetUp, DeviceSheet, sheet_of
from cloud_hub.fleet.enrolment.knocks import Knocked, knocks_for
from cloud_hub.fleet.trust.upkeep import write_revoked
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import CallerOf, HubOf, within
from device_profiles.names import Identifier, Names
from device_profiles.store import DeviceKind
from device_profiles.values.bounds import Path as Address

router = APIRouter(prefix="/api/v1", tags=["devices"])

Result = TypeVar("Result")


class DeviceBody(Body):
    """What a device is set up as."""

    store_id: Identifier
    kind: DeviceKind
    name: Names
    fixture_id: Identifier | None = None


@router.put("/devices/{device_id}")
def set_device_up(
    device_id: Identifier, tenant_id: Identifier, body: DeviceBody, hub: HubOf, caller: CallerOf
) -> DeviceBody:
    """Makes the device, or changes what it is set up as; 422 for what cannot be so."""
    viewer = within(caller, tenant_id)

    def write(session: Session) -> DeviceBody:
        if not viewer.sees_store(body.store_id):
            raise NotFound(f"no store {body.store_id} for this login")
        sheet = DeviceSheet(**dict(body))
        set_up = _set_up(session, viewer, hub)
        if session.get(DeviceRow, (tenant_id, device_id)) is None:
            return _answer(set_up.make(device_id, sheet))
        device = device_for(session, viewer, device_id)
        set_up.change(device, sheet)
        return _answer(device)

    return _written(hub, viewer, write)


class ReplaceBody(Body):
    """For which address of this hub the new device's claim code is made."""

    hub_url: Address


class ReplacedAnswer(Body):
    """The new device's claim code, said once."""

    code: str


@router.post("/devices/{device_id}/replace")
def replace_device(
    device_id: Identifier, tenant_id: Identifier, body: ReplaceBody, hub: HubOf, caller: CallerOf
) -> ReplacedAnswer:
    """Another device takes its place and name: the old one's way in ends, store, fixture, plan and
    settings stay. Answers with the claim code of the new one."""
    viewer = within(caller, tenant_id)

    def write(session: Session) -> ReplacedAnswer:
        device = device_for(session, viewer, device_id)
        token = _set_up(session, viewer, hub).replace(device)
        return ReplacedAnswer(code=code_for(hub.settings, device, token, body.hub_url))

    return _written(hub, viewer, write)


@router.delete("/devices/{device_id}", status_code=204)
def retire_device(
    device_id: Identifier, tenant_id: Identifier, hub: HubOf, caller: CallerOf
) -> None:
    """Takes the device out of the chain: it is let in no more, what it told stays. 409 where it
    left already."""
    viewer = within(caller, tenant_id)
    _written(
        hub,
        viewer,
        lambda session: _set_up(session, viewer, hub).retire(
            device_for(session, viewer, device_id)
        ),
    )


@router.get("/knocks")
def read_knocks(tenant_id: Identifier, hub: HubOf, caller: CallerOf) -> tuple[Knocked, ...]:
    """Devices that asked for a way in and did not get one, the latest first; an unknown id
    is told to those alone who see every store."""
    viewer = within(caller, tenant_id)
    viewer.require(Permission.SEE_DEVICES)
    with hub.sessions() as session:
        return knocks_for(session, viewer)


def _written(hub: Hub, viewer: Viewer, write: Callable[[Session], Result]) -> Result:
    viewer.require(Permission.ENROL_DEVICES)
    with hub.database.writing() as session:
        result = write(session)
    write_revoked(hub, hub.clock.now())
    hub.changed.announce()
    return result


def _set_up(session: Session, viewer: Viewer, hub: Hub) -> DeviceSetUp:
    return DeviceSetUp(
        session=session,
        tenant_id=viewer.tenant_id,
        by=viewer.login_name,
        now=hub.clock.now(),
    )


def _answer(device: DeviceRow) -> DeviceBody:
    return DeviceBody.model_validate(sheet_of(device), from_attributes=True)
