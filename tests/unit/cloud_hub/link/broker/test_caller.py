"""Who may do what at the broker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_hub.link.broker.caller import HUB_USER, Caller, Identities
from cloud_hub.link.broker.device_identity import DeviceIdentity

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
DEVICE, HUB = Caller(device=TILL), Caller(device=None)
UP, DOWN = "aisle/1/up/linguang/s01/s01-till", "aisle/1/dn/linguang/s01/s01-till"


class Asked:
    """Knows one till, and who was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.identities = Identities(self._check, "the hub's own password")

    async def _check(self, device_id: str, password: str) -> DeviceIdentity | None:
        self.names.append(device_id)
        return TILL if (device_id, password) == ("s01-till", "secret") else None


async def test_a_device_enters_with_its_password_and_the_hub_with_its_own() -> None:
    identities = Asked().identities
    assert await identities.identify("s01-till", "secret") == DEVICE
    assert await identities.identify(HUB_USER, "the hub's own password") == HUB
    for user, password in (
        ("s01-till", "wrong"),
        ("s01-till", "the hub's own password"),
        ("s01-door", "secret"),
        (HUB_USER, "secret"),
        (HUB_USER, ""),
        (HUB_USER, "密码"),
        ("+HUB", "the hub's own password"),
        ("", ""),
    ):
        assert await identities.identify(user, password) is None


async def test_what_can_be_no_device_is_not_looked_for() -> None:
    asked = Asked()
    names = ("", "a" * 41, "S01-TILL", "s01 till", "s01-till\n", "s01-till\0", "%", "' or 1", "茶")
    for name in (*names, "s01/till", "+", "#", "s01.till"):
        assert await asked.identities.identify(name, "secret") is None
    assert await asked.identities.identify("s01-till", "") is None
    assert asked.names == []


@pytest.mark.parametrize("client_id", ["s01-till", "s01-till-a1b2c3d4", "s01-till-run.2_x"])
def test_a_device_is_called_by_its_own_name_and_its_run(client_id: str) -> None:
    assert DEVICE.owns(client_id)


@pytest.mark.parametrize(
    "client_id",
    [
        "",
        "s01-door",
        "s01-tillx",
        "s01-til",
        "S01-TILL",
        "s01-till-",
        "s01-till-a/b",
        "x-s01-till",
        "aisle-hub-123456",
        "s01-till-" + "x" * 41,
        "s01-till-\n",
        "s01-till-a b",
        "+hub",
    ],
)
def test_a_device_may_not_call_itself_otherwise(client_id: str) -> None:
    assert not DEVICE.owns(client_id)


def test_devices_of_one_name_in_two_chains_are_two() -> None:
    other = DeviceIdentity(tenant_id="other", store_id="s01", device_id="s01-till")
    assert Caller(device=other).key != DEVICE.key
    assert HUB.key not in {DEVICE.key, Caller(device=other).key}


@pytest.mark.parametrize("topic", [f"{UP}/0", f"{UP}/hello", f"{UP}/later"])
def test_a_device_publishes_under_its_own_name(topic: str) -> None:
    assert DEVICE.may_publish(topic)


@pytest.mark.parametrize(
    "topic",
    [
        f"{DOWN}/ack",
        f"{DOWN}/cmd",
        "aisle/1/up/linguang/s01/s01-door/0",
        "aisle/1/up/linguang/s02/s01-till/0",
        "aisle/1/up/other/s01/s01-till/0",
        f"{UP}-2/0",
        UP,
        f"{UP}/#",
        f"{UP}/+",
        f"{UP}/0\0",
        f"/{UP}/0",
        f"$share/x/{UP}/0",
        f"{UP}/" + "0" * 200,
        "aisle/2/up/linguang/s01/s01-till/0",
        "$SYS/broker",
        "",
        "#",
    ],
)
def test_a_device_publishes_nowhere_else(topic: str) -> None:
    assert not DEVICE.may_publish(topic)


@pytest.mark.parametrize("what", ["ack", "desired", "cmd", "hello", "+"])
def test_a_device_reads_what_is_for_it(what: str) -> None:
    assert DEVICE.may_read(f"{DOWN}/{what}")


@pytest.mark.parametrize(
    "topic",
    [
        "aisle/1/dn/linguang/s01/s01-door/ack",
        "aisle/1/dn/linguang/s01/+/ack",
        "aisle/1/dn/#",
        "#",
        f"{UP}/0",
        f"{DOWN}/anything",
        f"{DOWN}/#",
        f"{DOWN}/ack/x",
        f"{DOWN}-2/ack",
        f"$share/x/{DOWN}/+",
    ],
)
def test_a_device_reads_nothing_else(topic: str) -> None:
    assert not DEVICE.may_read(topic)


def test_the_hub_reaches_every_topic() -> None:
    assert HUB.may_publish(f"{DOWN}/cmd")
    assert HUB.may_read("aisle/1/up/#")
    assert HUB.owns("aisle-hub-1")


@given(st.text(max_size=60))
def test_no_other_topic_of_any_letters_is_a_devices(topic: str) -> None:
    assert not DEVICE.may_publish(topic)
    assert not DEVICE.may_read(topic)
