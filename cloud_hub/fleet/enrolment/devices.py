"""Devices as people set them up, one at a time: made, changed, taken out of the chain, taken back.
One home for the console, the API and the command line; the chain's file sets up all at once."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.fleet.assets.record import AssetBook
from cloud_hub.fleet.enrolment.enrolment import disable, enable, new_claim_token
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow, StoreRow
from device_profiles.names import Names
from device_profiles.store import DeviceKind


class Misfit(Refused):
    """What cannot be set up so; `field` is what is wrong."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why, status=422)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSheet:
    """What a device is: where it stands, what for, what it is called, which fixture it sees."""

    store_id: str
    kind: DeviceKind
    name: Names
    fixture_id: str | None = None

    def told(self) -> dict[str, Any]:
        """As the audit log tells it."""
        return asdict(self) | {"kind": self.kind.value, "name": dict(self.name)}


def sheet_of(device: DeviceRow) -> DeviceSheet:
    """What is set up."""
    return DeviceSheet(
        store_id=device.store_id,
        kind=DeviceKind(device.kind),
        name=device.name,
        fixture_id=device.fixture_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSetUp:
    """What somebody does to a chain's devices at `now`. Who may, the caller has asked; each act is
    in the audit log."""

    session: Session
    tenant_id: str
    by: str
    now: datetime

    def make(self, device_id: str, sheet: DeviceSheet) -> DeviceRow:
        """A device that nobody can claim until a claim code is made. Raises Misfit."""
        if self.session.get(DeviceRow, (self.tenant_id, device_id)) is not None:
            raise Misfit("device_id", f"there is a device {device_id} already")
        self._require_place(sheet)
        device = DeviceRow(
            tenant_id=self.tenant_id,
            device_id=device_id,
            store_id=sheet.store_id,
            kind=sheet.kind.value,
            name=sheet.name,
            fixture_id=sheet.fixture_id,
            simulated=False,
            claim_token_hash=hash_token(secrets.token_urlsafe(24)),
        )
        self.session.add(device)
        self._note("device-made", device_id, sheet.told())
        return device

    def change(self, device: DeviceRow, sheet: DeviceSheet) -> bool:
        """Whether it is set up otherwise now. One that has spoken stays what and where it was, for
        its records say so. Raises Misfit."""
        before = sheet_of(device)
        if before == sheet:
            return False
        if device.first_connected_at is not None:
            for field in ("store_id", "kind"):
                if getattr(before, field) != getattr(sheet, field):
                    raise Misfit(field, "it has spoken already: make another device there")
        self._require_place(sheet)
        device.store_id, device.kind = sheet.store_id, sheet.kind.value
        device.name, device.fixture_id = sheet.name, sheet.fixture_id
        detail = {"before": before.told(), "after": sheet.told()}
        self._note("device-changed", device.device_id, detail)
        return True

    def retire(self, device: DeviceRow) -> None:
        """Takes it out of the chain: it is let in no more, and what it told stays. Raises Refused
        (409) where it left already."""
        if device.left_at is not None:
            raise Refused(f"device {device.device_id} left the chain already", status=409)
        disable(self.session, device, self.now)
        device.left_at = self.now
        self._note("device-retired", device.device_id, {})

    def take_back(self, device: DeviceRow) -> None:
        """Into the chain again, to be claimed anew. Raises Refused (409) where it never left."""
        if device.left_at is None:
            raise Refused(f"device {device.device_id} is in the chain", status=409)
        device.left_at = None
        enable(self.session, device, self.now)
        self._note("device-taken-back", device.device_id, {})

    def replace(self, device: DeviceRow) -> str:
        """A claim token for the device that takes its place under its name: store, fixture, plan
        and all that is wanted of it stay. The old one's way in ends, and what it told stays in an
        outbox of its own, which is closed as soon as the new one speaks. Raises Refused (403, 409)
        for one that is out of the chain or locked."""
        if device.left_at is not None:
            raise Refused(f"device {device.device_id} left the chain", status=409)
        token = new_claim_token(self.session, device, self.now, again=True)
        # Nobody has heard the new one yet, and the old one will not speak again: the new outbox is
        # no rival of the old one's.
        device.heard_at = device.connected_at = device.agent_version = None
        AssetBook(
            session=self.session, tenant_id=self.tenant_id, by=self.by, now=self.now
        ).take_away(device)
        self._note("device-replaced", device.device_id, {})
        return token

    def _require_place(self, sheet: DeviceSheet) -> None:
        store = self.session.get(StoreRow, (self.tenant_id, sheet.store_id))
        if store is None or store.retired_from is not None:
            raise Misfit("store_id", f"there is no store {sheet.store_id!r}")
        if sheet.fixture_id is None:
            return
        fixture = self.session.get(FixtureRow, (self.tenant_id, sheet.fixture_id))
        if fixture is None or fixture.retired_from or fixture.store_id != sheet.store_id:
            why = f"there is no fixture {sheet.fixture_id!r} in store {sheet.store_id}"
            raise Misfit("fixture_id", why)

    def _note(self, action: str, device_id: str, detail: Mapping[str, Any]) -> None:
        act = Act(
            tenant_id=self.tenant_id,
            actor=self.by,
            action=action,
            subject=device_id,
            detail=detail,
        )
        record_act(self.session, act, self.now)


def known_device(session: Session, tenant_id: str, device_id: str) -> DeviceRow:
    """The device. Raises NotFound."""
    device = session.get(DeviceRow, (tenant_id, device_id))
    if device is None:
        raise NotFound(f"no device {device_id} in chain {tenant_id}")
    return device
