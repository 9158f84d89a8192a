"""Sales figures against answers worked out by hand."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.core.days.opening_hours import store_day
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Number, total
from cloud_hub.insight.window import between, comparable
from cloud_hub.master_data.chain import load_chain
from cloud_hub.sales.metrics import (
    AVERAGE_BASKET,
    MEMBER_RATE,
    NET_SALES,
    RETURN_RATE,
    SALES_PER_M2,
    SELL_OUT,
    UNITS_PER_TRANSACTION,
)
from cloud_hub.sales.tables import ReceiptIdentity
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    OWN,
    RIVAL,
    TEA,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def asked(
    chain: SmallChain,
    metric: Metric,
    *,
    days: int = 1,
    aspect: Aspect | None = None,
    as_of: datetime | None = None,
):
    with chain.reading() as session:
        known = load_chain(session, TENANT)
        assert known is not None
        stores = [store.hours for store in known.stores.values()]
        window = between(TENANT, stores, TODAY - timedelta(days=days - 1), TODAY, NOW)
        return metric.measure(session, window.known_by(as_of), aspect or Aspect())


def value(chain: SmallChain, metric: Metric, **more) -> Number | None:
    return metric.value(total(asked(chain, metric, **more).values()))


def some_sales(chain: SmallChain) -> None:
    chain.receipt(local(9, 10), (WATER, "2", "4.00"), (TEA, "1", "5.00"))
    chain.receipt(local(9, 50), (COLA, "1", "3.00"))
    chain.receipt(local(10, 5), (TEA, "-1", "-5.00"), type_="return")
    chain.receipt(local(10, 6), (TEA, "1", "5.00"), type_="void")
    chain.receipt(local(10, 7), type_="no-sale")
    chain.receipt(local(11, 0), (RIVAL, "4", "14.00"), store_id="s02")


def test_net_sales_are_sales_less_returns_and_nothing_else(chain: SmallChain) -> None:
    some_sales(chain)
    # 9.00 + 3.00 − 5.00 + 14.00
    assert value(chain, NET_SALES) == Decimal("21.00")


def test_net_sales_by_hour_are_zero_only_where_the_till_is_known(chain: SmallChain) -> None:
    some_sales(chain)
    cells = asked(chain, NET_SALES)
    assert NET_SALES.value(cells[Cell("s01", TODAY, 9)]) == Decimal("12.00")
    assert NET_SALES.value(cells[Cell("s01", TODAY, 10)]) == Decimal("-5.00")
    assert NET_SALES.value(cells[Cell("s01", TODAY, 8)]) == 0
    assert Cell("s01", TODAY, 15) not in cells, "an hour that has not come yet says nothing"


def test_hours_after_a_till_went_silent_are_no_data(chain: SmallChain) -> None:
    some_sales(chain)
    chain.unlink("s02", local(11, 30))
    cells = asked(chain, NET_SALES)
    assert NET_SALES.value(cells[Cell("s02", TODAY, 10)]) == 0
    assert cells[Cell("s02", TODAY, 11)].coverage == pytest.approx(0.5)
    assert NET_SALES.value(cells[Cell("s02", TODAY, 11)]) == Decimal("14.00")
    assert NET_SALES.value(cells[Cell("s02", TODAY, 12)]) is None


def test_a_linked_till_that_still_owes_sales_is_known_until_its_newest_one(
    chain: SmallChain,
) -> None:
    chain.receipt(local(9, 10), (WATER, "2", "4.00"), seq=1)
    chain.event("s01-till", 0, 1, at=local(9, 10), kind="receipt")
    chain.received("s01-till", 0, 1, 1)
    chain.claim("s01-till", 0, produced=7, base=2)
    cells = asked(chain, NET_SALES)
    assert NET_SALES.value(cells[Cell("s01", TODAY, 9)]) == Decimal("4.00")
    assert NET_SALES.value(cells[Cell("s01", TODAY, 10)]) is None


def test_days_before_a_stores_first_data_are_no_data(tmp_path: Path) -> None:
    new = SmallChain.open(tmp_path, first_link=NOW - timedelta(minutes=5))
    new.receipt(local(9, 10), (WATER, "2", "4.00"))
    cells = asked(new, NET_SALES, days=3)
    yesterday = [sums for cell, sums in cells.items() if cell.day != TODAY]
    assert NET_SALES.value(total(yesterday)) is None
    assert NET_SALES.value(cells[Cell("s01", TODAY, 8)]) == 0, "the day of the first receipt is"


def test_a_day_of_which_no_till_was_ever_heard_is_no_data(tmp_path: Path) -> None:
    silent = SmallChain(SmallChain.open(tmp_path).database)
    silent.unlink("s01", local(7, day=TODAY - timedelta(days=9)))
    assert value(silent, NET_SALES) is None
    assert value(silent, AVERAGE_BASKET) is None
    assert value(silent, SALES_PER_M2) is None


def test_a_chain_basket_is_one_division_and_not_a_mean_of_stores(chain: SmallChain) -> None:
    some_sales(chain)
    # (9 + 3 + 14) / 3; the mean of the stores' baskets would be (6 + 14) / 2 = 10
    assert float(value(chain, AVERAGE_BASKET)) == pytest.approx(26 / 3)


def test_a_weighed_line_counts_one_unit(chain: SmallChain) -> None:
    chain.receipt(local(9), (WATER, "0.430", "3.21"), unit="kg")
    chain.receipt(local(9, 5), (WATER, "2", "4.00"), (TEA, "1", "5.00"))
    # (1 + 3) / 2
    assert value(chain, UNITS_PER_TRANSACTION) == 2.0
    assert value(chain, SELL_OUT) == 4


def test_sales_per_m2_divide_by_area_and_trading_day(chain: SmallChain) -> None:
    some_sales(chain)
    chain.receipt(local(12, day=TODAY - timedelta(days=1)), (TEA, "10", "50.00"))
    # (21 + 50) / (2 stores × 2 days × 50 m²)
    assert float(value(chain, SALES_PER_M2, days=2)) == pytest.approx(71 / 200)


def test_return_rate_is_value_returned_of_gross_sales(chain: SmallChain) -> None:
    some_sales(chain)
    # 5 / (9 + 3 + 14)
    assert value(chain, RETURN_RATE) == pytest.approx(5 / 26)


def test_member_rate_counts_a_receipt_with_two_identities_once(chain: SmallChain) -> None:
    member = chain.receipt(local(9), (WATER, "1", "2.00"))
    chain.receipt(local(9, 1), (WATER, "1", "2.00"))
    for kind in ("phone", "card"):
        chain.add(ReceiptIdentity(tenant_id=TENANT, receipt_id=member, kind=kind, blind_index=kind))
    assert value(chain, MEMBER_RATE) == 0.5


def test_sell_out_is_of_one_brand_less_returns(chain: SmallChain) -> None:
    some_sales(chain)
    # 2 water + 1 tea + 1 cola − 1 tea
    assert value(chain, SELL_OUT, aspect=Aspect(brand_id=OWN)) == 3
    assert value(chain, SELL_OUT, aspect=Aspect(brand_id=OTHER)) == 4


def test_a_figure_asked_as_of_leaves_out_what_had_not_arrived(chain: SmallChain) -> None:
    chain.receipt(local(9), (WATER, "1", "2.00"), seq=1)
    chain.receipt(local(9, 30), (WATER, "1", "2.00"), seq=2)
    chain.event("s01-till", 0, 1, at=local(9), kind="receipt")
    chain.event("s01-till", 0, 2, at=local(9, 30), received_at=local(12), kind="receipt")
    assert value(chain, NET_SALES, as_of=local(11)) == Decimal("2.00")
    assert value(chain, NET_SALES, as_of=local(13)) == Decimal("4.00")


def test_a_sale_after_midnight_belongs_to_the_evening_before(chain: SmallChain) -> None:
    chain.receipt(local(1, 30), (WATER, "1", "2.00"), day=TODAY - timedelta(days=1))
    assert value(chain, NET_SALES) == 0
    assert value(chain, NET_SALES, days=2) == Decimal("2.00")


def test_the_comparable_day_is_the_same_weekday_until_the_same_time(chain: SmallChain) -> None:
    with chain.reading() as session:
        known = load_chain(session, TENANT)
    assert known is not None
    hours = known.stores["s01"].hours
    before = comparable(store_day(hours, TODAY, NOW))
    assert before is not None
    assert before.day == TODAY - timedelta(days=7)
    assert before.end_at == NOW - timedelta(days=7)


def test_weeks_that_are_exceptions_are_not_compared_with(chain: SmallChain) -> None:
    with chain.reading() as session:
        known = load_chain(session, TENANT)
    assert known is not None
    hours = known.stores["s01"].hours
    closed = hours.hours.model_copy(update={"exceptions": {TODAY - timedelta(days=7): None}})
    store = type(hours)(store_id="s01", zone=hours.zone, hours=closed, selling_area_m2=50.0)
    before = comparable(store_day(store, TODAY, NOW))
    assert before is not None
    assert before.day == TODAY - timedelta(days=14)
    holiday = hours.hours.model_copy(update={"exceptions": {TODAY: None}})
    store = type(hours)(store_id="s01", zone=hours.zone, hours=holiday, selling_area_m2=50.0)
    assert comparable(store_day(store, TODAY, NOW)) is None
