"""Each device has one row of topics, and no name opens more than it says."""

import pytest

from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.mosquitto.access_rows import PROBE_TOPIC, device_rows, hub_rows
from sync.core.errors import InvalidTopic


def device(tenant: str = "linguang", store: str = "s01", name: str = "s01-till") -> DeviceIdentity:
    return DeviceIdentity(tenant_id=tenant, store_id=store, device_id=name)


def test_a_device_writes_up_and_reads_down_in_its_own_place() -> None:
    assert device_rows([device()]).splitlines()[2:] == [
        "",
        "user linguang.s01-till",
        "topic write aisle/1/up/linguang/s01/s01-till/+",
        "topic read aisle/1/dn/linguang/s01/s01-till/+",
    ]


def test_without_devices_only_the_probe_has_a_topic() -> None:
    assert device_rows([]) == f"user aisle-probe\ntopic readwrite {PROBE_TOPIC}\n"


def test_the_hub_hears_all_devices_and_speaks_to_all() -> None:
    assert hub_rows().splitlines() == [
        "user aisle-hub",
        "topic read aisle/1/up/#",
        "topic write aisle/1/dn/#",
    ]


def test_devices_of_one_name_in_two_chains_are_two_users() -> None:
    rows = device_rows([device("a", "s01", "till"), device("b", "s01", "till")])
    assert "user a.till\n" in rows
    assert "user b.till\n" in rows


def test_the_longest_names_are_told_as_their_certificates_do() -> None:
    rows = device_rows([device("t" * 40, "s" * 40, "d" * 40)])
    (user,) = [line for line in rows.splitlines() if line.startswith(f"user {'t' * 40}")]
    assert len(user.removeprefix("user ")) == 64


@pytest.mark.parametrize(
    "name",
    [
        "",
        "+",
        "#",
        "a b",
        "a\nuser b",
        "a/b",
        "%u",
        "A",
        "é",
        "a\0",
        "$share",
        "a" * 41,
        "a.b",
        "~",
    ],
)
@pytest.mark.parametrize("level", ["tenant", "store", "name"])
def test_a_name_that_would_open_more_is_never_written(level: str, name: str) -> None:
    with pytest.raises(InvalidTopic):
        device_rows([device(**{level: name})])
