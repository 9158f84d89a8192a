"""Rows of master data that end: retired where history points at them, else deleted."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.table import Base
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.former import (
    Change,
    FormerKind,
    FormerRow,
    listing_content,
    listing_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ends is one of the chain's, at `now`; `retired_from` None: no history knows it, so that
    it is deleted."""

    session: Session
    tenant_id: str
    now: datetime
    retired_from: date | None


def end_store(ending: Ending, store_id: str) -> None:
    """Ends a store; deleted, with its fixtures, plans, listings and what it was before."""
    if ending.retired_from is not None:
        _retire(ending, place.StoreRow, store_id)
        return
    session, key = ending.session, {"tenant_id": ending.tenant_id, "store_id": store_id}
    query = sa.select(place.FixtureRow.fixture_id).filter_by(**key)
    for fixture_id in session.scalars(query).all():
        end_fixture(ending, fixture_id)
    for model in (goods.ListingRow, place.DeviceRow, place.StoreRow):
        session.execute(sa.delete(model).filter_by(**key))
    _forget(ending, FormerKind.STORE, FormerRow.item_id == store_id)
    _forget(ending, FormerKind.LISTING, FormerRow.item_id.startswith(f"{store_id}/"))


def end_fixture(ending: Ending, fixture_id: str) -> None:
    """Ends a fixture; deleted, with its plans and what it was before."""
    if ending.retired_from is not None:
        _retire(ending, place.FixtureRow, fixture_id)
        return
    session, of_chain = ending.session, {"tenant_id": ending.tenant_id}
    plans = sa.select(place.PlanogramRow.planogram_id).filter_by(fixture_id=fixture_id, **of_chain)
    for planogram_id in session.scalars(plans.distinct()).all():
        for model in (place.PlanogramSlot, place.PlanogramRow):
            session.execute(sa.delete(model).filter_by(planogram_id=planogram_id, **of_chain))
        _forget(ending, FormerKind.PLAN, FormerRow.item_id.startswith(f"{planogram_id}/"))
    session.execute(sa.delete(place.FixtureRow).filter_by(fixture_id=fixture_id, **of_chain))
    _forget(ending, FormerKind.FIXTURE, FormerRow.item_id == fixture_id)


def end_product(ending: Ending, gtin: str) -> None:
    """Ends a product: no store lists it from now on, and past days know who did."""
    session, key = ending.session, {"tenant_id": ending.tenant_id, "gtin": gtin}
    rows = session.execute(
        sa.select(goods.ListingRow.store_id, goods.ListingRow.must_have).filter_by(**key)
    )
    listed = {
        listing_id(store_id, gtin): listing_content(must_have) for store_id, must_have in rows
    }
    session.execute(sa.delete(goods.ListingRow).filter_by(**key))
    if ending.retired_from is not None:
        Change(session=session, tenant_id=ending.tenant_id, since=ending.now).keep(
            FormerKind.LISTING, listed
        )
        _retire(ending, goods.ProductRow, gtin)
        return
    session.execute(sa.delete(goods.ProductRow).filter_by(**key))
    _forget(ending, FormerKind.LISTING, FormerRow.item_id.endswith(f"/{gtin}"))


def _retire(ending: Ending, model: type[Base], identity: str) -> None:
    row = ending.session.get_one(model, (ending.tenant_id, identity))
    row.retired_from = ending.retired_from  # type: ignore[attr-defined]


def _forget(ending: Ending, kind: FormerKind, which: sa.ColumnElement[bool]) -> None:
    ending.session.execute(
        sa.delete(FormerRow).where(
            FormerRow.tenant_id == ending.tenant_id, FormerRow.kind == kind, which
        )
    )
