"""A chain's master data as formulas and pages use it: read once, looked up by identifier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import day_start
from cloud_hub.core.days.opening_hours import StoreHours
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.former import (
    RETIRED,
    Content,
    Former,
    FormerKind,
    listing_id,
    plan_contents,
    read_former,
    retirement_in,
    with_past,
)
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of the master data is read: conditions on its tables, everything by default."""

    stores: sa.ColumnElement[bool] = field(default_factory=sa.true)
    fixtures: sa.ColumnElement[bool] = field(default_factory=sa.true)
    devices: sa.ColumnElement[bool] = field(default_factory=sa.true)
    listings: sa.ColumnElement[bool] = field(default_factory=sa.true)

    def within(self, store_id: str) -> "Scope":
        """The same, of one store only."""
        return Scope(
            stores=sa.and_(self.stores, place.StoreRow.store_id == store_id),
            fixtures=sa.and_(self.fixtures, place.FixtureRow.store_id == store_id),
            devices=sa.and_(self.devices, place.DeviceRow.store_id == store_id),
            listings=sa.and_(self.listings, goods.ListingRow.store_id == store_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInfo:
    """An outlet."""

    store_id: str
    name: Names
    region: Names
    hours: StoreHours


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureInfo:
    """A piece of furniture; what is taken from an `unattended` one passes no till."""

    fixture_id: str
    store_id: str
    name: Names
    kind: str
    rows: int
    columns: int
    owner_brand_id: str | None
    photo_interval_min: int | None
    unattended: bool = False
    retired_from: date | None = None

    def is_there_on(self, day: date) -> bool:
        """Whether it was not retired on a business day; ask what `Chain.fixture_on` that day is."""
        return self.retired_from is None or day < self.retired_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot's plan; `others` may stand there as well, as in a freezer's basket."""

    slot_id: str
    gtin: str
    min_facings: int
    max_facings: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A version of a fixture's planogram. `must_have` is its priority list: what has to stand
    somewhere on the fixture; a plan may be that list alone."""

    planogram_id: str
    version: int
    fixture_id: str
    valid_from: datetime
    slots: dict[str, Slot]
    must_have: frozenset[str] = frozenset()

    @property
    def products(self) -> frozenset[str]:
        """Every GTIN that belongs on the fixture."""
        slotted = {gtin for slot in self.slots.values() for gtin in (slot.gtin, *slot.others)}
        return self.must_have | slotted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInfo:
    """A sellable item. A retired one keeps its name: it may still stand on a shelf."""

    gtin: str
    brand_id: str
    name: Names
    width_mm: float
    retired_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingInfo:
    """A product as one store sells it."""

    price: Decimal
    par_units: int
    must_have: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device the hub knows."""

    device_id: str
    store_id: str
    kind: str
    name: Names
    fixture_id: str | None
    simulated: bool
    claimed_at: datetime | None
    heard_at: datetime | None
    agent_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Everything known before the first event, by identifier; plans newest first. `joined` says
    which load of the master data brought a brand; `naming_key` draws what rivals are called."""

    tenant_id: str
    name: Names
    currency: str
    simulated: bool
    stores: dict[str, StoreInfo]
    fixtures: dict[str, FixtureInfo]
    plans: dict[str, tuple[Plan, ...]]
    brands: dict[str, Names]
    joined: dict[str, int]
    naming_key: str = field(repr=False)
    products: dict[str, ProductInfo]
    listings: dict[tuple[str, str], ListingInfo]
    listed_before: Former = field(default_factory=dict, repr=False)
    fixtures_before: Former = field(default_factory=dict, repr=False)
    products_before: Former = field(default_factory=dict, repr=False)
    devices: dict[str, DeviceInfo]

    def plan_at(self, fixture_id: str, at: datetime) -> Plan | None:
        """The plan of a fixture that holds at `at`."""
        return next((p for p in self.plans.get(fixture_id, ()) if p.valid_from <= at), None)

    def is_must_have(self, store_id: str, gtin: str, day: date) -> bool:
        """Whether the store listed the product as must-have on a business day."""
        was = self._was(self.listed_before.get(listing_id(store_id, gtin), ()), store_id, day)
        if was is not None:
            return bool(was["must_have"])
        listing = self.listings.get((store_id, gtin))
        return listing is not None and listing.must_have

    def fixture_on(self, fixture_id: str, day: date) -> FixtureInfo:
        """A fixture with the owner and the photo plan that it had on a business day."""
        fixture = self.fixtures[fixture_id]
        was = self._was(self.fixtures_before.get(fixture_id, ()), fixture.store_id, day)
        if was is None:
            return fixture
        retired_from = retirement_in(was) or fixture.retired_from
        told = {name: value for name, value in was.items() if name != RETIRED}
        return replace(fixture, **told, retired_from=retired_from)

    def product_on(self, gtin: str, store_id: str, day: date) -> ProductInfo | None:
        """A product with the brand and the width that it had on a store's business day; None for
        one that is not known."""
        product = self.products.get(gtin)
        was = self._was(self.products_before.get(gtin, ()), store_id, day)
        if product is None or was is None:
            return product
        return replace(product, brand_id=was["brand_id"], width_mm=was["width_mm"])

    def was_brand(self, gtin: str | None, brand_id: str, store_id: str, day: date) -> bool:
        """Whether the product was the brand's on a store's business day."""
        product = self.product_on(gtin, store_id, day) if gtin else None
        return product is not None and product.brand_id == brand_id

    def _was(
        self, former: Sequence[tuple[datetime, Content]], store_id: str, day: date
    ) -> Content | None:
        """What held at the end of a business day, where it has changed since."""
        if not former:
            return None
        store = self.stores.get(store_id)
        zone = self.zone() if store is None else store.hours.on(day).zone
        tomorrow = day_start(day + timedelta(days=1), zone)
        return next((content for until, content in former if tomorrow <= until), None)

    def zone(self) -> ZoneInfo:
        """The zone in which the chain's clock is told: its first store's."""
        first = min(self.stores.values(), key=lambda store: store.store_id, default=None)
        return ZoneInfo("UTC") if first is None else first.hours.zone

    def fixtures_of(self, store_id: str) -> list[FixtureInfo]:
        """A store's fixtures, by identifier."""
        found = [f for f in self.fixtures.values() if f.store_id == store_id]
        return sorted(found, key=lambda fixture: fixture.fixture_id)

    def product_name(self, gtin: str) -> Names:
        """What people call the product; its GTIN where it is not known."""
        product = self.products.get(gtin)
        return Names.same(gtin) if product is None else product.name

    def is_brand(self, gtin: str | None, brand_id: str) -> bool:
        """Whether the product is the brand's."""
        product = self.products.get(gtin) if gtin else None
        return product is not None and product.brand_id == brand_id


def read_chain(session: Session, tenant_id: str, scope: Scope | None = None) -> Chain | None:
    """The tenant's master data within `scope`; None while the hub has none."""
    scope = scope or Scope()
    tenant = session.get(place.Tenant, tenant_id)
    if tenant is None:
        return None
    return Chain(
        tenant_id=tenant_id,
        name=_named(tenant.name, tenant_id),
        currency=tenant.currency,
        simulated=tenant.simulated,
        stores=_stores(session, tenant_id, scope),
        fixtures=_fixtures(session, tenant_id, scope),
        plans=_plans(session, tenant_id),
        brands={
            brand_id: _named(name, brand_id)
            for brand_id, name in session.execute(
                sa.select(goods.BrandRow.brand_id, goods.BrandRow.name).where(
                    goods.BrandRow.tenant_id == tenant_id
                )
            )
        },
        joined=_joined(session, tenant_id),
        naming_key=tenant.naming_key,
        products=_products(session, tenant_id),
        listings=_listings(session, tenant_id, scope),
        listed_before=read_former(session, tenant_id, FormerKind.LISTING),
        fixtures_before=read_former(session, tenant_id, FormerKind.FIXTURE),
        products_before=read_former(session, tenant_id, FormerKind.PRODUCT),
        devices=_devices(session, tenant_id, scope),
    )


def _named(names: Names, identity: str) -> Names:
    """The names; the identifier where no language has one."""
    return names if any(names.values()) else Names.same(identity)


def _stores(session: Session, tenant_id: str, scope: Scope) -> dict[str, StoreInfo]:
    former = read_former(session, tenant_id, FormerKind.STORE)
    rows = session.execute(
        sa.select(place.StoreRow.__table__)
        .where(place.StoreRow.tenant_id == tenant_id, scope.stores)
        .order_by(place.StoreRow.store_id)
    )
    return {
        row.store_id: StoreInfo(
            store_id=row.store_id,
            name=_named(row.name, row.store_id),
            region=row.region,
            hours=with_past(
                StoreHours(
                    store_id=row.store_id,
                    zone=ZoneInfo(row.time_zone),
                    hours=OpeningHours.model_validate(row.opening_hours),
                    selling_area_m2=row.selling_area_m2,
                    retired_from=row.retired_from,
                ),
                former.get(row.store_id, []),
            ),
        )
        for row in rows
    }


def _fixtures(session: Session, tenant_id: str, scope: Scope) -> dict[str, FixtureInfo]:
    rows = session.execute(
        sa.select(place.FixtureRow.__table__)
        .where(place.FixtureRow.tenant_id == tenant_id, scope.fixtures)
        .order_by(place.FixtureRow.fixture_id)
    )
    return {
        row.fixture_id: FixtureInfo(
            fixture_id=row.fixture_id,
            store_id=row.store_id,
            name=_named(row.name, row.fixture_id),
            kind=row.kind,
            rows=row.rows,
            columns=row.columns,
            owner_brand_id=row.owner_brand_id,
            photo_interval_min=row.photo_interval_min,
            unattended=row.unattended,
            retired_from=row.retired_from,
        )
        for row in rows
    }


def _plans(session: Session, tenant_id: str) -> dict[str, tuple[Plan, ...]]:
    """The plans of each fixture, newest first. A version that was changed is there as it was, too,
    and as it is from the change on."""
    former = read_former(session, tenant_id, FormerKind.PLAN)
    plans: dict[str, list[Plan]] = defaultdict(list)
    for identity, content in plan_contents(session, tenant_id).items():
        changed_at: datetime | None = None
        for until, was in former.get(identity, ()):
            plans[was["fixture_id"]].append(_plan(identity, was, changed_at))
            changed_at = until
        plans[content["fixture_id"]].append(_plan(identity, content, changed_at))
    return {
        fixture_id: tuple(sorted(each, key=lambda plan: (plan.valid_from, plan.version))[::-1])
        for fixture_id, each in plans.items()
    }


def _plan(identity: str, content: Content, changed_at: datetime | None) -> Plan:
    planogram_id, version = identity.rsplit("/", 1)
    valid_from = datetime.fromisoformat(content["valid_from"])
    return Plan(
        planogram_id=planogram_id,
        version=int(version),
        fixture_id=content["fixture_id"],
        valid_from=valid_from if changed_at is None else max(valid_from, changed_at),
        slots={
            slot_id: Slot(
                slot_id=slot_id, gtin=gtin, min_facings=low, max_facings=high, others=tuple(others)
            )
            for slot_id, (gtin, low, high, others) in content["slots"].items()
        },
        must_have=frozenset(content["must_have"]),
    )


def _joined(session: Session, tenant_id: str) -> dict[str, int]:
    brand = goods.BrandRow
    rows = session.execute(
        sa.select(brand.brand_id, brand.joined).where(brand.tenant_id == tenant_id)
    )
    return {row.brand_id: row.joined for row in rows}


def _products(session: Session, tenant_id: str) -> dict[str, ProductInfo]:
    product = goods.ProductRow
    rows = session.execute(
        sa.select(
            product.gtin, product.brand_id, product.name, product.width_mm, product.retired_from
        ).where(product.tenant_id == tenant_id)
    )
    return {
        gtin: ProductInfo(
            gtin=gtin,
            brand_id=brand,
            name=_named(name, gtin),
            width_mm=width,
            retired_from=retired_from,
        )
        for gtin, brand, name, width, retired_from in rows
    }


def _listings(session: Session, tenant_id: str, scope: Scope) -> dict[tuple[str, str], ListingInfo]:
    listing = goods.ListingRow
    rows = session.execute(
        sa.select(
            listing.store_id, listing.gtin, listing.price, listing.par_units, listing.must_have
        ).where(listing.tenant_id == tenant_id, scope.listings)
    )
    return {
        (store_id, gtin): ListingInfo(price=price, par_units=par, must_have=must)
        for store_id, gtin, price, par, must in rows
    }


def _devices(session: Session, tenant_id: str, scope: Scope) -> dict[str, DeviceInfo]:
    rows = session.execute(
        sa.select(place.DeviceRow.__table__)
        .where(place.DeviceRow.tenant_id == tenant_id, scope.devices)
        .order_by(place.DeviceRow.store_id, place.DeviceRow.device_id)
    )
    return {
        row.device_id: DeviceInfo(
            device_id=row.device_id,
            store_id=row.store_id,
            kind=row.kind,
            name=_named(row.name, row.device_id),
            fixture_id=row.fixture_id,
            simulated=row.simulated,
            claimed_at=row.claimed_at,
            heard_at=row.heard_at,
            agent_version=row.agent_version,
        )
        for row in rows
    }
