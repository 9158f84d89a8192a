"""How many of those who came in bought something."""

from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.traffic.metrics import CONVERSION
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


def test_conversion_counts_only_minutes_that_were_watched(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(9, minute), 1, watched_s=60.0 if minute < 40 else 10.0)
    for minute in (5, 20, 39):
        chain.receipt(local(9, minute, second=30), (WATER, "1", "2.00"))
    chain.receipt(local(9, 41), (WATER, "1", "2.00"))
    cell = asked(chain, CONVERSION)[Cell("s01", TODAY, 9)]
    assert (cell.amount, cell.base) == (3, 40)
    assert CONVERSION.value(cell) == pytest.approx(3 / 40)


def test_returns_voids_and_cabinets_are_no_conversion(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    chain.receipt(local(9, 1), (WATER, "1", "2.00"))
    chain.receipt(local(9, 2), (WATER, "-1", "-2.00"), type_="return")
    chain.receipt(local(9, 3), (WATER, "1", "2.00"), type_="void")
    chain.receipt(local(9, 4), type_="no-sale")
    chain.receipt(local(9, 5), (WATER, "1", "2.00"), type_="pick-up")
    chain.receipt(local(9, 6), (WATER, "1", "2.00"), origin="cabinet")
    cell = asked(chain, CONVERSION)[Cell("s01", TODAY, 9)]
    assert (cell.amount, cell.base) == (1, 60)


def test_an_hour_with_fewer_than_twenty_entries_has_no_conversion(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(9, minute), 1 if minute < 19 else 0)
        chain.minute(local(10, minute), 1 if minute < 20 else 0)
    chain.receipt(local(9, 1), (WATER, "1", "2.00"))
    chain.receipt(local(10, 1), (WATER, "1", "2.00"))
    cells = asked(chain, CONVERSION)
    assert CONVERSION.value(cells[Cell("s01", TODAY, 9)]) is None
    assert CONVERSION.value(cells[Cell("s01", TODAY, 10)]) == pytest.approx(1 / 20)
    assert CONVERSION.value(total(cells.values())) == pytest.approx(2 / 39)


def test_with_two_doors_a_minute_counts_when_both_were_watched(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    for minute in range(60):
        chain.minute(local(9, minute), 1, line_id="back", watched_s=60.0 if minute < 30 else 0.0)
    chain.receipt(local(9, 10), (WATER, "1", "2.00"))
    chain.receipt(local(9, 45), (WATER, "1", "2.00"))
    cell = asked(chain, CONVERSION)[Cell("s01", TODAY, 9)]
    assert (cell.amount, cell.base) == (1, 60)


def test_minutes_whose_till_is_silent_are_left_out_on_both_sides(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    hour(chain, 10, 1)
    chain.receipt(local(9, 10), (WATER, "1", "2.00"))
    chain.unlink("s01", local(9, 50))
    cells = asked(chain, CONVERSION)
    assert cells[Cell("s01", TODAY, 9)].base == 50
    assert CONVERSION.value(cells[Cell("s01", TODAY, 10)]) is None


def test_a_chain_converts_as_one_population(chain: SmallChain) -> None:
    hour(chain, 9, 1)
    hour(chain, 9, 3, store_id="s02")
    for minute in range(30):
        chain.receipt(local(9, minute), (WATER, "1", "2.00"))
    for minute in range(18):
        chain.receipt(local(9, minute), (WATER, "1", "2.00"), store_id="s02")
    cells = asked(chain, CONVERSION, ("s01", "s02"))
    # (30 + 18) / (60 + 180); the mean of the stores would be (0.5 + 0.1) / 2
    assert CONVERSION.value(total(cells.values())) == pytest.approx(0.2)


def test_conversion_above_one_is_shown(chain: SmallChain) -> None:
    for minute in range(60):
        chain.minute(local(9, minute), 1 if minute < 20 else 0)
    for minute in range(25):
        chain.receipt(local(9, minute) + timedelta(seconds=5), (WATER, "1", "2.00"))
    cell = asked(chain, CONVERSION)[Cell("s01", TODAY, 9)]
    assert CONVERSION.value(cell) == pytest.approx(1.25)
