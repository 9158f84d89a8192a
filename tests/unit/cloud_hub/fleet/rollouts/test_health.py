"""Whether a metric got worse where a version came, and nothing said of too little."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.rollouts.health import HealthQuestion, HealthVerdict, Judgement, Subject, judge
from cloud_hub.fleet.rollouts.plan import HealthBar
from cloud_hub.insight.metric import Aspect, Direction, Filter, Grain, Metric, MetricKind
from cloud_hub.insight.sums import Cell, Sums
from cloud_hub.insight.window import Window
from cloud_hub.master_data.chain import read_chain
from cloud_hub.register import METRICS
from tests.small_chain import COLA, NOW, TENANT, TODAY, SmallChain, local

ASKED_AT = local(4)
"""At four in the morning; it is 14:32 now, so that ten whole hours are over."""
Amounts = Callable[[str, bool, int], Sums | None]
"""What a store has in an hour: by store, whether that is after four today, and the hour."""


def counted(amounts: Amounts, *, days: int = 8, **changes: object) -> Metric:
    """A metric of every hour of the last days, from 0 to 23."""

    def measure(_: object, window: Window, aspect: Aspect) -> Mapping[Cell, Sums]:
        cells = {}
        for store_id in window.store_ids:
            for back in range(days):
                for hour in range(24):
                    cell = Cell(store_id, TODAY - timedelta(days=back), hour)
                    found = amounts(store_id, back == 0, hour)
                    if found is not None and (back or 4 <= hour < 15):
                        cells[cell] = found
        return cells

    return replace(METRICS["net-sales"], measure=measure, filters=frozenset(), **changes)


def share(after: float, before: float = 0.9) -> Metric:
    """A ratio that falls in the first store alone."""

    def amounts(store_id: str, is_after: bool, hour: int) -> Sums:
        value = after if is_after and store_id == "s01" else before
        return Sums(amount=value * 100, base=100)

    return counted(amounts, kind=MetricKind.RATIO)


def judged(
    chain: SmallChain, metric: Metric, *, bar: HealthBar | None = None, alone: bool = False
) -> Judgement:
    """What the metric says of the first store's till, with that of the second not asked yet."""
    name = metric.name
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        question = HealthQuestion(
            bar=bar or HealthBar(metric=name, worse_by=0.2, least_hours=8),
            metrics={name: metric},
            chain=known,
            now=NOW,
        )
        mine = Subject(device_id="s01-till", store_id="s01", fixture_id="s01-a", asked_at=ASKED_AT)
        other = Subject(
            device_id="s02-till",
            store_id="s02",
            fixture_id="s02-a",
            asked_at=ASKED_AT if alone else None,
        )
        return judge(session, question, [mine, other])


def sales(first: float, second: float = 10.0) -> Metric:
    """Sales of an hour: ten until four today, then so many in the first and second store; none at
    night."""

    def amounts(store_id: str, is_after: bool, hour: int) -> Sums:
        if not 7 <= hour < 23:
            return Sums(amount=0)
        return Sums(amount=(first if store_id == "s01" else second) if is_after else 10.0)

    return counted(amounts)


FEW = HealthBar(metric="net-sales", worse_by=0.2, least_hours=6)


@pytest.mark.parametrize(
    ("metric", "verdict"),
    [
        (sales(10), HealthVerdict.WELL),
        (sales(0), HealthVerdict.WORSE),
        (sales(7.9), HealthVerdict.WORSE),
        (sales(8.1), HealthVerdict.WELL),
        # All stores sell half on this day: the version has nothing to do with it.
        (sales(5, 5), HealthVerdict.WELL),
        # All sell twice as much but for the one that was asked.
        (sales(10, 20), HealthVerdict.WORSE),
        (replace(sales(13), direction=Direction.DOWN), HealthVerdict.WORSE),
        (replace(sales(11), direction=Direction.DOWN), HealthVerdict.WELL),
    ],
)
def test_it_is_worse_only_against_those_that_were_not_asked(
    two_stores: SmallChain, metric: Metric, verdict: HealthVerdict
) -> None:
    assert judged(two_stores, metric, bar=FEW).verdict is verdict


@pytest.mark.parametrize(
    ("metric", "verdict"),
    [
        (share(0.9), HealthVerdict.WELL),
        (share(0.71), HealthVerdict.WELL),
        (share(0.69), HealthVerdict.WORSE),
        (replace(share(0.3, 0.05), direction=Direction.DOWN), HealthVerdict.WORSE),
        (replace(share(0.2, 0.05), direction=Direction.DOWN), HealthVerdict.WELL),
    ],
)
def test_a_ratio_is_compared_in_points(
    two_stores: SmallChain, metric: Metric, verdict: HealthVerdict
) -> None:
    assert judged(two_stores, metric).verdict is verdict


def test_nights_without_sales_say_nothing(two_stores: SmallChain) -> None:
    # From 07:00 to 14:00: seven whole hours in which something was sold before.
    many = HealthBar(metric="net-sales", worse_by=0.2, least_hours=8)
    found = judged(two_stores, sales(0), bar=many)
    assert found.verdict is HealthVerdict.WAIT
    assert found.said.text("en") == "Net sales: 7 of 8 hours with data so far"


def without_data(of: str, *, after: bool) -> Metric:
    def amounts(store_id: str, is_after: bool, hour: int) -> Sums | None:
        return None if store_id == of and is_after is after else Sums(amount=10.0)

    return counted(amounts)


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (without_data("s01", after=True), "0 of 6 hours with data so far"),
        (without_data("s01", after=False), "0 of 6 hours with data so far"),
        (without_data("s02", after=True), "too few data of those not asked yet"),
        (without_data("s02", after=False), "too few data of those not asked yet"),
        (counted(lambda *_: Sums(amount=0)), "0 of 6 hours with data so far"),
        (counted(lambda *_: Sums(amount=0), kind=MetricKind.STATE), "0 on those not asked yet"),
        (counted(lambda *_: Sums(amount=5, base=0), kind=MetricKind.RATIO), "0 of 6 hours"),
        (counted(lambda *_: None), "0 of 6 hours with data so far"),
        # Nobody sells anything: a holiday, or the way from the stores is cut.
        (sales(0, 0), "0 on those not asked yet, too"),
    ],
)
def test_of_too_little_nothing_is_said(two_stores: SmallChain, metric: Metric, said: str) -> None:
    found = judged(two_stores, metric, bar=FEW)
    assert found.verdict is HealthVerdict.WAIT
    assert said in found.said.text("en")


def test_where_all_were_asked_it_is_compared_with_before_alone(two_stores: SmallChain) -> None:
    assert judged(two_stores, sales(5, 5), bar=FEW, alone=True).verdict is HealthVerdict.WORSE
    assert judged(two_stores, sales(9, 9), bar=FEW, alone=True).verdict is HealthVerdict.WELL
    still = counted(lambda *_: Sums(amount=0), kind=MetricKind.STATE)
    found = judged(two_stores, still, bar=FEW, alone=True)
    assert found.said.text("en") == "Net sales: was 0 before at these hours"


def test_the_share_that_is_watched_is_judged_as_well(two_stores: SmallChain) -> None:
    def amounts(store_id: str, is_after: bool, hour: int) -> Sums:
        seen = 600.0 if is_after and store_id == "s01" else 3600.0
        return Sums(amount=9, base=10, observed_s=seen, expected_s=3600)

    metric = counted(amounts, kind=MetricKind.RATIO)
    bar = HealthBar(metric="net-sales/coverage", worse_by=0.2, least_hours=6)
    found = judged(two_stores, metric, bar=bar)
    assert found.verdict is HealthVerdict.WORSE
    assert found.said.text("en") == ("Net sales, watched share is worse: 0.167, expected 1.000")
    assert judged(two_stores, metric).verdict is HealthVerdict.WELL, "its value is as before"


def test_a_metric_of_days_waits_for_a_whole_day(two_stores: SmallChain) -> None:
    def measure(_: object, window: Window, aspect: Aspect) -> Mapping[Cell, Sums]:
        return {Cell(day.store_id, day.day, None): Sums(amount=9, base=10) for day in window.days}

    metric = replace(METRICS["net-sales"], measure=measure, grain=Grain.DAY, kind=MetricKind.RATIO)
    bar = HealthBar(metric="net-sales", least_hours=1)
    assert judged(two_stores, metric, bar=bar).verdict is HealthVerdict.WAIT


def test_a_metric_that_knows_devices_is_asked_of_each(two_stores: SmallChain) -> None:
    asked: list[Aspect] = []

    def measure(_: object, window: Window, aspect: Aspect) -> Mapping[Cell, Sums]:
        asked.append(aspect)
        return {}

    for filters, wanted in (
        ({Filter.DEVICE, Filter.FIXTURE}, {Aspect(device_id="s01-till")}),
        ({Filter.FIXTURE}, {Aspect(fixture_id="s01-a")}),
        (set(), {Aspect()}),
    ):
        asked.clear()
        metric = replace(METRICS["net-sales"], measure=measure, filters=frozenset(filters))
        judged(two_stores, metric)
        assert wanted <= set(asked)


def test_real_sales_that_stop_are_worse(two_stores: SmallChain) -> None:
    for store_id in ("s01", "s02"):
        for back in range(1, 8):
            for hour in range(7, 23):
                at = local(hour, 10, day=TODAY - timedelta(days=back))
                two_stores.receipt(at, (COLA, "1", "3.00"), store_id=store_id)
        for hour in range(7, 15):
            if store_id == "s02":
                two_stores.receipt(local(hour, 10), (COLA, "1", "3.00"), store_id=store_id)
    two_stores.flush()
    found = judged(two_stores, METRICS["net-sales"], bar=FEW)
    assert found.said.text("en") == "Net sales is worse: 0.000, expected 3.000"


def test_a_metric_that_there_is_not_is_refused(two_stores: SmallChain) -> None:
    with pytest.raises(Refused, match="no metric 'none'"):
        judged(two_stores, sales(1), bar=HealthBar(metric="none"))
