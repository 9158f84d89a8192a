"""A chain's master data → rows: whole or not at all, and the same twice changes nothing.

Loading a chain again updates what it names and takes away listings, photo plans and slots it no
longer names; stores, products and devices that facts may point at are never deleted, and a
device keeps its password. What was retired and is named again is there again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError
from cloud_hub.core.keys.tokens import hash_claim_token
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.clashes import clashes
from cloud_hub.master_data.editing import write_store
from cloud_hub.master_data.former import (
    NOT_LISTED,
    Change,
    FormerKind,
    fixture_content,
    listing_content,
    listing_id,
    plan_content,
    plan_contents,
    plan_id,
    product_content,
    with_retirement,
)
from device_profiles.device import first_problem
from device_profiles.files import UnreadableFile, read_text, shown
from device_profiles.store import ChainProfile, StoreProfile

KEPT_BY_DEVICE = (
    "password_hash",
    "claimed_at",
    "first_connected_at",
    "connected_at",
    "heard_at",
    "agent_version",
)


NEVER_HERE = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidMasterData(HubError):
    """Master data that cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How much a chain holds."""

    tenant_id: str
    stores: int
    products: int
    devices: int


def read_chain(path: Path) -> ChainProfile:
    """The chain in a JSON file. Raises InvalidMasterData with one line."""
    try:
        return ChainProfile.model_validate_json(read_text(path, "master data", "JSON"))
    except UnreadableFile as error:
        raise InvalidMasterData(str(error)) from error
    except ValidationError as error:
        raise InvalidMasterData(f"master data {shown(path)}: {first_problem(error)}") from error


def import_chain(session: Session, chain: ChainProfile, since: datetime | None = None) -> Loaded:
    """Writes the chain within the caller's transaction. What it changes of hours, areas, fixtures,
    listings, products and plans holds `since` then, and past days are judged by what held before;
    None: it is a correction, and holds for as long as what it replaces. Raises InvalidMasterData
    where it does not fit what is there already."""
    _require_fits(session, chain)
    change = Change(session=session, tenant_id=chain.tenant_id, since=since)
    _load_goods(change, chain)
    for store in chain.stores:
        _load_store(change, store)
    _load_planograms(change, chain)
    insert_or_replace(
        session,
        place.Tenant,
        [
            {
                "tenant_id": chain.tenant_id,
                "name": chain.name,
                "currency": chain.currency,
                "simulated": chain.simulated,
                "naming_key": place.new_naming_key(),
                "code_layouts": list(chain.code_layouts),
                "country": chain.country,
            }
        ],
        keep=("naming_key",),
    )
    return Loaded(
        tenant_id=chain.tenant_id,
        stores=len(chain.stores),
        products=len(chain.products),
        devices=sum(len(store.devices) for store in chain.stores),
    )


def _require_fits(session: Session, chain: ChainProfile) -> None:
    """A chain may be loaded store by store: what one file may not say, two may not either."""
    for clash in clashes(session, chain):
        raise InvalidMasterData(clash)


def _load_goods(change: Change, chain: ChainProfile) -> None:
    session = change.session
    of_chain = goods.BrandRow.tenant_id == chain.tenant_id
    last = session.scalar(sa.select(sa.func.max(goods.BrandRow.joined)).where(of_chain))
    insert_or_replace(
        session,
        goods.BrandRow,
        [
            {
                "tenant_id": chain.tenant_id,
                "brand_id": brand.brand_id,
                "name": brand.name,
                "joined": 0 if last is None else last + 1,
            }
            for brand in chain.brands
        ],
        keep=("joined",),
    )
    _keep_products(change, chain)
    insert_or_replace(
        session,
        goods.ProductRow,
        [
            {
                "tenant_id": chain.tenant_id,
                "gtin": product.gtin,
                "brand_id": product.brand_id,
                "name": product.name,
                "category": product.category,
                "width_mm": product.width_mm,
                "sold_by_weight": product.sold_by_weight,
                "item_code": product.item_code,
                "retired_from": None,
            }
            for product in chain.products
        ],
    )


def _keep_products(change: Change, chain: ChainProfile) -> None:
    """Keeps what the chain's products were, where that changes."""
    row = goods.ProductRow
    rows = change.session.execute(
        sa.select(row.gtin, row.brand_id, row.category, row.width_mm).where(
            row.tenant_id == change.tenant_id
        )
    )
    now = {
        each.gtin: product_content(each.brand_id, each.category, each.width_mm)
        for each in chain.products
    }
    was = {gtin: product_content(brand, category, width) for gtin, brand, category, width in rows}
    changed = {gtin: old for gtin, old in was.items() if now.get(gtin, old) != old}
    change.keep(FormerKind.PRODUCT, changed)


def _load_store(change: Change, store: StoreProfile) -> None:
    session = change.session
    key = {"tenant_id": change.tenant_id, "store_id": store.store_id}
    if write_store(change, store):
        _keep_listings(change, store)
    intervals = {plan.fixture_id: plan.interval_min for plan in store.photo_plans}
    _keep_fixtures(change, store, intervals)
    insert_or_replace(
        session,
        place.FixtureRow,
        [
            key
            | {
                "fixture_id": fixture.fixture_id,
                "letter": fixture.letter,
                "name": fixture.name,
                "kind": fixture.kind.value,
                "rows": fixture.rows,
                "columns": fixture.columns,
                "owner_brand_id": fixture.owner_brand_id,
                "unattended": fixture.unattended,
                "photo_interval_min": intervals.get(fixture.fixture_id),
                "retired_from": None,
            }
            for fixture in store.fixtures
        ],
    )
    _load_devices(change, key, store)
    session.execute(
        sa.delete(goods.ListingRow).where(
            goods.ListingRow.tenant_id == change.tenant_id,
            goods.ListingRow.store_id == store.store_id,
        )
    )
    insert_or_replace(
        session,
        goods.ListingRow,
        [
            key
            | {
                "gtin": listing.gtin,
                "price": listing.price,
                "par_units": listing.par_units,
                "must_have": listing.must_have,
            }
            for listing in store.listings
        ],
    )


def _keep_fixtures(change: Change, store: StoreProfile, intervals: Mapping[str, int]) -> None:
    """Keeps whose the store's fixtures were, when their photos were due and whether they passed a
    till, where that changes."""
    row = place.FixtureRow
    rows = change.session.execute(
        sa.select(
            row.fixture_id,
            row.owner_brand_id,
            row.photo_interval_min,
            row.unattended,
            row.retired_from,
        ).where(row.tenant_id == change.tenant_id, row.store_id == store.store_id)
    )
    now = {
        each.fixture_id: fixture_content(
            each.owner_brand_id, intervals.get(each.fixture_id), each.unattended
        )
        for each in store.fixtures
    }
    was = {
        fixture_id: with_retirement(fixture_content(owner, interval_min, unattended), retired_from)
        for fixture_id, owner, interval_min, unattended, retired_from in rows
    }
    changed = {key: old for key, old in was.items() if now.get(key, old) != old}
    change.keep(FormerKind.FIXTURE, changed)


def _keep_listings(change: Change, store: StoreProfile) -> None:
    """Keeps what the store listed until now, where it lists otherwise from now on."""
    rows = change.session.execute(
        sa.select(goods.ListingRow.gtin, goods.ListingRow.must_have).where(
            goods.ListingRow.tenant_id == change.tenant_id,
            goods.ListingRow.store_id == store.store_id,
        )
    )
    was = {gtin: listing_content(must_have) for gtin, must_have in rows}
    now = {each.gtin: listing_content(each.must_have) for each in store.listings}
    change.keep(
        FormerKind.LISTING,
        {
            listing_id(store.store_id, gtin): was.get(gtin, NOT_LISTED)
            for gtin in was.keys() | now.keys()
            if was.get(gtin, NOT_LISTED) != now.get(gtin, NOT_LISTED)
        },
    )


def _load_devices(change: Change, key: dict[str, str], store: StoreProfile) -> None:
    rows: list[dict[str, Any]] = [
        key
        | dict.fromkeys(KEPT_BY_DEVICE)
        | {
            "device_id": device.device_id,
            "kind": device.kind.value,
            "name": device.name,
            "fixture_id": device.fixture_id,
            "simulated": device.simulated,
            "claim_token_hash": hash_claim_token(device.claim_token),
            "left_at": None,
        }
        for device in store.devices
    ]
    insert_or_replace(change.session, place.DeviceRow, rows, keep=KEPT_BY_DEVICE)
    change.session.execute(
        sa.update(place.DeviceRow)
        .where(
            place.DeviceRow.tenant_id == change.tenant_id,
            place.DeviceRow.store_id == store.store_id,
            place.DeviceRow.device_id.not_in([device.device_id for device in store.devices]),
            place.DeviceRow.left_at.is_(None),
        )
        .values(left_at=change.since or NEVER_HERE)
    )


def _load_planograms(change: Change, chain: ChainProfile) -> None:
    session = change.session
    was = plan_contents(session, chain.tenant_id)
    now = {plan_id(each): plan_content(each) for each in chain.planograms}
    changed = {key: was[key] for key, content in now.items() if was.get(key, content) != content}
    change.keep(FormerKind.PLAN, changed)
    for planogram in chain.planograms:
        key = {
            "tenant_id": chain.tenant_id,
            "planogram_id": planogram.planogram_id,
            "version": planogram.version,
        }
        insert_or_replace(
            session,
            place.PlanogramRow,
            [
                key
                | {
                    "fixture_id": planogram.fixture_id,
                    "valid_from": planogram.valid_from,
                    "must_have": list(planogram.must_have),
                }
            ],
        )
        session.execute(sa.delete(place.PlanogramSlot).filter_by(**key))
        insert_or_replace(
            session,
            place.PlanogramSlot,
            [
                key
                | {
                    "slot_id": slot.slot_id,
                    "gtin": slot.gtin,
                    "min_facings": slot.min_facings,
                    "max_facings": slot.max_facings,
                    "others": list(slot.others),
                }
                for slot in planogram.slots
            ],
        )
