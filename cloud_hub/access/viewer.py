"""Who is looking, what that role may do, and the only place where it becomes SQL conditions.

A head office, a technician and IT see the whole chain (a technician some stores, if it is bound to
them); a store login sees its own stores; a brand sees its own products everywhere, and everything
inside the coolers it owns.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import (
    ACTS,
    OF_PEOPLE,
    OF_SEVERAL_STORES,
    OF_THE_WHOLE_CHAIN,
    PERMISSIONS,
    Permission,
)
from cloud_hub.core.catalogues import ENGLISH
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.master_data.chain import Scope
from cloud_hub.master_data.goods_tables import ListingRow, ProductRow
from cloud_hub.master_data.place_tables import (
    DeviceRow,
    FixtureRow,
    PlanogramRow,
    PlanogramSlot,
    StoreRow,
)
from device_profiles.store import LoginRole


class Standing(StrEnum):
    """As what somebody asks: a person; a program whose token may only read, or may write; the
    program of whoever installed the hub, which may do all that a program can."""

    PERSON = "person"
    READER = "reader"
    WRITER = "writer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A signed-in person or a program, with its rights as they are now.

    `store_ids` are the stores it is bound to, None where it sees them all; `brand_id` the brand it
    is bound to. `impersonated_by` is the role of a person who looks through this one's eyes.
    `language` is one that has a catalogue.
    """

    tenant_id: str
    login_name: str
    role: LoginRole
    store_ids: frozenset[str] | None = None
    brand_id: str | None = None
    language: str = ENGLISH
    impersonated_by: LoginRole | None = None
    standing: Standing = Standing.PERSON

    def __post_init__(self) -> None:
        """Refuses a role without what it is bound to: it would see everything."""
        if self.role is LoginRole.STORE and self.store_ids is None:
            raise ValueError("a store login is bound to stores")
        if (self.role is LoginRole.BRAND) != (self.brand_id is not None):
            raise ValueError("a brand login, and no other, is bound to a brand")

    @property
    def is_person(self) -> bool:
        """Whether this is a person; a token is none."""
        return self.standing is Standing.PERSON

    @property
    def only_store(self) -> str | None:
        """The store, for who is bound to exactly one."""
        return next(iter(self.store_ids)) if self.store_ids and len(self.store_ids) == 1 else None

    def sees_store(self, store_id: str) -> bool:
        """Whether the store is among those it is bound to, if it is bound to any."""
        return self.store_ids is None or store_id in self.store_ids

    def may(self, permission: Permission) -> bool:
        """Whether it may: by role and scope, as a person or program, itself or impersonated."""
        if not self.is_person and permission in OF_PEOPLE:
            return False
        if self.standing is Standing.ADMINISTRATOR:
            return True
        if not self._role_may(permission):
            return False
        if self.store_ids is not None and permission in OF_THE_WHOLE_CHAIN:
            return False
        if permission not in ACTS:
            return True
        is_its_own = self.impersonated_by is None or permission in PERMISSIONS[self.impersonated_by]
        return is_its_own and self.standing is not Standing.READER

    def _role_may(self, permission: Permission) -> bool:
        if permission in PERMISSIONS[self.role]:
            return True
        has_several = self.role is LoginRole.STORE and self.only_store is None
        return has_several and permission in OF_SEVERAL_STORES

    def require(self, permission: Permission) -> None:
        """Nothing. Raises NotYours, with one line that says why, where it may not."""
        if self.may(permission):
            return
        words, role = permission.value.replace("-", " "), f"role {self.role.value}"
        if not self.is_person and permission in OF_PEOPLE:
            raise NotYours(f"a token may not {words}: people do, who signed in")
        if not self._role_may(permission):
            raise NotYours(f"{role} may not {words}")
        if self.store_ids is not None and permission in OF_THE_WHOLE_CHAIN:
            raise NotYours(f"{role} may not {words} while it is bound to stores")
        if self.standing is Standing.READER:
            raise NotYours(f"this token may only read, not {words}")
        raise NotYours(f"nobody may {words} through another role's eyes")

    def may_give(self, role: LoginRole) -> bool:
        """Whether it may make, change and end logins and tokens of a role: nobody gives more than
        he has, but for those who may give every role."""
        if not self.may(Permission.MANAGE_LOGINS):
            return False
        if self.may(Permission.GIVE_ANY_ROLE):
            return True
        return PERMISSIONS[role] <= PERMISSIONS[self.role]


def scope_of(viewer: Viewer) -> Scope:
    """What the viewer may see, as SQL conditions on the tables of master data."""
    if viewer.brand_id is not None:
        return _brand_scope(viewer.tenant_id, viewer.brand_id)
    if viewer.store_ids is None:
        return Scope()
    return Scope(
        stores=StoreRow.store_id.in_(viewer.store_ids),
        fixtures=FixtureRow.store_id.in_(viewer.store_ids),
        devices=DeviceRow.store_id.in_(viewer.store_ids),
        listings=ListingRow.store_id.in_(viewer.store_ids),
    )


def device_for(session: Session, viewer: Viewer, device_id: str) -> DeviceRow:
    """The device. Raises NotFound where there is none of that name for this viewer."""
    device = session.scalars(
        sa.select(DeviceRow).where(
            DeviceRow.tenant_id == viewer.tenant_id,
            DeviceRow.device_id == device_id,
            scope_of(viewer).devices,
        )
    ).one_or_none()
    if device is None:
        raise NotFound(f"no device {device_id} for this login")
    return device


def _brand_scope(tenant_id: str, brand_id: str) -> Scope:
    """The fixtures a brand owns, and those that plan its goods; devices only of those it owns."""
    own_goods = sa.select(ProductRow.gtin).where(
        ProductRow.tenant_id == tenant_id, ProductRow.brand_id == brand_id
    )
    planned = (
        sa.select(PlanogramRow.fixture_id)
        .join(
            PlanogramSlot,
            sa.and_(
                PlanogramSlot.tenant_id == PlanogramRow.tenant_id,
                PlanogramSlot.planogram_id == PlanogramRow.planogram_id,
                PlanogramSlot.version == PlanogramRow.version,
            ),
        )
        .where(PlanogramRow.tenant_id == tenant_id, PlanogramSlot.gtin.in_(own_goods))
    )
    fixtures = sa.or_(FixtureRow.owner_brand_id == brand_id, FixtureRow.fixture_id.in_(planned))
    seen = sa.select(FixtureRow.store_id).where(FixtureRow.tenant_id == tenant_id, fixtures)
    owned = sa.select(FixtureRow.fixture_id).where(
        FixtureRow.tenant_id == tenant_id, FixtureRow.owner_brand_id == brand_id
    )
    return Scope(
        stores=StoreRow.store_id.in_(seen),
        fixtures=fixtures,
        devices=DeviceRow.fixture_id.in_(owned),
        listings=ListingRow.gtin.in_(own_goods),
    )
