"""Footfall and conversion against answers worked out by hand."""

from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES
from cloud_hub.traffic.footfall import estimated_footfall, load_doors, staff_left_out
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL, FOOTFALL_ESTIMATED
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def window(chain: SmallChain, stores: tuple[str, ...] = ("s01",)) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return between(TENANT, [known.stores[s].hours for s in stores], TODAY, TODAY, NOW)


def asked(chain: SmallChain, metric: Metric, stores: tuple[str, ...] = ("s01",)):
    days = window(chain, stores)
    with chain.reading() as session:
        return metric.measure(session, days, Aspect())


def hour(chain: SmallChain, at: int, entries: int, *, watched_s: float = 60.0, **more) -> None:
    """Sixty minutes with so many entries each."""
    for minute in range(60):
        chain.minute(local(at, minute), entries, watched_s=watched_s, **more)


def test_footfall_counts_entrances_only_and_shows_staff_apart(chain: SmallChain) -> None:
    chain.minute(local(9, 0), 3, staff=2)
    chain.minute(local(9, 1), 4)
    chain.minute(local(9, 0), 50, line_id="aisle", role="inner")
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 9)]) == 7
    with chain.reading() as session:
        assert staff_left_out(load_doors(session, window(chain))) == {"s01": 2}


def test_people_count_from_a_quarter_before_opening(chain: SmallChain) -> None:
    chain.minute(local(6, 44), 100)
    chain.minute(local(6, 45), 1)
    chain.minute(local(7, 0), 2)
    assert FOOTFALL.value(total(asked(chain, FOOTFALL).values())) == 3


def test_an_unwatched_hour_is_no_data_and_lowers_the_coverage(chain: SmallChain) -> None:
    hour(chain, 7, 1)
    hour(chain, 8, 0, watched_s=0.0)
    hour(chain, 9, 2, watched_s=30.0)
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 7)]) == 60
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 8)]) is None
    assert cells[Cell("s01", TODAY, 9)].coverage == pytest.approx(0.5)
    whole = total(cells.values())
    assert whole is not None
    # 07:00 to 14:27 (five minutes may be on their way) are due, 90 minutes were watched
    assert whole.coverage == pytest.approx(90 / (7 * 60 + 27))


def test_minutes_that_never_arrived_are_not_zero(chain: SmallChain) -> None:
    hour(chain, 7, 1)
    cells = asked(chain, FOOTFALL)
    assert FOOTFALL.value(cells[Cell("s01", TODAY, 10)]) is None


def test_a_store_without_any_door_has_no_footfall(chain: SmallChain) -> None:
    assert asked(chain, FOOTFALL) == {}
    assert FOOTFALL.value(total(asked(chain, FOOTFALL).values())) is None


def test_the_estimate_weighs_unwatched_time_by_the_usual_people(chain: SmallChain) -> None:
    cells = {
        Cell("s01", TODAY, 9): Sums(amount=80, observed_s=3600, expected_s=3600),
        Cell("s01", TODAY, 10): Sums(amount=10, observed_s=1800, expected_s=3600),
    }
    usual = {("s01", 9): 80.0, ("s01", 10): 20.0}
    day = estimated_footfall(cells, usual)[Cell("s01", TODAY, None)]
    # watched share = (80 × 1 + 20 × 0.5) / 100 = 0.9; 90 / 0.9
    assert FOOTFALL_ESTIMATED.value(day) == 100
    assert day.coverage == pytest.approx(0.9)


def test_below_seventy_percent_watched_there_is_no_estimate(chain: SmallChain) -> None:
    cells = {
        Cell("s01", TODAY, 9): Sums(amount=10, observed_s=3600, expected_s=3600),
        Cell("s01", TODAY, 10): Sums(amount=0, observed_s=0, expected_s=3600),
    }
    day = estimated_footfall(cells, {("s01", 9): 10.0, ("s01", 10): 10.0})
    assert FOOTFALL_ESTIMATED.value(day[Cell("s01", TODAY, None)]) is None


def test_sales_per_visitor_is_basket_times_conversion(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    for minute in range(12):
        chain.receipt(local(9, minute), (WATER, "1", f"{minute + 1}.00"))
    both = ("s01",)
    basket = AVERAGE_BASKET.value(total(asked(chain, AVERAGE_BASKET, both).values()))
    rate = CONVERSION.value(total(asked(chain, CONVERSION, both).values()))
    sales = NET_SALES.value(total(asked(chain, NET_SALES, both).values()))
    people = FOOTFALL.value(total(asked(chain, FOOTFALL, both).values()))
    assert basket is not None
    assert rate is not None
    assert sales is not None
    assert people is not None
    assert float(basket) * float(rate) == pytest.approx(float(sales) / float(people))
