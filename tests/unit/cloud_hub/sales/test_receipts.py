"""Sales figures against answers worked out by hand."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Number, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.metrics import (
    AVERAGE_BASKET,
    MEMBER_RATE,
    NET_SALES,
    SALES_PER_M2,
    SELL_OUT,
    UNITS_PER_TRANSACTION,
)
from cloud_hub.sales.tables import ReceiptIdentity
from tests.small_chain import (
    COLA,
    NOW,
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
        known = read_chain(session, TENANT)
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


def test_member_rate_counts_a_receipt_with_two_identities_once(chain: SmallChain) -> None:
    member = chain.receipt(local(9), (WATER, "1", "2.00"))
    chain.receipt(local(9, 1), (WATER, "1", "2.00"))
    for kind in ("phone", "card"):
        chain.add(ReceiptIdentity(tenant_id=TENANT, receipt_id=member, kind=kind, blind_index=kind))
    assert value(chain, MEMBER_RATE) == 0.5


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
