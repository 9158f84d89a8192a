"""The chain's stores as their master data say, and one of them to edit."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.editing import read_store
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import StoreProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreListed:
    """A store in the list."""

    store_id: str
    name: Names
    region: Names
    time_zone: str
    hours: OpeningHours
    selling_area_m2: float
    gln: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoresView:
    """Every store that the viewer may see, by number."""

    now: datetime
    stores: tuple[StoreListed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSheet:
    """One store to edit. `state` names what was read: who sends it back has seen this."""

    store: StoreProfile
    state: str


def stores_view(session: Session, viewer: Viewer, now: datetime) -> StoresView:
    """The stores. Raises NotYours."""
    viewer.require(Permission.SEE_STORES)
    return StoresView(
        now=now,
        stores=tuple(
            _row(read_store(session, viewer.tenant_id, store_id))
            for store_id in session.scalars(_visible(viewer).order_by(place.StoreRow.store_id))
        ),
    )


def store_view(session: Session, viewer: Viewer, store_id: str) -> StoreSheet:
    """One store. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_STORES)
    if session.scalar(_visible(viewer).where(place.StoreRow.store_id == store_id)) is None:
        raise NotFound(f"there is no store {store_id!r} for this login")
    store = read_store(session, viewer.tenant_id, store_id)
    return StoreSheet(store=store, state=state_of(store))


def state_of(store: StoreProfile) -> str:
    """A mark of all that a store's form shows: another one, and somebody has changed it."""
    written = json.dumps(store.model_dump(mode="json"), sort_keys=True)
    return sha256(written.encode()).hexdigest()[:16]


def _visible(viewer: Viewer) -> sa.Select[str]:
    return sa.select(place.StoreRow.store_id).where(
        place.StoreRow.tenant_id == viewer.tenant_id,
        place.StoreRow.retired_from.is_(None),
        scope_of(viewer).stores,
    )


def _row(store: StoreProfile) -> StoreListed:
    return StoreListed(
        store_id=store.store_id,
        name=store.name,
        region=store.region,
        time_zone=store.time_zone,
        hours=store.opening_hours,
        selling_area_m2=store.selling_area_m2,
        gln=store.gln,
    )
