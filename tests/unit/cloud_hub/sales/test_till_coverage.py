"""Of which time a store's tills are known."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, Number, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.metrics import (
    AVERAGE_BASKET,
    NET_SALES,
    SALES_PER_M2,
)
from cloud_hub.sales.till_coverage import NOTHING_KNOWN, STILL_LINKED, Known, known_tills
from tests.small_chain import (
    COLA,
    FIRST_LINK,
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


def known(chain: SmallChain, *, days: int = 1) -> dict[str, Known]:
    with chain.reading() as session:
        master = read_chain(session, TENANT)
        assert master is not None
        stores = [store.hours for store in master.stores.values()]
        window = between(TENANT, stores, TODAY - timedelta(days=days - 1), TODAY, NOW)
        return known_tills(session, window)


def test_a_stretch_overlaps_only_as_far_as_it_is_known() -> None:
    stretch = Known(local(9), local(11))
    assert stretch.overlap_s(local(8), local(10)) == 3600
    assert stretch.overlap_s(local(10, 30), local(12)) == 1800
    assert stretch.overlap_s(local(11), local(12)) == 0
    assert NOTHING_KNOWN.overlap_s(local(0), local(23)) == 0
    assert stretch.covers(local(9), local(11))
    assert not stretch.covers(local(8, 59), local(11))
    assert not NOTHING_KNOWN.covers(local(9), local(9))


def test_a_linked_till_is_known_since_its_first_link_and_until_now(chain: SmallChain) -> None:
    assert known(chain)["s01"] == Known(FIRST_LINK, STILL_LINKED)


def test_of_two_tills_the_one_that_is_known_less_counts(chain: SmallChain) -> None:
    chain.device("s01-till-2", kind="till", linked=False)
    chain.event("s01-till-2", 0, 1, at=local(12))
    chain.received("s01-till-2", 0, 1, 1)
    assert known(chain)["s01"] == Known(FIRST_LINK, local(12))


def test_a_till_that_was_never_installed_makes_nothing_unknown(chain: SmallChain) -> None:
    chain.device("s01-spare", kind="till", linked=False, heard_at=None)
    assert known(chain)["s01"] == Known(FIRST_LINK, STILL_LINKED)


def test_sales_from_before_the_first_link_make_their_day_known(tmp_path: Path) -> None:
    new = SmallChain.open(tmp_path, first_link=local(12))
    new.receipt(local(9, day=TODAY - timedelta(days=3)), (WATER, "1", "2.00"))
    assert known(new)["s01"].since == local(4, day=TODAY - timedelta(days=3))
