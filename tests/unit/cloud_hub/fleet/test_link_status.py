"""How a device or a store stands with the hub."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.core.text import Text
from cloud_hub.fleet.link_status import (
    BEHIND_FROM,
    SILENT_AFTER,
    Freshness,
    LinkState,
    device_freshness,
    fleet_freshness,
    linked_devices,
    store_freshness,
)
from cloud_hub.link.tables import DeviceConnection
from cloud_hub.master_data.chain import DeviceInfo
from device_profiles.names import Names
from tests.small_chain import NOW, TENANT, SmallChain, local

MINUTE = timedelta(minutes=1)


def device(*, heard_at: datetime | None = NOW) -> DeviceInfo:
    return DeviceInfo(
        device_id="s01-till",
        store_id="s01",
        kind="till",
        name=Names(en="Till", zh="收银"),
        fixture_id=None,
        simulated=False,
        claimed_at=None,
        heard_at=heard_at,
        agent_version=None,
    )


def state(data_at: datetime | None = NOW, waiting: int = 0, *, linked: bool = True) -> LinkState:
    return device_freshness(device(), data_at, waiting, NOW, is_linked=linked).state


def test_a_device_that_was_never_heard_is_no_offline_one() -> None:
    never = device_freshness(device(heard_at=None), None, 0, NOW, is_linked=False)
    assert never.state is LinkState.NEVER
    assert (never.age_s, never.age_text) == (None, Text("never"))


def test_a_linked_device_is_online_however_old_its_data() -> None:
    assert state(NOW - timedelta(days=3)) is LinkState.ONLINE
    assert state(None) is LinkState.ONLINE


def test_a_linked_device_with_much_to_send_is_catching_up() -> None:
    assert state(waiting=BEHIND_FROM - 1) is LinkState.ONLINE
    assert state(waiting=BEHIND_FROM) is LinkState.CATCHING_UP


def test_without_a_link_a_device_is_offline_once_its_data_is_old() -> None:
    assert state(NOW - SILENT_AFTER, linked=False) is LinkState.ONLINE
    assert state(NOW - SILENT_AFTER - MINUTE, linked=False) is LinkState.OFFLINE
    assert state(None, linked=False) is LinkState.OFFLINE
    behind = state(NOW - timedelta(hours=1), BEHIND_FROM, linked=False)
    assert behind is LinkState.OFFLINE, "whoever has no link catches up with nothing"


def test_age_is_that_of_the_data_and_of_the_last_word_where_there_is_none() -> None:
    told = device_freshness(device(), NOW - 2 * MINUTE, 3, NOW, is_linked=True)
    assert (told.age_s, told.age_text.text("en"), told.waiting) == (120.0, "2 min", 3)
    word = device_freshness(device(heard_at=NOW - MINUTE), None, 0, NOW, is_linked=True)
    assert (word.age_s, word.data_at) == (60.0, None)


def test_data_from_the_future_is_as_fresh_as_can_be() -> None:
    assert device_freshness(device(), NOW + MINUTE, 0, NOW, is_linked=True).age_s == 0.0


def freshness(state: LinkState, *, minutes: int = 0, waiting: int = 0) -> Freshness:
    at = None if state is LinkState.NEVER else NOW - minutes * MINUTE
    return Freshness(
        state=state,
        heard_at=at,
        data_at=at,
        age_s=None,
        age_text=Text(""),
        waiting=waiting,
    )


@pytest.mark.parametrize(
    ("devices", "store"),
    [
        ((), LinkState.NEVER),
        ((LinkState.NEVER,), LinkState.NEVER),
        ((LinkState.OFFLINE, LinkState.NEVER), LinkState.OFFLINE),
        ((LinkState.OFFLINE, LinkState.ONLINE), LinkState.ONLINE),
        ((LinkState.ONLINE, LinkState.CATCHING_UP, LinkState.OFFLINE), LinkState.CATCHING_UP),
    ],
)
def test_a_store_is_offline_when_none_of_its_devices_is_heard(
    devices: tuple[LinkState, ...], store: LinkState
) -> None:
    assert store_freshness([freshness(each) for each in devices], NOW).state is store


def test_a_store_is_as_fresh_as_its_freshest_device_and_owes_what_all_owe() -> None:
    told = store_freshness(
        [
            freshness(LinkState.OFFLINE, minutes=90, waiting=7),
            freshness(LinkState.ONLINE, minutes=2, waiting=3),
        ],
        NOW,
    )
    assert (told.data_at, told.age_s, told.waiting) == (NOW - 2 * MINUTE, 120.0, 10)


def test_every_device_of_a_fleet_is_told_by_its_name() -> None:
    told = fleet_freshness({"a": device(), "b": device()}, {"a": NOW}, {"a": -2}, {"a"}, NOW)
    assert (told["a"].state, told["a"].waiting) == (LinkState.ONLINE, 0)
    assert told["b"].state is LinkState.OFFLINE


def test_a_device_is_linked_while_a_connection_of_its_own_is_open(tmp_path: Path) -> None:
    small = SmallChain.open(tmp_path, stores=2)
    small.unlink("s02", local(13))
    small.add(
        DeviceConnection(
            tenant_id=TENANT,
            device_id="s02-door",
            started_at=local(13) + timedelta(minutes=5),
            ended_at=None,
        )
    )
    with small.reading() as session:
        linked = linked_devices(session, TENANT)
        assert linked_devices(session, "another") == frozenset()
    assert {"s01-till", "s02-door"} <= linked
    assert "s02-till" not in linked
