"""The hub's own broker."""

import socket
from collections.abc import Callable

import pytest
from amqtt.contexts import Action

from cloud_hub.core.errors import PortInUse
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.embedded import HUB_USER, Gate, require_free


def test_a_port_in_use_is_named(free_port: Callable[[], int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}: .*another --mqtt"):
            require_free(Address(host="127.0.0.1", port=port), "--mqtt")


TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
UP, DOWN = "aisle/1/up/linguang/s01/s01-till", "aisle/1/dn/linguang/s01/s01-till"


class Checked:
    """A gate that knows one till, and who has left through it."""

    def __init__(self) -> None:
        self.left: list[DeviceIdentity] = []
        self.gate = Gate(self._check, "the hub's own password", self._leave)

    async def _check(self, device_id: str, password: str) -> DeviceIdentity | None:
        return TILL if (device_id, password) == ("s01-till", "secret") else None

    async def _leave(self, device: DeviceIdentity) -> None:
        self.left.append(device)


async def test_a_device_enters_with_its_password_and_the_hub_with_its_own() -> None:
    gate = Checked().gate
    assert await gate.admit("c1", "s01-till", "secret")
    assert await gate.admit("c2", HUB_USER, "the hub's own password")
    for user, password in (
        ("s01-till", "wrong"),
        ("s01-door", "secret"),
        (HUB_USER, "secret"),
        (HUB_USER, ""),
        ("", ""),
    ):
        assert not await gate.admit("c3", user, password)


@pytest.mark.parametrize(
    ("topic", "action", "allowed"),
    [
        (f"{UP}/0", Action.PUBLISH, True),
        (f"{UP}/hello", Action.PUBLISH, True),
        (f"{DOWN}/ack", Action.PUBLISH, False),
        ("aisle/1/up/linguang/s01/s01-door/0", Action.PUBLISH, False),
        ("aisle/1/up/linguang/s02/s01-till/0", Action.PUBLISH, False),
        ("aisle/1/up/other/s01/s01-till/0", Action.PUBLISH, False),
        ("aisle/1/up/linguang/s01/s01-till-2/0", Action.PUBLISH, False),
        (f"{DOWN}/ack", Action.RECEIVE, True),
        (f"{DOWN}/+", Action.SUBSCRIBE, True),
        ("aisle/1/dn/linguang/s01/s01-door/ack", Action.RECEIVE, False),
        ("aisle/1/dn/linguang/s01/+/ack", Action.SUBSCRIBE, False),
        ("aisle/1/dn/#", Action.SUBSCRIBE, False),
        ("#", Action.SUBSCRIBE, False),
        (f"{UP}/0", Action.SUBSCRIBE, False),
    ],
)
async def test_a_device_reaches_its_own_topics_alone(
    topic: str, action: Action, allowed: bool
) -> None:
    gate = Checked().gate
    await gate.admit("c1", "s01-till", "secret")
    assert gate.allows("c1", "s01-till", topic, action) is allowed


async def test_the_hub_reaches_every_topic() -> None:
    gate = Checked().gate
    for action in Action:
        assert gate.allows("c", HUB_USER, "aisle/1/up/+/+/+/+", action)


async def test_who_has_left_reaches_nothing_and_is_told_to_the_hub_once() -> None:
    checked = Checked()
    await checked.gate.admit("c1", "s01-till", "secret")
    await checked.gate.forget("c1")
    await checked.gate.forget("c1")
    assert checked.left == [TILL]
    assert not checked.gate.allows("c1", "s01-till", f"{UP}/0", Action.PUBLISH)


async def test_who_never_entered_reaches_nothing() -> None:
    gate = Checked().gate
    await gate.admit("c1", "s01-till", "secret")
    assert not gate.allows("c2", "s01-till", f"{UP}/0", Action.PUBLISH)
    assert not gate.allows("c1", "s01-door", f"{UP}/0", Action.PUBLISH)
