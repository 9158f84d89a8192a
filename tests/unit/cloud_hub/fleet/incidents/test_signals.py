"""What counts as wrong: devices not heard for a while, alarms that technicians mend."""

from datetime import timedelta

from cloud_hub.fleet.incidents.signals import QUIET, SETTLE, signals
from cloud_hub.insight.snapshot import load_snapshot
from tests.small_chain import TENANT, SmallChain
from tests.stage.incidents.dark_store import NIGHT, set_links


def seen(chain: SmallChain, after: timedelta) -> list[tuple[str, str]]:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NIGHT + after)
        assert snapshot is not None
        return [(one.device_id, one.what) for one in signals(snapshot)]


def test_a_device_counts_once_it_was_away_for_a_while(two_stores: SmallChain) -> None:
    set_links(two_stores, "s01-till", NIGHT)
    assert seen(two_stores, SETTLE - timedelta(seconds=1)) == []
    assert seen(two_stores, SETTLE) == [("s01-till", QUIET)]


def test_an_alarm_counts_while_it_stands(two_stores: SmallChain) -> None:
    two_stores.alarm("too-warm", NIGHT)
    two_stores.alarm("disk-full", NIGHT, cleared_at=NIGHT + timedelta(seconds=1))
    assert seen(two_stores, SETTLE) == [("s01-cooler", "too-warm")]


def test_what_a_stores_own_people_mend_wakes_nobody(two_stores: SmallChain) -> None:
    for alarm in ("queue-long", "door-open", "cart-weight", "picture-covered"):
        two_stores.alarm(alarm, NIGHT)
    assert seen(two_stores, SETTLE) == []


def test_a_device_that_was_never_heard_is_no_problem(two_stores: SmallChain) -> None:
    two_stores.device("s01-new", heard_at=None, linked=False)
    assert seen(two_stores, timedelta(hours=1)) == []
