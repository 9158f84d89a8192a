"""A chain's master data as a file that loads again to the same."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import NotFound
from cloud_hub.core.keys.tokens import HASHED
from cloud_hub.core.storage.table import Base
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.former import RETIRED
from device_profiles.store import ChainProfile

Told = dict[str, Any]


def exported_chain(session: Session, tenant_id: str) -> ChainProfile:
    """Everything the hub keeps of a chain's master data but what was retired. Claim tokens are told
    as their hashes: the hub has no others. Raises NotFound."""
    tenant = session.get(place.Tenant, tenant_id)
    if tenant is None:
        raise NotFound(f"there is no chain {tenant_id!r}")
    products, stores = _told(session, goods.ProductRow, tenant_id), _stores(session, tenant_id)
    return ChainProfile.model_validate(
        {
            "tenant_id": tenant_id,
            "name": tenant.name,
            "currency": tenant.currency,
            "code_layouts": tenant.code_layouts,
            "country": tenant.country,
            "simulated": tenant.simulated,
            "brands": _told(session, goods.BrandRow, tenant_id, without=("joined",)),
            "products": products,
            "stores": stores,
            "planograms": list(_planograms(session, tenant_id, stores, products)),
        }
    )


def _told(
    session: Session, model: type[Base], tenant_id: str, *, without: tuple[str, ...] = ()
) -> list[Told]:
    """A table's rows that are not retired, in the order of their names."""
    table = model.__table__
    query = sa.select(table).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
    if RETIRED in table.c:
        query = query.where(table.c[RETIRED].is_(None))
    left_out = {"tenant_id", RETIRED, *without}
    return [
        {name: value for name, value in row.items() if name not in left_out}
        for row in session.execute(query).mappings()
    ]


def _by_store(rows: list[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        found[row.pop("store_id")].append(row)
    return found


def _stores(session: Session, tenant_id: str) -> list[Told]:
    fixtures = _by_store(_told(session, place.FixtureRow, tenant_id))
    listings = _by_store(_told(session, goods.ListingRow, tenant_id))
    devices = _by_store(
        [
            _device(row)
            for row in _told(session, place.DeviceRow, tenant_id)
            if row["left_at"] is None
        ]
    )
    stores = _told(session, place.StoreRow, tenant_id)
    for store in stores:
        own = fixtures[store["store_id"]]
        intervals = {each["fixture_id"]: each.pop("photo_interval_min") for each in own}
        store |= {
            "fixtures": own,
            "devices": devices[store["store_id"]],
            "listings": listings[store["store_id"]],
            "photo_plans": [
                {"fixture_id": fixture_id, "interval_min": interval}
                for fixture_id, interval in intervals.items()
                if interval is not None
            ],
        }
    return stores


def _device(row: Told) -> Told:
    told = {name: row[name] for name in ("device_id", "store_id", "kind", "name", "fixture_id")}
    token = HASHED + row["claim_token_hash"]
    return told | {"simulated": row["simulated"], "claim_token": token}


def _planograms(
    session: Session, tenant_id: str, stores: list[Told], products: list[Told]
) -> Iterator[Told]:
    """The plans whose fixture and products are all there still."""
    fixtures = {fixture["fixture_id"] for store in stores for fixture in store["fixtures"]}
    gtins = {product["gtin"] for product in products}
    slots: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for row in _told(session, place.PlanogramSlot, tenant_id):
        slots[row.pop("planogram_id"), row.pop("version")].append(row)
    plans = _told(session, place.PlanogramRow, tenant_id)
    for plan in plans:
        mine = slots[plan["planogram_id"], plan["version"]]
        named = {gtin for slot in mine for gtin in (slot["gtin"], *slot["others"])}
        if plan["fixture_id"] in fixtures and gtins.issuperset(named | set(plan["must_have"])):
            yield plan | {"slots": mine}
