"""A chain's master data as a file that loads again to the same."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import NotFound
from cloud_hub.core.keys.tokens import HASHED
from cloud_hub.core.storage.table import Base
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from device_profiles.store import ChainProfile

Told = dict[str, Any]


def exported_chain(session: Session, tenant_id: str) -> ChainProfile:
    """Everything the hub keeps of a chain's master data. Claim tokens are told as their hashes:
    the hub has no others. Raises NotFound."""
    tenant = session.get(place.Tenant, tenant_id)
    if tenant is None:
        raise NotFound(f"there is no chain {tenant_id!r}")
    return ChainProfile.model_validate(
        {
            "tenant_id": tenant_id,
            "name": tenant.name,
            "currency": tenant.currency,
            "code_layouts": tenant.code_layouts,
            "country": tenant.country,
            "simulated": tenant.simulated,
            "brands": _told(session, goods.BrandRow, tenant_id, without=("joined",)),
            "products": _told(session, goods.ProductRow, tenant_id),
            "stores": _stores(session, tenant_id),
            "planograms": _planograms(session, tenant_id),
        }
    )


def _told(
    session: Session, model: type[Base], tenant_id: str, *, without: tuple[str, ...] = ()
) -> list[Told]:
    """A table's rows, in the order of their names."""
    table = model.__table__
    query = sa.select(table).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
    left_out = {"tenant_id", *without}
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


def _planograms(session: Session, tenant_id: str) -> list[Told]:
    slots: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for row in _told(session, place.PlanogramSlot, tenant_id):
        slots[row.pop("planogram_id"), row.pop("version")].append(row)
    plans = _told(session, place.PlanogramRow, tenant_id)
    return [plan | {"slots": slots[plan["planogram_id"], plan["version"]]} for plan in plans]
