"""Who is looking, and what that role may see: the only place where a role becomes SQL conditions.

A head office, a technician and IT see the whole chain; a store login sees its own store; a brand
sees its own products everywhere, and everything inside the coolers it owns. What a brand may not
see by name (rivals on a retailer's own shelf) is decided here too.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from cloud_hub.core.errors import NotYours
from cloud_hub.master_data.chain import Scope
from cloud_hub.master_data.goods_tables import Listing, Product
from cloud_hub.master_data.place_tables import Device, Fixture, Planogram, PlanogramSlot, Store
from device_profiles.store import LoginRole


class Page(StrEnum):
    """The pages of the console."""

    HOME = "home"
    FOOTFALL = "footfall"
    STORE = "store"
    SHELF = "shelf"
    BRAND = "brand"
    DEVICE = "device"
    FLEET = "fleet"
    TASKS = "tasks"
    REVIEW = "review"
    STORES = "stores"


_PAGES: dict[LoginRole, frozenset[Page]] = {
    LoginRole.HEAD_OFFICE: frozenset(Page),
    LoginRole.IT: frozenset(
        {
            Page.HOME,
            Page.FOOTFALL,
            Page.STORE,
            Page.SHELF,
            Page.DEVICE,
            Page.FLEET,
            Page.TASKS,
            Page.STORES,
        }
    ),
    LoginRole.TECHNICIAN: frozenset({Page.FLEET, Page.DEVICE, Page.TASKS}),
    LoginRole.STORE: frozenset(
        {Page.STORE, Page.SHELF, Page.TASKS, Page.REVIEW, Page.FLEET, Page.DEVICE}
    ),
    LoginRole.BRAND: frozenset({Page.BRAND, Page.SHELF, Page.REVIEW}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A signed-in person or program. `scope_id` is the store or the brand that the role is bound
    to; `None` where the role sees the whole chain. `language` is `en` or `zh`. `is_guise`: somebody
    of another role looks through this one's eyes."""

    tenant_id: str
    login_name: str
    role: LoginRole
    scope_id: str | None
    language: str = "en"
    is_guise: bool = False

    @property
    def pages(self) -> frozenset[Page]:
        """The pages this role may open."""
        return _PAGES[self.role]

    @property
    def store_id(self) -> str | None:
        """The one store this login is bound to, if it is."""
        return self.scope_id if self.role is LoginRole.STORE else None

    @property
    def brand_id(self) -> str | None:
        """The one brand this login is bound to, if it is."""
        return self.scope_id if self.role is LoginRole.BRAND else None

    def may_open(self, page: Page) -> None:
        """Nothing. Raises NotYours where this role has no such page."""
        if page not in self.pages:
            raise NotYours(f"a {self.role.value} login has no {page.value} page")


def scope_of(viewer: Viewer) -> Scope:
    """What the viewer may see, as SQL conditions on the tables of master data."""
    if viewer.store_id is not None:
        return Scope(
            stores=Store.store_id == viewer.store_id,
            fixtures=Fixture.store_id == viewer.store_id,
            devices=Device.store_id == viewer.store_id,
            listings=Listing.store_id == viewer.store_id,
        )
    if viewer.role is LoginRole.BRAND:
        return _brand_scope(viewer.tenant_id, viewer.scope_id or "")
    if viewer.role is LoginRole.STORE:
        return Scope(
            stores=sa.false(), fixtures=sa.false(), devices=sa.false(), listings=sa.false()
        )
    return Scope()


def _brand_scope(tenant_id: str, brand_id: str) -> Scope:
    """The fixtures a brand owns, and those that plan its goods; devices only of those it owns."""
    own_goods = sa.select(Product.gtin).where(
        Product.tenant_id == tenant_id, Product.brand_id == brand_id
    )
    planned = (
        sa.select(Planogram.fixture_id)
        .join(
            PlanogramSlot,
            sa.and_(
                PlanogramSlot.tenant_id == Planogram.tenant_id,
                PlanogramSlot.planogram_id == Planogram.planogram_id,
                PlanogramSlot.version == Planogram.version,
            ),
        )
        .where(Planogram.tenant_id == tenant_id, PlanogramSlot.gtin.in_(own_goods))
    )
    fixtures = sa.or_(Fixture.owner_brand_id == brand_id, Fixture.fixture_id.in_(planned))
    seen = sa.select(Fixture.store_id).where(Fixture.tenant_id == tenant_id, fixtures)
    owned = sa.select(Fixture.fixture_id).where(
        Fixture.tenant_id == tenant_id, Fixture.owner_brand_id == brand_id
    )
    return Scope(
        stores=Store.store_id.in_(seen),
        fixtures=fixtures,
        devices=Device.fixture_id.in_(owned),
        listings=Listing.gtin.in_(own_goods),
    )
