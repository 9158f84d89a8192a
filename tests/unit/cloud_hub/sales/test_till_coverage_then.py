"""What an earlier time knew of a store's tills."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Number, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.register import METRICS
from cloud_hub.sales.till_coverage import Known, known_tills
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local

DAY = TODAY - timedelta(days=3)
OF_RECEIPTS = [
    name for name, metric in METRICS.items() if metric.as_of and {"receipt"} <= set(metric.sources)
]


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """A chain whose tills first came yesterday, and brought thirty receipts of a day before."""
    chain = SmallChain.open(tmp_path, stores=2, first_link=local(10, day=TODAY - timedelta(days=1)))
    for number in range(30):
        at = local(9 + number % 8, number, day=DAY)
        chain.receipt(at, (WATER, "1", "10.00"), seq=number + 1)
        came = local(10, day=TODAY - timedelta(days=1))
        chain.event("s01-till", 0, number + 1, at=at, received_at=came, kind="receipt")
    for minute in range(120):
        came = local(10, day=TODAY - timedelta(days=1))
        chain.minute(local(9 + minute // 60, minute % 60, day=DAY), 1, arrived_at=came)
    return chain


def then(
    chain: SmallChain, metric: Metric, as_of: datetime | None, store_id: str = "s01"
) -> Number | None:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        window = between(TENANT, [known.stores[store_id].hours], DAY, DAY, NOW).known_by(as_of)
        return metric.value(total(metric.measure(session, window, Aspect()).values()))


@pytest.mark.parametrize("name", OF_RECEIPTS)
def test_before_its_first_event_had_arrived_a_store_has_no_data(
    chain: SmallChain, name: str
) -> None:
    for as_of in (local(20, day=DAY), local(9, 59, day=TODAY - timedelta(days=1))):
        assert then(chain, METRICS[name], as_of) is None


def test_once_it_has_arrived_the_day_is_what_it_is_now(chain: SmallChain) -> None:
    came = local(10, 1, day=TODAY - timedelta(days=1))
    for name in OF_RECEIPTS:
        metric = METRICS[name]
        assert then(chain, metric, came) == then(chain, metric, None), name
    assert then(chain, METRICS["net-sales"], came) == 300


def test_a_store_that_never_said_anything_has_no_data_at_any_time(chain: SmallChain) -> None:
    assert then(chain, METRICS["net-sales"], NOW, "s02") is None


def known(chain: SmallChain, as_of: datetime) -> dict[str, Known]:
    with chain.reading() as session:
        there = read_chain(session, TENANT)
        assert there is not None
        stores = [store.hours for store in there.stores.values()]
        return known_tills(session, between(TENANT, stores, DAY, TODAY, NOW).known_by(as_of))


def test_a_linked_till_was_known_until_then_and_one_that_owed_until_its_newest_word(
    chain: SmallChain,
) -> None:
    chain.event("s01-till", 0, 31, at=local(8), received_at=local(8), kind="receipt")
    chain.event("s01-till", 0, 32, at=local(9), received_at=local(12), kind="receipt")
    assert known(chain, local(8, 30))["s01"].until == local(8, 30)
    assert known(chain, local(10))["s01"].until == local(8)
    assert known(chain, local(12, 1))["s01"].until == local(12, 1)


def test_a_till_whose_link_had_ended_was_known_until_its_newest_word(chain: SmallChain) -> None:
    chain.event("s01-till", 0, 31, at=local(8), received_at=local(8), kind="receipt")
    chain.unlink("s01", local(8, 10))
    assert known(chain, local(11))["s01"].until == local(8, 10)
    assert known(chain, local(8, 5))["s01"].until == local(8, 5)
