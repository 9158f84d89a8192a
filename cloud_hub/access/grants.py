"""What a login or token is given: a role, and the stores, regions or brand that bind it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from cloud_hub.access.tables import ApiToken, Login
from cloud_hub.core.errors import Refused
from cloud_hub.master_data.goods_tables import BrandRow
from cloud_hub.master_data.lookups import stores_by_region
from cloud_hub.master_data.place_tables import StoreRow
from device_profiles.store import LoginRole

SHOWN: Final = 20
"""So many known names are told to who named an unknown one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role with what it is bound to: `scopes` are stores, or the brand of a brand login;
    `regions` bind to every store that master data put there, also to those that come later."""

    role: LoginRole
    scopes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """What it is bound to, in one line; empty for the whole chain."""
        kind = "brand" if self.role is LoginRole.BRAND else "store"
        named = [f"{kind} {one}" for one in self.scopes]
        return ", ".join([*named, *(f"region {one}" for one in self.regions)])

    def as_json(self) -> dict[str, Any]:
        """For the audit log."""
        return {
            "role": self.role.value,
            "scopes": list(self.scopes),
            "regions": list(self.regions),
        }


def grant_of(row: Login | ApiToken) -> Grant:
    """What a kept login or token was given."""
    return Grant(role=LoginRole(row.role), scopes=tuple(row.scopes), regions=tuple(row.regions))


def checked(session: Session, tenant_id: str, grant: Grant) -> Grant:
    """The grant as it is kept: each name once, regions as master data spell them.

    Raises Refused for a role without what binds it, with what it cannot be bound to, and for a
    store, region or brand that there is not.
    """
    role, scopes = grant.role, tuple(dict.fromkeys(grant.scopes))
    if role in (LoginRole.HEAD_OFFICE, LoginRole.IT) and (scopes or grant.regions):
        raise Refused(f"role {role} sees the whole chain; it takes no scope", status=422)
    if role is LoginRole.BRAND:
        if len(scopes) != 1 or grant.regions:
            raise Refused("role brand needs a scope: the one brand it is for", status=422)
        _require(session, tenant_id, "brand", BrandRow.brand_id, scopes)
        return Grant(role=role, scopes=scopes)
    if role is LoginRole.STORE and not (scopes or grant.regions):
        raise Refused("role store needs a scope: the stores or regions it is for", status=422)
    _require(session, tenant_id, "store", StoreRow.store_id, scopes)
    regions = _regions(session, tenant_id, grant.regions)
    return Grant(role=role, scopes=scopes, regions=regions)


def bound_stores(session: Session, tenant_id: str, grant: Grant) -> frozenset[str] | None:
    """The stores that the grant is bound to, as master data stand now; None for every store."""
    is_bound = grant.role is LoginRole.STORE or bool(grant.scopes or grant.regions)
    if grant.role is LoginRole.BRAND or not is_bound:
        return None
    found = set(grant.scopes)
    if grant.regions:
        asked = {_folded(region) for region in grant.regions}
        for name, stores in stores_by_region(session, tenant_id).items():
            if _folded(name) in asked:
                found |= stores
    return frozenset(found)


def _require(
    session: Session,
    tenant_id: str,
    kind: str,
    column: InstrumentedAttribute[str],
    names: Collection[str],
) -> None:
    query = sa.select(column).where(column.class_.tenant_id == tenant_id)
    known = sorted(session.scalars(query)) if names else []
    for name in names:
        if name not in known:
            raise _unknown(kind, name, known)


def _regions(session: Session, tenant_id: str, asked: Collection[str]) -> tuple[str, ...]:
    known = {_folded(name): name for name in stores_by_region(session, tenant_id)} if asked else {}
    for name in asked:
        if _folded(name) not in known:
            raise _unknown("region", name, sorted(known.values()))
    return tuple(dict.fromkeys(known[_folded(name)] for name in asked))


def _unknown(kind: str, name: str, known: list[str]) -> Refused:
    shown = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return Refused(f"there is no {kind} {name!r}; there is: {shown or 'none'}", status=422)


def _folded(name: str) -> str:
    return name.strip().casefold()
