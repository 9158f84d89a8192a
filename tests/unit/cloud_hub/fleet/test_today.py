"""The fleet today, from hand-made facts."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from cloud_hub.fleet.link_status import LinkState
from cloud_hub.fleet.today import alarms_today, device_links, offline_stores, store_links
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local

Read = TypeVar("Read")


def read(chain: SmallChain, load: Callable[[Snapshot], Read]) -> Read:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        return snapshot.read(load)


def test_linked_stores_are_online_and_none_is_missing(two_stores: SmallChain) -> None:
    assert {each.state for each in read(two_stores, store_links).values()} == {LinkState.ONLINE}
    assert read(two_stores, offline_stores) == []


def test_a_store_is_offline_when_none_of_its_devices_is_heard(two_stores: SmallChain) -> None:
    two_stores.unlink("s02", local(12))
    links = read(two_stores, store_links)
    assert (links["s01"].state, links["s02"].state) == (LinkState.ONLINE, LinkState.OFFLINE)
    assert links["s02"].data_at == local(12)
    assert read(two_stores, offline_stores) == ["s02"]


def test_one_device_that_catches_up_makes_its_store_one_whose_facts_are_not_here(
    two_stores: SmallChain,
) -> None:
    two_stores.claim("s01-till", 0, produced=300, base=1)
    devices = read(two_stores, device_links)
    assert (devices["s01-till"].state, devices["s01-till"].waiting) == (LinkState.CATCHING_UP, 300)
    assert devices["s01-door"].state is LinkState.ONLINE
    assert read(two_stores, offline_stores) == ["s01"]


def test_a_few_that_wait_are_simply_on_their_way(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=3, base=1)
    device = read(two_stores, device_links)["s01-till"]
    assert (device.state, device.waiting) == (LinkState.ONLINE, 3)


def test_a_device_that_is_expected_and_never_came_does_not_make_its_store_offline(
    two_stores: SmallChain,
) -> None:
    two_stores.device("s01-new", linked=False, heard_at=None)
    assert read(two_stores, device_links)["s01-new"].state is LinkState.NEVER
    assert read(two_stores, offline_stores) == []


def test_alarms_are_those_that_are_open_or_of_today_the_oldest_first(
    two_stores: SmallChain,
) -> None:
    yesterday = TODAY - timedelta(days=1)
    two_stores.alarm("too-warm", local(9), cleared_at=local(10))
    two_stores.alarm("disk-full", local(9, day=yesterday))
    two_stores.alarm("dark", local(8, day=yesterday), cleared_at=local(9, day=yesterday))
    alarms = read(two_stores, alarms_today)
    assert [(each.alarm, each.cleared_at) for each in alarms] == [
        ("disk-full", None),
        ("too-warm", local(10)),
    ]
