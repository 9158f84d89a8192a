"""From sums to a figure, or to no data."""

from decimal import Decimal
from typing import Any

import pytest

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Direction, Grain, Metric, MetricKind, Unit, quantile
from cloud_hub.insight.sums import Sums


def metric(kind: MetricKind, unit: Unit = Unit.UNITS, **more: Any) -> Metric:
    text = Text("x")
    return Metric(
        name="x",
        title=text,
        kind=kind,
        formula=text,
        unit=unit,
        grain=Grain.HOUR,
        direction=Direction.UP,
        sources=("receipt",),
        no_data=text,
        measure=lambda session, window, aspect: {},
        needs=Permission.SEE_SALES,
        **more,
    )


def test_no_sums_are_no_data() -> None:
    assert metric(MetricKind.FLOW).value(None) is None
    assert metric(MetricKind.FLOW).range(None) is None


def test_a_flow_of_nothing_is_zero_where_it_was_watched() -> None:
    assert metric(MetricKind.FLOW).value(Sums(0, observed_s=1.0, expected_s=60.0)) == 0


@pytest.mark.parametrize("kind", list(MetricKind))
def test_what_nobody_watched_is_no_data_whatever_it_adds_up_to(kind: MetricKind) -> None:
    unwatched = Sums(5, base=5, expected_s=60.0, samples=(1.0,))
    assert metric(kind).value(unwatched) is None


def test_a_figure_is_given_from_its_least_coverage_on() -> None:
    careful = metric(MetricKind.FLOW, minimum_coverage=0.7)
    assert careful.value(Sums(7, observed_s=69.0, expected_s=100.0)) is None
    assert careful.value(Sums(7, observed_s=70.0, expected_s=100.0)) == 7
    assert careful.value(Sums(7)) == 7, "what no camera watches has no coverage to lack"


def test_a_ratio_is_given_from_its_least_base_on() -> None:
    rate = metric(MetricKind.RATIO, Unit.RATIO, minimum_base=20)
    assert rate.value(Sums(1, base=19)) is None
    assert rate.value(Sums(1, base=20)) == 0.05


@pytest.mark.parametrize("base", [0.001, 0.25, 0.5, 0.999, Decimal("0.5")])
def test_a_denominator_below_one_is_one(base: float | Decimal) -> None:
    rate = metric(MetricKind.RATIO)
    assert float(rate.value(Sums(1, base=base)) or 0) == pytest.approx(1 / float(base))


@pytest.mark.parametrize("base", [0, -1])
def test_nothing_is_divided_by_nothing(base: int) -> None:
    assert metric(MetricKind.RATIO).value(Sums(1, base=base)) is None


def test_money_divides_as_decimals() -> None:
    basket = metric(MetricKind.RATIO, Unit.MONEY)
    assert basket.value(Sums(Decimal("10.00"), base=4)) == Decimal("2.5")
    assert isinstance(basket.value(Sums(0, base=4)), Decimal)


def test_doubtful_parts_make_a_range() -> None:
    purity = metric(MetricKind.RATIO)
    assert purity.range(Sums(4, base=6, low=4, high=5)) == (4 / 6, 5 / 6)
    assert purity.range(Sums(4, base=6, low=4, high=4)) is None
    assert purity.range(Sums(4, base=0, low=4, high=5)) is None
    assert metric(MetricKind.STATE).range(Sums(4, low=3, high=5)) == (3.0, 5.0)


def test_a_sampled_ratio_has_the_range_of_its_sample() -> None:
    sampled = metric(MetricKind.RATIO, interval=lambda amount, base: (amount / base / 2, 1.0))
    assert sampled.range(Sums(4, base=8)) == (0.25, 1.0)


def test_an_estimate_that_is_too_doubtful_is_none() -> None:
    estimate = metric(MetricKind.FLOW, is_too_doubtful=lambda amount, variance: variance > amount)
    assert estimate.value(Sums(4, base=5)) is None
    assert estimate.value(Sums(4, base=4)) == 4


def test_a_quantile_is_of_all_single_values() -> None:
    wait = metric(MetricKind.QUANTILE, Unit.SECONDS)
    assert wait.value(Sums(0, samples=(30.0, 10.0, 20.0))) == 20.0
    assert wait.value(Sums(0)) is None


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 10.0), (0.5, 25.0), (0.9, 37.0), (1.0, 40.0), (1 / 3, 20.0)]
)
def test_a_quantile_between_two_values_lies_by_its_distance(share: float, value: float) -> None:
    assert quantile((40.0, 10.0, 30.0, 20.0), share) == pytest.approx(value)


def test_the_quantile_of_one_value_is_that_value_and_of_none_none() -> None:
    assert [quantile((7.0,), share) for share in (0.0, 0.5, 1.0)] == [7.0, 7.0, 7.0]
    assert quantile((), 0.5) is None
