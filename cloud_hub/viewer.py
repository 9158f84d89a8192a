"""Who is looking, and what that role may see: the only place where a role becomes SQL conditions.

A head office, a technician and IT see the whole chain; a store login sees its own store; a brand
sees its own products everywhere, and everything inside the coolers it owns. What a brand may not
see by name (rivals on a retailer's own shelf) is decided here too.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import NotYours
from cloud_hub.core.text import Text
from cloud_hub.master_data.chain import Chain, Scope
from cloud_hub.master_data.goods_tables import Listing, Product
from cloud_hub.master_data.place_tables import Device, Fixture, Planogram, PlanogramSlot, Store
from cloud_hub.model.facts import ShelfObservation
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


_PAGES: dict[LoginRole, frozenset[Page]] = {
    LoginRole.HEAD_OFFICE: frozenset(Page),
    LoginRole.IT: frozenset(
        {Page.HOME, Page.FOOTFALL, Page.STORE, Page.SHELF, Page.DEVICE, Page.FLEET, Page.TASKS}
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


def may_see_photo(session: Session, viewer: Viewer, sha256: str) -> bool:
    """Whether the viewer may see the picture. A brand sees pictures of the fixtures it owns: on a
    retailer's own shelf the picture would name its rivals."""
    taken = sa.select(ShelfObservation.fixture_id).where(
        ShelfObservation.tenant_id == viewer.tenant_id, ShelfObservation.photo_sha256 == sha256
    )
    query = sa.select(Fixture.fixture_id).where(
        Fixture.tenant_id == viewer.tenant_id,
        Fixture.fixture_id.in_(taken),
        photographed_fixtures(viewer),
    )
    return session.scalar(query.limit(1)) is not None


def photographed_fixtures(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The fixtures of which the viewer may see pictures, as a condition: a brand only its own."""
    if viewer.role is LoginRole.BRAND:
        return Fixture.owner_brand_id == (viewer.scope_id or "")
    return scope_of(viewer).fixtures


class Naming:
    """What goods and brands are called to one viewer. To a brand, a rival on a fixture that the
    brand does not own is "Other A": the letter stays with the rival throughout the chain."""

    def __init__(self, viewer: Viewer, chain: Chain) -> None:
        self._brand_id = viewer.scope_id if viewer.role is LoginRole.BRAND else None
        self._is_brand = viewer.role is LoginRole.BRAND
        self._chain = chain
        rivals = sorted(brand_id for brand_id in chain.brands if brand_id != self._brand_id)
        self._letters = {brand_id: _letter(number) for number, brand_id in enumerate(rivals)}

    def hides(self, brand_id: str, owner_brand_id: str | None) -> bool:
        """Whether the brand must not be named on a fixture of that owner."""
        return self._is_brand and brand_id != self._brand_id and owner_brand_id != self._brand_id

    def hides_pictures(self, owner_brand_id: str | None) -> bool:
        """Whether pictures of a fixture of that owner would name whom the viewer must not see."""
        return self._is_brand and owner_brand_id != self._brand_id

    def brand(self, brand_id: str, owner_brand_id: str | None) -> Text:
        """What the brand is called on a fixture of that owner."""
        if self.hides(brand_id, owner_brand_id):
            letter = self._letters.get(brand_id, "?")
            return Text(en=f"Other {letter}", zh=f"其他 {letter}")
        return self._chain.brands.get(brand_id, Text(en=brand_id, zh=brand_id))

    def product(self, gtin: str, owner_brand_id: str | None) -> Text:
        """What the product is called on a fixture of that owner."""
        product = self._chain.products.get(gtin)
        if product is None:
            unknown = Text(en="Other", zh="其他")
            return unknown if self._is_brand else self._chain.product_name(gtin)
        if self.hides(product.brand_id, owner_brand_id):
            return self.brand(product.brand_id, owner_brand_id)
        return product.name

    def gtin(self, gtin: str, owner_brand_id: str | None) -> str:
        """The product's number; empty where the product must not be named."""
        product = self._chain.products.get(gtin)
        hidden = product is None or self.hides(product.brand_id, owner_brand_id)
        return "" if self._is_brand and hidden else gtin


def _letter(number: int) -> str:
    """A, B … Z, AA, AB …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
