"""An asset's record as people keep it: what it is, where it stood, who saw to it. One home for the
console and the API."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.fleet.assets.tables import Asset, AssetPlace, AssetVisit
from cloud_hub.link.tables import Media
from cloud_hub.master_data.place_tables import DeviceRow

VISITS_SHOWN: Final = 50
PLACES_SHOWN: Final = 50


class KnownSerial(Refused):
    """Another asset of the chain has this serial number."""

    def __init__(self, serial: str) -> None:
        super().__init__(f"there is another asset of serial number {serial!r}", status=409)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSheet:
    """What an asset is; `owner` is the party that it belongs to."""

    serial: str
    model: str = ""
    owner: str = ""
    warranty_until: date | None = None
    installed_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareVisit:
    """Who saw to an asset, what he found, why it was so, which parts he put in."""

    visited_on: date
    visitor: str
    symptom: str
    cause: str = ""
    parts: str = ""
    note: str = ""
    photo_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetBook:
    """What somebody writes into a chain's records at `now`. Who may, the caller has asked; each act
    is in the audit log."""

    session: Session
    tenant_id: str
    by: str
    now: datetime

    def write(self, device: DeviceRow, sheet: AssetSheet) -> Asset:
        """The asset that works as the device, as it is now: a new one where none was known, or
        another serial number stands here. Raises KnownSerial for the serial of a machine that works
        as another device."""
        here = asset_of(self.session, device)
        if here is not None and here.serial == sheet.serial:
            return self._change(here, sheet)
        known = self._by_serial(sheet.serial)
        if known is not None and known.device_id is not None:
            raise KnownSerial(sheet.serial)
        self.take_away(device)
        asset = known or Asset(
            tenant_id=self.tenant_id,
            asset_id=secrets.token_hex(8),
            serial=sheet.serial,
            made_at=self.now,
        )
        self._fill(asset, sheet)
        asset.device_id = device.device_id
        self.session.add(asset)
        self.session.add(
            AssetPlace(
                tenant_id=self.tenant_id,
                asset_id=asset.asset_id,
                since=self.now,
                until=None,
                device_id=device.device_id,
                store_id=device.store_id,
                fixture_id=device.fixture_id,
            )
        )
        self._note("asset-placed", device, {"asset_id": asset.asset_id, "serial": asset.serial})
        return asset

    def take_away(self, device: DeviceRow) -> Asset | None:
        """The asset that worked as the device stands nowhere from now on; None where none was
        known. Its record stays."""
        asset = asset_of(self.session, device)
        if asset is None:
            return None
        asset.device_id = None
        self.session.execute(
            sa.update(AssetPlace)
            .where(
                AssetPlace.tenant_id == self.tenant_id,
                AssetPlace.asset_id == asset.asset_id,
                AssetPlace.until.is_(None),
            )
            .values(until=self.now)
        )
        self._note("asset-taken-away", device, {"asset_id": asset.asset_id, "serial": asset.serial})
        return asset

    def note_visit(self, device: DeviceRow, visit: CareVisit) -> AssetVisit:
        """The visit, kept. Raises NotFound where no asset is known at the device, or its device
        took no such photo."""
        asset = asset_of(self.session, device)
        if asset is None:
            raise NotFound(f"no asset is known at device {device.device_id}: write down which one")
        if visit.photo_sha256 is not None:
            photo = self.session.get(Media, (self.tenant_id, visit.photo_sha256))
            if photo is None or photo.device_id != device.device_id:
                raise NotFound(f"device {device.device_id} took no photo {visit.photo_sha256}")
        row = AssetVisit(
            tenant_id=self.tenant_id,
            asset_id=asset.asset_id,
            visit_id=secrets.token_hex(8),
            visited_on=visit.visited_on,
            visitor=visit.visitor,
            symptom=visit.symptom,
            cause=visit.cause,
            parts=visit.parts,
            note=visit.note,
            photo_sha256=visit.photo_sha256,
            noted_at=self.now,
            noted_by=self.by,
        )
        self.session.add(row)
        self._note("asset-visited", device, {"asset_id": asset.asset_id, "visit_id": row.visit_id})
        return row

    def _change(self, asset: Asset, sheet: AssetSheet) -> Asset:
        before = _sheet(asset)
        if before != sheet:
            self._fill(asset, sheet)
            act = Act(
                tenant_id=self.tenant_id,
                actor=self.by,
                action="asset-changed",
                subject=asset.asset_id,
                detail={"serial": asset.serial},
            )
            record_act(self.session, act, self.now)
        return asset

    def _fill(self, asset: Asset, sheet: AssetSheet) -> None:
        asset.model, asset.owner, asset.note = sheet.model, sheet.owner, sheet.note
        asset.warranty_until, asset.installed_on = sheet.warranty_until, sheet.installed_on

    def _by_serial(self, serial: str) -> Asset | None:
        return self.session.scalars(
            sa.select(Asset).where(Asset.tenant_id == self.tenant_id, Asset.serial == serial)
        ).first()

    def _note(self, action: str, device: DeviceRow, detail: Mapping[str, Any]) -> None:
        act = Act(
            tenant_id=self.tenant_id,
            actor=self.by,
            action=action,
            subject=device.device_id,
            detail=detail,
        )
        record_act(self.session, act, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodRow:
    """Where an asset stood, and from when to when."""

    device_id: str
    store_id: str
    fixture_id: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """All that is known of one asset: the newest visits and places first."""

    asset_id: str
    sheet: AssetSheet
    visits: tuple[CareVisit, ...]
    places: tuple[StoodRow, ...]


def record_at(session: Session, device: DeviceRow) -> AssetRecord | None:
    """The record of the asset that works as the device; None where none is known."""
    asset = asset_of(session, device)
    if asset is None:
        return None
    of_asset = (device.tenant_id, asset.asset_id)
    return AssetRecord(
        asset_id=asset.asset_id,
        sheet=_sheet(asset),
        visits=tuple(_visits(session, *of_asset)),
        places=tuple(_places(session, *of_asset)),
    )


def asset_of(session: Session, device: DeviceRow) -> Asset | None:
    """The asset that works as the device now."""
    return session.scalars(
        sa.select(Asset).where(
            Asset.tenant_id == device.tenant_id, Asset.device_id == device.device_id
        )
    ).first()


def _sheet(asset: Asset) -> AssetSheet:
    return AssetSheet(
        serial=asset.serial,
        model=asset.model,
        owner=asset.owner,
        warranty_until=asset.warranty_until,
        installed_on=asset.installed_on,
        note=asset.note,
    )


def _visits(session: Session, tenant_id: str, asset_id: str) -> Sequence[CareVisit]:
    rows = session.scalars(
        sa.select(AssetVisit)
        .where(AssetVisit.tenant_id == tenant_id, AssetVisit.asset_id == asset_id)
        .order_by(AssetVisit.visited_on.desc(), AssetVisit.noted_at.desc())
        .limit(VISITS_SHOWN)
    )
    return [
        CareVisit(**{name: getattr(row, name) for name in CareVisit.__dataclass_fields__})
        for row in rows
    ]


def _places(session: Session, tenant_id: str, asset_id: str) -> Sequence[StoodRow]:
    rows = session.scalars(
        sa.select(AssetPlace)
        .where(AssetPlace.tenant_id == tenant_id, AssetPlace.asset_id == asset_id)
        .order_by(AssetPlace.since.desc())
        .limit(PLACES_SHOWN)
    )
    return [
        StoodRow(**{name: getattr(row, name) for name in StoodRow.__dataclass_fields__})
        for row in rows
    ]
