"""What stands around every page: the chain's name, its clock, and whom a page can be seen as."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.text import Said
from cloud_hub.master_data.goods_tables import BrandRow
from cloud_hub.master_data.place_tables import FixtureRow, StoreRow, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOrBrand:
    """A store or a brand, by name."""

    identity: str
    name: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameView:
    """The chain as its bar shows it. `zone` is where its clocks are told (the first store's);
    `brands` are those that own a fixture."""

    name: Said
    simulated: bool
    currency: str
    zone: ZoneInfo
    stores: tuple[StoreOrBrand, ...]
    brands: tuple[StoreOrBrand, ...]


def frame_view(session: Session, viewer: Viewer) -> FrameView | None:
    """The viewer's chain; None while the hub has no master data of it."""
    tenant = session.get(Tenant, viewer.tenant_id)
    if tenant is None:
        return None
    stores = session.scalars(
        sa.select(StoreRow)
        .where(StoreRow.tenant_id == tenant.tenant_id, StoreRow.retired_from.is_(None))
        .order_by(StoreRow.store_id)
    ).all()
    owners = sa.select(FixtureRow.owner_brand_id).where(
        FixtureRow.tenant_id == tenant.tenant_id, FixtureRow.retired_from.is_(None)
    )
    brands = session.scalars(
        sa.select(BrandRow)
        .where(BrandRow.tenant_id == tenant.tenant_id, BrandRow.brand_id.in_(owners))
        .order_by(BrandRow.brand_id)
    ).all()
    return FrameView(
        name=tenant.name,
        simulated=tenant.simulated,
        currency=tenant.currency,
        zone=ZoneInfo(stores[0].time_zone if stores else "UTC"),
        stores=tuple(StoreOrBrand(identity=store.store_id, name=store.name) for store in stores),
        brands=tuple(StoreOrBrand(identity=brand.brand_id, name=brand.name) for brand in brands),
    )


def has_chain(session: Session) -> bool:
    """Whether the hub knows any chain yet."""
    return session.scalars(sa.select(Tenant.tenant_id).limit(1)).first() is not None
