"""A chain's master data → rows: whole or not at all, and the same twice changes nothing.

Loading a chain again updates what it names and takes away listings, photo plans and slots it no
longer names; stores, products and devices that facts may point at are never deleted, and a
device keeps its password.
"""

from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from cloud_hub.core.errors import HubError
from cloud_hub.core.keys.tokens import hash_token
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.editing import write_store
from device_profiles.device import first_problem
from device_profiles.store import ChainProfile, StoreProfile

KEPT_BY_DEVICE = (
    "password_hash",
    "claimed_at",
    "first_connected_at",
    "connected_at",
    "heard_at",
    "agent_version",
)


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
        return ChainProfile.model_validate_json(path.read_bytes().removeprefix(BOM_UTF8))
    except OSError as error:
        raise InvalidMasterData(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        raise InvalidMasterData(f"master data {path}: {first_problem(error)}") from error


def import_chain(session: Session, chain: ChainProfile) -> Loaded:
    """Writes the chain within the caller's transaction."""
    _load_goods(session, chain)
    for store in chain.stores:
        _load_store(session, chain, store)
    _load_planograms(session, chain)
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


def _load_goods(session: Session, chain: ChainProfile) -> None:
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
            }
            for product in chain.products
        ],
    )


def _load_store(session: Session, chain: ChainProfile, store: StoreProfile) -> None:
    key = {"tenant_id": chain.tenant_id, "store_id": store.store_id}
    write_store(session, chain.tenant_id, store)
    intervals = {plan.fixture_id: plan.interval_min for plan in store.photo_plans}
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
            }
            for fixture in store.fixtures
        ],
    )
    _load_devices(session, key, store)
    session.execute(
        sa.delete(goods.ListingRow).where(
            goods.ListingRow.tenant_id == chain.tenant_id,
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


def _load_devices(session: Session, key: dict[str, str], store: StoreProfile) -> None:
    rows: list[dict[str, Any]] = [
        key
        | dict.fromkeys(KEPT_BY_DEVICE)
        | {
            "device_id": device.device_id,
            "kind": device.kind.value,
            "name": device.name,
            "fixture_id": device.fixture_id,
            "simulated": device.simulated,
            "claim_token_hash": hash_token(device.claim_token),
        }
        for device in store.devices
    ]
    insert_or_replace(session, place.DeviceRow, rows, keep=KEPT_BY_DEVICE)


def _load_planograms(session: Session, chain: ChainProfile) -> None:
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
