"""Queues and zones against answers worked out by hand."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_hub.insight.metric import Aspect, Metric, quantile
from cloud_hub.insight.sums import Cell, Cells, Sums, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.register import METRICS
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


@pytest.mark.parametrize("name", ["queue-length", "queue-wait", "zone-visits", "zone-conversion"])
def test_as_of_a_time_zones_know_what_had_arrived_in_what_was_due_by_then(
    chain: SmallChain, name: str
) -> None:
    aisle: dict[str, Any] = {"zone_id": "drinks", "is_queue": False, "category": "Drinks"}
    for minute in range(120):
        at = local(9 + minute // 60, minute % 60)
        late = local(13) if minute >= 30 else local(11, 30)
        chain.zone(at, 8.0, queue=1, arrived_at=late)
        chain.zone(at, 8.0, **aisle, arrived_at=late)
        if minute % 2 == 0:
            seq = minute // 2 + 1
            chain.receipt(at, (WATER, "1", "2.00"), seq=seq)
            chain.event("s01-till", 0, seq, at=at, received_at=late, kind="receipt")
    metric = METRICS[name]

    def known(as_of: datetime) -> Sums | None:
        with chain.reading() as session:
            master = read_chain(session, TENANT)
            assert master is not None
            asked = between(TENANT, [master.stores["s01"].hours], TODAY, TODAY, NOW)
            cells = metric.measure(session, asked.known_by(as_of), Aspect())
        return total(cells.values())

    assert metric.value(known(local(11))) is None
    for as_of, minutes in ((local(12), 30), (local(14), 120)):
        sums = known(as_of)
        assert sums is not None
        found = {
            "queue-length": (sums.amount, sums.base, sums.observed_s),
            "queue-wait": (len(sums.samples), 0, sums.observed_s),
            "zone-visits": (sums.amount, 0, sums.observed_s),
            "zone-conversion": (sums.amount, sums.base, 0),
        }[name]
        assert (
            found
            == {
                "queue-length": (60 * minutes, 60 * minutes, 60 * minutes),
                "queue-wait": (minutes, 0, 60 * minutes),
                "zone-visits": (minutes, 0, 60 * minutes),
                "zone-conversion": (minutes / 2, minutes, 0),
            }[name]
        )
        if name != "zone-conversion":
            due_s = 60 * (60 * (as_of - local(7)).total_seconds() / 3600)
            assert due_s - 1200 <= sums.expected_s <= due_s
