"""Rows of master data that end."""

from datetime import date

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.former import FormerRow
from cloud_hub.master_data.retiring import Ending, end_fixture, end_product, end_store
from tests.small_chain import NOW, RIVAL, TENANT, TODAY, SmallChain


@pytest.fixture
def two(database: Database) -> SmallChain:
    chain = SmallChain(database)
    chain.master_data(2)
    return chain


def names(chain: SmallChain, column: sa.orm.InstrumentedAttribute[str]) -> set[str]:
    with chain.reading() as session:
        return set(session.scalars(sa.select(column).where(column.class_.tenant_id == TENANT)))


@pytest.mark.parametrize("retired_from", [None, TODAY])
def test_only_what_is_deleted_takes_its_rows_along(
    two: SmallChain, retired_from: date | None
) -> None:
    with two.database.writing() as session:
        ending = Ending(session=session, tenant_id=TENANT, now=NOW, retired_from=retired_from)
        end_store(ending, "s02")
    there = {"s01"} if retired_from is None else {"s01", "s02"}
    assert names(two, place.StoreRow.store_id) == there
    assert names(two, goods.ListingRow.store_id) == there
    assert names(two, place.PlanogramRow.fixture_id) == {f"{each}-a" for each in there}
    assert names(two, place.PlanogramSlot.planogram_id) == {f"{each}-plan" for each in there}


def test_a_fixtures_other_neighbours_stay(two: SmallChain) -> None:
    with two.database.writing() as session:
        ending = Ending(session=session, tenant_id=TENANT, now=NOW, retired_from=None)
        end_fixture(ending, "s01-a")
    assert names(two, place.FixtureRow.fixture_id) == {"s02-a"}
    assert names(two, place.PlanogramSlot.planogram_id) == {"s02-plan"}


@pytest.mark.parametrize("retired_from", [None, TODAY])
def test_only_a_retired_products_listings_are_remembered(
    two: SmallChain, retired_from: date | None
) -> None:
    with two.database.writing() as session:
        ending = Ending(session=session, tenant_id=TENANT, now=NOW, retired_from=retired_from)
        end_product(ending, RIVAL)
    assert RIVAL not in names(two, goods.ListingRow.gtin)
    assert (RIVAL in names(two, goods.ProductRow.gtin)) is (retired_from is not None)
    kept = set() if retired_from is None else {f"s01/{RIVAL}", f"s02/{RIVAL}"}
    assert names(two, FormerRow.item_id) == kept
