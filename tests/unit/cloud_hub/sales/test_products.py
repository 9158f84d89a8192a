"""What single goods sold and came back."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Number, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.metrics import (
    RETURN_RATE,
    SELL_OUT,
)
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
    chain: SmallChain, metric: Metric, *, days: int = 1, aspect: Aspect | None = None, **more
):
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        stores = [store.hours for store in known.stores.values()]
        window = between(TENANT, stores, TODAY - timedelta(days=days - 1), TODAY, NOW, **more)
        return metric.measure(session, window, aspect or Aspect())


def value(chain: SmallChain, metric: Metric, **more) -> Number | None:
    return metric.value(total(asked(chain, metric, **more).values()))


def some_sales(chain: SmallChain) -> None:
    chain.receipt(local(9, 10), (WATER, "2", "4.00"), (TEA, "1", "5.00"))
    chain.receipt(local(9, 50), (COLA, "1", "3.00"))
    chain.receipt(local(10, 5), (TEA, "-1", "-5.00"), type_="return")
    chain.receipt(local(10, 6), (TEA, "1", "5.00"), type_="void")
    chain.receipt(local(10, 7), type_="no-sale")
    chain.receipt(local(11, 0), (RIVAL, "4", "14.00"), store_id="s02")


def test_return_rate_is_value_returned_of_gross_sales(chain: SmallChain) -> None:
    some_sales(chain)
    # 5 / (9 + 3 + 14)
    assert value(chain, RETURN_RATE) == pytest.approx(5 / 26)


def test_sell_out_is_of_one_brand_less_returns(chain: SmallChain) -> None:
    some_sales(chain)
    # 2 water + 1 tea + 1 cola − 1 tea
    assert value(chain, SELL_OUT, aspect=Aspect(brand_id=OWN)) == 3
    assert value(chain, SELL_OUT, aspect=Aspect(brand_id=OTHER)) == 4
