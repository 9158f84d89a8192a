"""Sales per m² are divided by the stores and days of which something is known."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Metric, MetricKind
from cloud_hub.insight.sums import Sums
from cloud_hub.sales.metrics import RETURN_RATE, SALES_METRICS, SALES_PER_M2
from tests.stage.money_road import opened_road

SALE = {"code": "a", "quantity": 1, "unit_price": "1000.00"}


async def test_a_store_that_was_never_heard_and_days_before_the_first_do_not_divide(
    tmp_path: Path,
) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell(SALE)
        road.arrive()
        assert road.value(SALES_PER_M2) == Decimal(10)
        assert road.value(SALES_PER_M2, "s01", first=date(2026, 2, 28)) == Decimal(10)
        assert road.value(SALES_PER_M2, "s02") is None
        assert str(road.value(SALES_PER_M2)) == "10"


@pytest.mark.parametrize(
    "metric",
    [one for one in SALES_METRICS if one.kind is MetricKind.RATIO],
    ids=lambda one: one.name,
)
def test_a_denominator_below_one_divides_too(metric: Metric) -> None:
    assert metric.value(Sums(amount=Decimal("0.25"), base=Decimal("0.50"))) == Decimal("0.5")
    assert metric.value(Sums(amount=Decimal("0.25"), base=Decimal(0))) is None


async def test_a_return_of_half_a_penny_of_sales_is_a_rate(tmp_path: Path) -> None:
    async with opened_road(tmp_path) as road:
        await road.till.sell({"code": "a", "quantity": 1, "unit_price": "0.50"})
        await road.till.sell({"code": "a", "quantity": 1, "unit_price": "0.25"}, act="returns")
        road.arrive()
        assert road.value(RETURN_RATE) == 0.5
