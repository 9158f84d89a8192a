"""The products that a receipt's lines may mean."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.master_data.place_tables import Tenant
from device_profiles.values.code_layouts import DEFAULT_LAYOUTS
from device_profiles.values.codes import ScannedCode, item_key


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products that some lines may mean: GTINs known, and GTIN by the `item_key` of the chain's
    own code."""

    gtins: frozenset[str]
    by_item_code: dict[str, str]

    def product_of(self, code: str, scan: ScannedCode, told: str | None = None) -> str | None:
        """The product that a line with this code means: `told` by its till, by its GTIN, by the
        item inside the code, by the code itself; None where it is no known product."""
        for gtin in (told, scan.gtin):
            if gtin is not None and gtin in self.gtins:
                return gtin
        found = self.by_item_code.get(item_key(scan.item_code)) if scan.item_code else None
        return found or self.by_item_code.get(item_key(code))


@dataclass(frozen=True, slots=True)
class Codes:
    """By what a chain's codes and its shoppers' telephone numbers are read."""

    catalogue: Catalogue
    layouts: tuple[str, ...]
    country: str | None


def load_layouts(session: Session, tenant_id: str) -> tuple[str, ...]:
    """How the chain writes weights and prices into its own codes."""
    told = session.scalar(sa.select(Tenant.code_layouts).where(Tenant.tenant_id == tenant_id))
    return DEFAULT_LAYOUTS if told is None else tuple(told)


def load_country(session: Session, tenant_id: str) -> str | None:
    """Where the chain says that its telephone numbers are; None where it does not say."""
    return session.scalar(sa.select(Tenant.country).where(Tenant.tenant_id == tenant_id))


def load_catalogue(session: Session, tenant_id: str, gtins: Iterable[str]) -> Catalogue:
    """Which of `gtins` are products of the tenant, and every product with an item code."""
    known: set[str] = set()
    for some in chunks(gtins):
        known.update(
            session.scalars(
                sa.select(ProductRow.gtin).where(
                    ProductRow.tenant_id == tenant_id, ProductRow.gtin.in_(some)
                )
            )
        )
    coded = session.execute(
        sa.select(ProductRow.item_code, ProductRow.gtin).where(
            ProductRow.tenant_id == tenant_id, ProductRow.item_code.is_not(None)
        )
    )
    codes = {item_key(code): gtin for code, gtin in coded if code}
    return Catalogue(frozenset(known), codes)
