"""One store's master data, checked and written: the same for the importer and for forms."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.core.errors import NotFound
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.former import Change, FormerKind, store_content, with_retirement
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import StoreProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit changed, by field: empty where nothing was."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


def write_store(change: Change, store: StoreProfile) -> bool:
    """Writes what a store is by itself, and keeps what it was; its fixtures, devices and listings
    are left as they are; one that was retired is there again. Whether it was known."""
    key = change.tenant_id, store.store_id
    known = _known(change.session, *key)
    if known is not None:
        retired_from = change.session.get_one(place.StoreRow, key).retired_from
        was = with_retirement(store_content(known), retired_from)
        if was != store_content(store):
            change.keep(FormerKind.STORE, {store.store_id: was})
    row = {
        "tenant_id": change.tenant_id,
        "store_id": store.store_id,
        "name": store.name,
        "region": store.region,
        "time_zone": store.time_zone,
        "gln": store.gln,
        "opening_hours": json.loads(store.opening_hours.model_dump_json()),
        "selling_area_m2": store.selling_area_m2,
        "retired_from": None,
    }
    insert_or_replace(change.session, place.StoreRow, [row])
    return known is not None


def read_store(session: Session, tenant_id: str, store_id: str) -> StoreProfile:
    """A store by itself, without its fixtures, devices and listings. Raises NotFound."""
    known = _known(session, tenant_id, store_id)
    if known is None:
        raise NotFound(f"there is no store {store_id!r}")
    return known


def _known(session: Session, tenant_id: str, store_id: str) -> StoreProfile | None:
    row = session.get(place.StoreRow, (tenant_id, store_id), populate_existing=True)
    if row is None:
        return None
    return StoreProfile(
        store_id=row.store_id,
        name=row.name,
        region=row.region,
        time_zone=row.time_zone,
        gln=row.gln,
        opening_hours=OpeningHours.model_validate(row.opening_hours),
        selling_area_m2=row.selling_area_m2,
    )


def edit_store(
    session: Session,
    tenant_id: str,
    store_id: str,
    changes: Mapping[str, object],
    since: datetime | None = None,
) -> Edited:
    """Gives a store these fields, checked as the importer checks them, from `since` on; None: they
    correct what was there.

    Raises NotFound, and pydantic's ValidationError with a field's name first in its `loc`.
    """
    known = read_store(session, tenant_id, store_id)
    wanted = StoreProfile.model_validate({**known.model_dump(), **changes})
    before, after = known.model_dump(mode="json"), wanted.model_dump(mode="json")
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        change = Change(session=session, tenant_id=tenant_id, since=since)
        write_store(change, wanted)
        session.expire_all()
    return Edited(
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def renamed(known: Names, written: Names, asked: Collection[str]) -> Names:
    """The name as it was written anew; what it is called in languages that were not `asked` for
    stays."""
    return Names({tag: text for tag, text in known.items() if tag not in asked}, **written)
