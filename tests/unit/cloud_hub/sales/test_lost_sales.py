"""What a product that was out of stock would have sold."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.lost_sales import HourlyRate, a_day, learn_rates, lost_sales
from tests.small_chain import (
    NOW,
    TENANT,
    TODAY,
    SmallChain,
    local,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def history(chain: SmallChain, days: int):
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    stores = [known.stores["s01"].hours]
    return between(TENANT, stores, TODAY - timedelta(days=days), TODAY, NOW).days


def test_expected_sales_are_learned_from_in_stock_hours_only(chain: SmallChain) -> None:
    days = history(chain, 4)
    units = {(day.day, 12): Decimal(3) for day in days[:3]}
    away: list[tuple[datetime, datetime]] = [(days[3].open_at, days[3].close_at)]
    rates = learn_rates(days[:4], units, away)
    # four days of history, the fourth out of stock: 9 units in 3 hours
    assert rates[12].per_hour == pytest.approx(3.0)
    assert rates[12].hours == pytest.approx(3.0)


def test_lost_sales_are_expected_less_sold_at_the_price_without_substitutes(
    chain: SmallChain,
) -> None:
    days = history(chain, 1)
    rates = learn_rates(
        days[:1], {(days[0].day, 12): Decimal(4), (days[0].day, 13): Decimal(2)}, []
    )
    lost = lost_sales(rates, days[1:], (local(12, 30), local(14)), Decimal(1), Decimal("5.00"))
    assert lost is not None
    # half an hour at 4 and an hour at 2 = 4 expected; (4 − 1) × 5.00 × 0.7
    assert lost.expected_units == pytest.approx(4.0)
    assert lost.value == Decimal("10.50")
    assert lost.low <= lost.value <= lost.high


def test_more_sold_than_expected_is_no_loss(chain: SmallChain) -> None:
    days = history(chain, 1)
    rates = learn_rates(days[:1], {(days[0].day, 12): Decimal(1)}, [])
    lost = lost_sales(rates, days[1:], (local(12), local(13)), Decimal(5), Decimal("5.00"))
    assert lost is not None
    assert lost.value == 0


def test_without_history_a_loss_has_no_price(chain: SmallChain) -> None:
    days = history(chain, 0)
    assert lost_sales({}, days, (local(12), local(13)), Decimal(0), Decimal("5.00")) is None


def test_an_hour_half_out_of_stock_counts_for_its_other_half(chain: SmallChain) -> None:
    (day, *_) = history(chain, 1)
    noon = local(12, day=day.day)
    rates = learn_rates([day], {(day.day, 12): Decimal(3)}, [(noon, noon + timedelta(minutes=30))])
    assert (rates[12].units, rates[12].hours) == (3.0, 0.5)
    assert rates[12].per_hour == pytest.approx(6.0)


def test_an_hour_that_was_never_in_stock_teaches_nothing(chain: SmallChain) -> None:
    (day, *_) = history(chain, 1)
    noon = local(12, day=day.day)
    rates = learn_rates([day], {}, [(noon, noon + timedelta(hours=1))])
    assert 12 not in rates
    assert rates[13].per_hour == 0.0


def test_a_rate_without_hours_is_nothing_an_hour() -> None:
    assert HourlyRate(units=0.0, hours=0.0).per_hour == 0.0


def test_a_gap_costs_nothing_while_the_store_is_closed(chain: SmallChain) -> None:
    (day, *_) = history(chain, 1)
    rates = learn_rates([day], {(day.day, hour): Decimal(2) for hour in range(7, 23)}, [])
    night = (local(23, day=day.day), local(7))
    assert lost_sales(rates, history(chain, 1), night, Decimal(0), Decimal("5.00")) is None


def test_the_range_is_as_wide_as_chance_and_never_below_zero(chain: SmallChain) -> None:
    (day, today) = history(chain, 1)
    rates = learn_rates([day], {(day.day, 12): Decimal(4)}, [])
    lost = lost_sales(rates, [today], (local(12), local(13)), Decimal(0), Decimal("1.00"))
    assert lost is not None
    # 4 expected; 1.96 × √4 = 3.92 either way; × 0.7
    assert (lost.low, lost.value, lost.high) == (
        Decimal("0.06"),
        Decimal("2.80"),
        Decimal("5.54"),
    )
    few = lost_sales(rates, [today], (local(12), local(12, 15)), Decimal(0), Decimal("1.00"))
    assert few is not None
    assert few.low == 0


def test_a_whole_day_without_the_product_costs_its_usual_sales(chain: SmallChain) -> None:
    (day, _) = history(chain, 1)
    rates = learn_rates([day], {(day.day, 12): Decimal(4), (day.day, 18): Decimal(6)}, [])
    assert a_day(rates, day, Decimal("5.00")) == Decimal("35.00")
    assert a_day({}, day, Decimal("5.00")) == 0
