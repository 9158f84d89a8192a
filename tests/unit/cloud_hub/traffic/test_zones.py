"""Queues and zones against answers worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_hub.insight.metric import Aspect, Metric, quantile
from cloud_hub.insight.sums import Cell, Cells, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.traffic.zone_metrics import (
    PASSERS_BY,
    QUEUE_LENGTH,
    QUEUE_WAIT,
    QUEUE_WAIT_P90,
    STAFF_LEFT_OUT,
    ZONE_CONVERSION,
    ZONE_STAY,
    ZONE_VISITS,
)
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def asked(chain: SmallChain, metric: Metric) -> Cells:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        window = between(TENANT, [known.stores["s01"].hours], TODAY, TODAY, NOW)
        return metric.measure(session, window, Aspect())


def at(hour: int) -> Cell:
    return Cell("s01", TODAY, hour)


def test_a_queues_length_is_weighted_by_the_time_watched(chain: SmallChain) -> None:
    chain.zone(local(12, 0), queue=6)
    chain.zone(local(12, 1), queue=3, watched_s=30.0)
    chain.zone(local(12, 2), queue=0)
    cells = asked(chain, QUEUE_LENGTH)
    assert QUEUE_LENGTH.value(cells[at(12)]) == pytest.approx((6 * 60 + 3 * 30) / 150)
    assert cells[at(12)].coverage == pytest.approx(150 / 3600)
    assert QUEUE_LENGTH.value(cells[at(11)]) is None


def test_waits_of_all_minutes_together_make_the_quantile(chain: SmallChain) -> None:
    chain.zone(local(12, 0), 10.0, 20.0, 2.0)
    chain.zone(local(12, 1), 400.0, zone_id="till-2")
    chain.zone(local(13, 0), 30.0)
    cells = asked(chain, QUEUE_WAIT)
    assert QUEUE_WAIT.value(cells[at(12)]) == 20.0
    assert QUEUE_WAIT.value(total(cells.values())) == 25.0
    assert QUEUE_WAIT_P90.value(total(cells.values())) == pytest.approx(289.0)


def test_visits_are_those_of_zones_and_inner_lines_not_of_queues(chain: SmallChain) -> None:
    chain.zone(local(9, 0), 12.0, 40.0, zone_id="drinks", is_queue=False)
    chain.zone(local(9, 0), 90.0)
    chain.minute(local(9, 0), 5, line_id="aisle", role="inner")
    chain.minute(local(9, 0), 7)
    assert ZONE_VISITS.value(asked(chain, ZONE_VISITS)[at(9)]) == 7
    assert ZONE_STAY.value(asked(chain, ZONE_STAY)[at(9)]) == 26.0


def test_people_outside_are_passers_by_and_no_footfall(chain: SmallChain) -> None:
    chain.minute(local(9, 0), 40, line_id="street", role="outside")
    chain.minute(local(9, 0), 3, staff=2)
    assert PASSERS_BY.value(asked(chain, PASSERS_BY)[at(9)]) == 40
    assert STAFF_LEFT_OUT.value(asked(chain, STAFF_LEFT_OUT)[at(9)]) == 2


@pytest.mark.parametrize("category", ["Drinks", "饮料"])
def test_a_zones_conversion_takes_receipts_of_its_goods_in_watched_quarters(
    chain: SmallChain, category: str
) -> None:
    for minute in range(15):
        chain.zone(local(9, minute), 8.0, 9.0, zone_id="drinks", is_queue=False, category=category)
        chain.zone(
            local(9, 30 + minute),
            8.0,
            zone_id="drinks",
            is_queue=False,
            category=category,
            watched_s=20.0,
        )
    for minute in (1, 5, 9):
        chain.receipt(local(9, minute), (WATER, "1", "2.00"), (WATER, "2", "4.00"))
    chain.receipt(local(9, 31), (WATER, "1", "2.00"))
    cell = asked(chain, ZONE_CONVERSION)[at(9)]
    assert (cell.amount, cell.base) == (3, 30)


def test_a_late_minute_changes_its_own_hour_alone(chain: SmallChain) -> None:
    chain.zone(local(9, 0), 30.0, queue=2)
    chain.zone(local(12, 0), 60.0, queue=4)
    before = {metric.name: asked(chain, metric) for metric in (QUEUE_LENGTH, QUEUE_WAIT)}
    chain.zone(local(12, 1), 300.0, queue=8)
    for metric in (QUEUE_LENGTH, QUEUE_WAIT):
        after = asked(chain, metric)
        changed = {cell for cell in after if after[cell] != before[metric.name].get(cell)}
        assert changed == {at(12)}


def test_outside_the_opening_hours_nothing_counts(chain: SmallChain) -> None:
    chain.zone(local(6, 30), 30.0, zone_id="drinks", is_queue=False)
    chain.zone(local(6, 50), 30.0, zone_id="drinks", is_queue=False)
    chain.zone(local(7, 0), 30.0, 40.0, zone_id="drinks", is_queue=False)
    assert ZONE_VISITS.value(total(asked(chain, ZONE_VISITS).values())) == 3


@settings(deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50), st.floats(0, 1))
def test_a_quantile_is_what_numpy_says(values: list[float], share: float) -> None:
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))
