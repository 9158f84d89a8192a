"""The hub's own broker."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from cloud_hub.core.errors import InvalidSettings, PortInUse
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.caller import HUB_USER, Identities
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.embedded import (
    embedded_broker,
    require_free,
    require_loopback,
    room_here,
)
from cloud_hub.link.broker.refusals import LinkRefusal
from tests.raw_mqtt import (
    ACCEPTED,
    Call,
    RawClient,
    clients,
    connect,
    connect_with_will,
    publish,
    subscribe,
)

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
UP, DOWN = "aisle/1/up/linguang/s01/s01-till", "aisle/1/dn/linguang/s01/s01-till"
TILL_SAYS = connect("s01-till-a", "s01-till", "secret")
HUB_SAYS = connect("hub", HUB_USER, "the hub's own")


class Quiet:
    """Is told of who left and who broke rules, and does nothing."""

    async def left(self, device: DeviceIdentity) -> None:
        """Nothing."""

    async def broke(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        """Nothing."""


async def check(device_id: str, password: str) -> DeviceIdentity | None:
    return TILL if (device_id, password) == ("s01-till", "secret") else None


@asynccontextmanager
async def broker(
    port: int, is_full: Callable[[str], bool] = lambda _: False
) -> AsyncIterator[Call]:
    address = Address(host="127.0.0.1", port=port)
    identities = Identities(check, "the hub's own")
    async with (
        embedded_broker(address, identities, Quiet(), is_full),
        clients(port) as call,
    ):
        yield call


async def test_nothing_is_kept_of_those_who_were_refused_or_have_gone(
    free_port: Callable[[], int],
) -> None:
    port = free_port()
    identities = Identities(check, "the hub's own")
    async with (
        embedded_broker(
            Address(host="127.0.0.1", port=port), identities, Quiet(), lambda _: False
        ) as inner,
        clients(port) as call,
    ):
        for number in range(50):
            refused = await call(connect(f"nobody-{number}", "s01-till", "wrong"))
            await refused.hear_to_the_end()
            kept = await call(connect("s01-till", "s01-till", "secret", clean=False))
            await kept.hear_to_the_end()
        assert inner.sessions == {}
        till = await call(TILL_SAYS, subscribe(f"{DOWN}/+"))
        await till.hear(4 + 5)
        assert len(inner.sessions) == 1
        await till.cut()
        async with asyncio.timeout(20):
            while inner.sessions or any(inner.subscriptions.values()):
                await asyncio.sleep(0.01)


async def hub_at(call: Call) -> RawClient:
    """The hub, which hears everything that devices say."""
    hub = await call(HUB_SAYS, subscribe("aisle/1/up/#"))
    assert await hub.hear(4) == ACCEPTED
    await hub.hear(5)
    return hub


def test_a_port_in_use_is_named(free_port: Callable[[], int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}: .*another --mqtt"):
            require_free(Address(host="127.0.0.1", port=port), "--mqtt")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_the_embedded_broker_listens_on_its_own_machine(host: str) -> None:
    require_loopback(Address(host=host, port=1883))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "fe80::1", "hub.lan"])
async def test_it_listens_for_no_other_and_names_what_does(host: str) -> None:
    address = Address(host=host, port=1883)
    with pytest.raises(InvalidSettings, match=r"mosquitto.*--broker.*docs/hub\.md") as caught:
        require_loopback(address)
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidSettings):
        async with embedded_broker(address, Identities(check, "x"), Quiet(), lambda _: False):
            raise AssertionError


async def test_what_a_device_says_is_heard_by_the_hub_and_answered(
    free_port: Callable[[], int],
) -> None:
    port = free_port()
    async with broker(port) as call:
        hub = await hub_at(call)
        till = await call(TILL_SAYS, subscribe(f"{DOWN}/+"))
        assert await till.hear(4 + 5) == ACCEPTED + b"\x90\x03\x00\x01\x00"
        await till.say(publish(f"{UP}/0", b"a sale"))
        said = publish(f"{UP}/0", b"a sale")
        assert await hub.hear(len(said)) == said
        answer = publish(f"{DOWN}/ack", b"taken")
        await hub.say(answer)
        assert await till.hear(len(answer)) == answer


async def test_a_device_can_subscribe_to_its_own_topics_alone(
    free_port: Callable[[], int],
) -> None:
    port = free_port()
    async with broker(port) as call:
        foreign = ("#", "aisle/1/dn/#", "aisle/1/up/#", f"{DOWN}/x", "aisle/1/dn/+/+/+/cmd")
        till = await call(TILL_SAYS, subscribe(*foreign))
        assert await till.hear(4 + 4 + 5) == ACCEPTED + b"\x90\x07\x00\x01" + b"\x80" * 5


async def test_nothing_is_retained(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with broker(port) as call:
        hub = await hub_at(call)
        till = await call(TILL_SAYS, publish(f"{UP}/0", b"left", retain=True))
        said = publish(f"{UP}/0", b"left")
        assert await hub.hear(len(said)) == said
        late = await call(HUB_SAYS.replace(b"hub", b"la2", 1))
        await late.say(subscribe("aisle/1/up/#"))
        assert await late.hear(4 + 5) == ACCEPTED + b"\x90\x03\x00\x01\x00"
        await till.say(publish(f"{UP}/0", b"fresh"))
        fresh = publish(f"{UP}/0", b"fresh")
        assert await late.hear(len(fresh)) == fresh


async def test_while_the_hub_is_full_devices_wait_and_lose_nothing(
    free_port: Callable[[], int],
) -> None:
    port, full = free_port(), asyncio.Event()
    async with broker(port, lambda device: device == UP and not full.is_set()) as call:
        hub = await hub_at(call)
        till = await call(TILL_SAYS)
        assert await till.hear(4) == ACCEPTED
        await till.say(publish(f"{UP}/0", b"patience"))
        full.set()
        said = publish(f"{UP}/0", b"patience")
        assert await hub.hear(len(said)) == said


async def test_a_flood_arrives_whole_and_in_order(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with broker(port) as call:
        hub = await hub_at(call)
        till = await call(TILL_SAYS)
        assert await till.hear(4) == ACCEPTED
        said = [publish(f"{UP}/0", number.to_bytes(2, "big") * 500) for number in range(1_000)]
        flood = asyncio.ensure_future(till.say(b"".join(said)))
        heard = [await hub.hear(len(one)) for one in said]
        await flood
        assert heard == said


async def test_a_will_is_published_when_its_device_is_lost(free_port: Callable[[], int]) -> None:
    port = free_port()
    async with broker(port) as call:
        hub = await hub_at(call)
        till = await call(connect_with_will("s01-till", "secret", f"{UP}/hello", b"gone"))
        assert await till.hear(4) == ACCEPTED
        await till.cut()
        said = publish(f"{UP}/hello", b"gone")
        assert await hub.hear(len(said)) == said


def test_half_of_the_file_handles_are_for_other_things() -> None:
    handles, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, most))
    try:
        assert (room_here().inside, room_here().inside_of_address) == (512, 448)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (handles, most))
