"""Estimated sell-out: from an opening's event to a figure with its range, or to no estimate."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.coolers.estimated_sales import (
    ESTIMATED_SELL_OUT,
    ProductSales,
    estimated_by_product,
    nine_in_ten,
)
from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.chain import read_chain
from tests.small_chain import COLA, NOW, RIVAL, TEA, TENANT, TODAY, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """A small chain whose first store has no till."""
    small = SmallChain.open(tmp_path)
    small.flush()
    with small.database.writing() as session:
        session.execute(sa.delete(place.DeviceRow).where(place.DeviceRow.device_id == "s01-till"))
    return small


def opening(
    chain: SmallChain,
    at: datetime,
    *changes: tuple[str, float, float, float],
    told: int = 40,
    untold: int = 0,
    store_id: str = "s01",
) -> None:
    """One opening: (gtin, taken, put back, variance of both together)."""
    where = {
        "tenant_id": TENANT,
        "opening_id": f"{store_id}-{at:%H%M%S}",
        "store_id": store_id,
        "fixture_id": f"{store_id}-a",
        "taken_at": at,
        "business_day": TODAY,
    }
    chain.add(
        CoolerOpening(
            **where,
            device_id=f"{store_id}-cooler",
            camera_id="camera",
            before_at=at - timedelta(minutes=10),
            before_sha256="a" * 64,
            after_sha256="b" * 64,
            quality="clear",
            openings=1,
            open_s=8.0,
            purpose="shopping",
            lanes=40,
            told_lanes=told,
            model="test",
        ),
        *(
            OpenedProduct(
                **where,
                gtin=gtin,
                taken=taken,
                taken_variance=variance,
                put_back=put_back,
                put_back_variance=0.0,
                refilled=0.0,
                refilled_variance=0.0,
                removed=0.0,
                moved=0,
                untold=untold,
            )
            for gtin, taken, put_back, variance in changes
        ),
    )


def asked(chain: SmallChain, aspect: Aspect | None = None) -> Sums | None:
    with chain.reading() as session:
        return total(
            ESTIMATED_SELL_OUT.measure(session, window(chain), aspect or Aspect()).values()
        )


def window(chain: SmallChain) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        hours = [store.hours for store in known.stores.values()]
        return between(TENANT, hours, TODAY, TODAY, NOW)


def test_what_was_taken_less_what_was_put_back_is_sold(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 2.0, 0.0, 0.1), (COLA, 1.0, 0.0, 0.0))
    opening(chain, local(10, 0), (TEA, 0.0, 1.0, 0.1))
    sums = asked(chain)

    assert ESTIMATED_SELL_OUT.value(sums) == pytest.approx(2.0)
    assert ESTIMATED_SELL_OUT.range(sums) == pytest.approx(nine_in_ten(2.0, 0.2))


def test_a_store_with_a_till_has_no_estimate(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 2.0, 0.0, 0.1), store_id="s02")
    chain.device("s02-till-2", "s02")

    assert asked(chain) is None


def test_an_unattended_cooler_has_one_beside_a_till(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 2.0, 0.0, 0.1))
    chain.device("s01-till-2", "s01")
    assert asked(chain) is None
    with chain.database.writing() as session:
        session.execute(sa.update(place.FixtureRow).values(unattended=True))

    assert ESTIMATED_SELL_OUT.value(asked(chain)) == pytest.approx(2.0)


def test_a_wide_range_is_no_estimate(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 4.0, 0.0, 4.0))

    assert ESTIMATED_SELL_OUT.value(asked(chain)) is None


def test_too_few_lanes_told_are_no_estimate(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 4.0, 0.0, 0.0), told=20)
    sums = asked(chain)

    assert sums is not None
    assert sums.coverage == 0.5
    assert ESTIMATED_SELL_OUT.value(sums) is None


def test_a_brand_is_told_of_its_own_products(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 2.0, 0.0, 0.0), (RIVAL, 5.0, 0.0, 0.0))
    every = asked(chain)
    with chain.reading() as session:
        brand = read_chain(session, TENANT)
        assert brand is not None
        own = brand.products[TEA].brand_id
    one = asked(chain, Aspect(brand_id=own))

    assert (ESTIMATED_SELL_OUT.value(every), ESTIMATED_SELL_OUT.value(one)) == (7.0, 2.0)


def test_products_are_told_apart_the_best_seller_first(chain: SmallChain) -> None:
    opening(chain, local(9, 0), (TEA, 1.0, 0.0, 0.0), (COLA, 3.0, 0.0, 30.0))
    with chain.reading() as session:
        cola, tea = estimated_by_product(session, window(chain), Aspect())

    assert isinstance(tea, ProductSales)
    assert (tea.gtin, tea.sold) == (TEA, 1.0)
    assert (cola.gtin, cola.sold) == (COLA, None)


def test_of_a_product_that_was_hidden_too_often_there_is_no_estimate(chain: SmallChain) -> None:
    for hour in (9, 10):
        opening(chain, local(hour, 0), (TEA, 0.0, 0.0, 0.0), untold=1, told=39)
        opening(chain, local(hour, 30), (COLA, 1.0, 0.0, 0.0))
    opening(chain, local(11, 0), (COLA, 1.0, 0.0, 0.0), untold=1, told=39)
    with chain.reading() as session:
        cola, tea = estimated_by_product(session, window(chain), Aspect())

    assert (tea.gtin, tea.sold, tea.is_hidden, tea.untold) == (TEA, None, True, 2)
    assert (cola.sold, cola.is_hidden, cola.untold) == (3.0, False, 1)
    assert ESTIMATED_SELL_OUT.value(asked(chain)) == 3.0
