"""The paho bridge against a real broker."""

import asyncio

import pytest

from simulators.connections.network import FaultyProxy
from sync.core.errors import LinkRefused, NotConnected
from sync.events import Lane
from sync.link.mqtt import (
    NO_MATCHING_SUBSCRIBERS,
    BrokerAddress,
    Incoming,
    MqttLink,
    MqttLogin,
    Published,
)
from sync.wire.topics import up_topic

pytestmark = pytest.mark.needs_mosquitto

HUB = MqttLogin(client_id="hub")
DEVICE = MqttLogin(client_id="cooler-1")
UP = up_topic("demo", "store-1", "cooler-1", Lane.METRIC)


async def test_nobody_at_the_port_is_said_in_one_line(free_port):
    with pytest.raises(NotConnected, match="no broker answers at"):
        await MqttLink.connect(
            BrokerAddress(host="127.0.0.1", port=free_port()), DEVICE, lambda _: None
        )


async def test_a_refused_login_is_told_apart_from_a_broker_that_is_away(mosquitto_factory):
    broker = mosquitto_factory("allow_anonymous false\n")
    with pytest.raises(LinkRefused, match="claim the device anew"):
        await MqttLink.connect(
            BrokerAddress(host="127.0.0.1", port=broker.port), DEVICE, lambda _: None
        )


async def test_a_closed_connection_is_handed_nothing(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    link = await MqttLink.connect(address, DEVICE, lambda _: None)
    mosquitto.kill()
    await link.closed
    with pytest.raises(NotConnected):
        link.publish(UP, b"batch")
    await link.close()


async def test_a_silent_network_is_noticed_by_the_keepalive(mosquitto):
    async with FaultyProxy("127.0.0.1", mosquitto.port) as proxy:
        address = BrokerAddress(host="127.0.0.1", port=proxy.port)
        link = await MqttLink.connect(address, DEVICE, lambda _: None, keepalive_s=1)
        proxy.black_hole()
        async with asyncio.timeout(10):
            await link.closed
        await link.close()


async def test_what_is_published_comes_to_who_asked_for_it_and_can_be_retained_by_nobody(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    heard: asyncio.Queue[Incoming] = asyncio.Queue()
    hub = await MqttLink.connect(address, HUB, heard.put_nowait)
    await hub.subscribe(UP)
    link = await MqttLink.connect(address, DEVICE, lambda _: None)
    said = await link.publish(UP, b"batch")
    assert (said.reason, said.is_refused) == (0, False)
    message = await heard.get()
    assert (message.topic, message.payload, message.retained) == (UP, b"batch", False)
    await link.close()
    await hub.close()


async def test_a_broker_says_when_nobody_listens(mosquitto):
    link = await MqttLink.connect(
        BrokerAddress(host="127.0.0.1", port=mosquitto.port), DEVICE, lambda _: None
    )
    assert link.is_version_5
    assert (await link.publish(UP, b"batch")).reason == NO_MATCHING_SUBSCRIBERS
    await link.close()


async def test_closing_twice_is_no_fault_and_ends_what_was_asked(mosquitto):
    link = await MqttLink.connect(
        BrokerAddress(host="127.0.0.1", port=mosquitto.port), DEVICE, lambda _: None
    )
    await link.close()
    await link.close()
    assert link.closed.done()
    with pytest.raises(NotConnected):
        await link.subscribe(UP)


def test_an_address_is_written_as_host_and_port():
    assert str(BrokerAddress(host="hub.example", port=1883)) == "hub.example:1883"


@pytest.mark.parametrize(
    ("reason", "is_refused"), [(0, False), (16, False), (128, True), (151, True)]
)
def test_a_broker_refuses_from_128_on(reason, is_refused):
    assert Published(reason=reason).is_refused is is_refused
