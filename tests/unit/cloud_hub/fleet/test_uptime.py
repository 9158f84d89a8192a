"""Connected and working, worked out by hand."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from cloud_hub.fleet.metrics import CONNECTED, WORKING
from cloud_hub.fleet.uptime import Installed, connected
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import read_chain
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local

TILL = Aspect(device_id="s01-till")
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def window(chain: SmallChain, first: date, last: date) -> Window:
    with chain.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return between(TENANT, [known.stores["s01"].hours], first, last, NOW)


def value(chain: SmallChain, metric: Metric, first: date = YESTERDAY, last: date = YESTERDAY):
    asked = window(chain, first, last)
    with chain.reading() as session:
        return metric.value(total(metric.measure(session, asked, TILL).values()))


def test_two_days_offline_are_not_connected_but_worked_once_their_events_came(
    chain: SmallChain,
) -> None:
    before = TODAY - timedelta(days=2)
    chain.unlink("s01", local(5, day=before))
    for day in (before, YESTERDAY):
        for hour in range(7, 23):
            seq = (day - before).days * 100 + hour
            at = local(hour, 20, day=day)
            chain.event("s01-till", 0, seq, at=at, received_at=NOW, kind="receipt")
    assert value(chain, CONNECTED, before, YESTERDAY) == 0.0
    assert value(chain, WORKING, before, YESTERDAY) == 1.0


def test_an_hour_without_any_event_is_not_proven(chain: SmallChain) -> None:
    for hour in range(7, 15):
        chain.event("s01-till", 0, hour, at=local(hour, 20, day=YESTERDAY), kind="receipt")
    # 8 of the 16 opening hours
    assert value(chain, WORKING) == pytest.approx(0.5)
    assert value(chain, CONNECTED) == 1.0


def test_nothing_is_expected_before_the_first_link(chain: SmallChain) -> None:
    days = window(chain, YESTERDAY, YESTERDAY).days
    at = local(19, day=YESTERDAY)
    devices = {"new": Installed(store_id="s01", since=at)}
    cells = connected({"new": [(at + timedelta(hours=1), NOW)]}, devices, days)
    # linked 20:00 to 23:00 of the 19:00 to 23:00 that were expected
    assert CONNECTED.value(total(cells.values())) == pytest.approx(0.75)


def test_a_device_that_never_had_a_link_is_no_data(chain: SmallChain) -> None:
    chain.device("s01-spare", kind="cart", linked=False, heard_at=None)
    asked = window(chain, YESTERDAY, YESTERDAY)
    with chain.reading() as session:
        cells = CONNECTED.measure(session, asked, Aspect(device_id="s01-spare"))
    assert CONNECTED.value(total(cells.values())) is None
