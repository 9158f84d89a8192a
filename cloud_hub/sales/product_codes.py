"""The products that a receipt's lines may mean."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.master_data.goods_tables import ProductRow


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products that some lines may mean: GTINs known, and GTIN by the store's item code."""

    gtins: frozenset[str]
    by_item_code: dict[str, str]


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
    codes = {code.casefold(): gtin for code, gtin in coded if code}
    return Catalogue(frozenset(known), codes)
