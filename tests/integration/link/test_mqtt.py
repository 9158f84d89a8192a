"""The paho bridge against a real broker."""

import asyncio
from random import Random

import pytest

from simulators.connections.network import FaultyProxy
from sync.core.clock import SystemClock
from sync.core.errors import LinkRefused, NotConnected
from sync.events import Lane
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.wire.topics import Downlink, dn_topic, every_dn_topic, up_topic

pytestmark = pytest.mark.needs_mosquitto

HUB = MqttLogin(client_id="hub")
DEVICE = MqttLogin(client_id="cooler-1")
UP = up_topic("demo", "store-1", "cooler-1", Lane.METRIC)
ACK = dn_topic("demo", "store-1", "cooler-1", Downlink.ACK)


def listener(*brokers, shared=False):
    return MqttListener(brokers, HUB, clock=SystemClock(), rng=Random(1), shared=shared)


async def test_a_message_reaches_the_hub_and_its_reply_comes_back(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    replies: asyncio.Queue[Incoming] = asyncio.Queue()
    async with listener(address) as hub:
        await hub.wait_connected()
        link = await MqttLink.connect(address, DEVICE, replies.put_nowait)
        assert link.is_version_5
        await link.subscribe(every_dn_topic("demo", "store-1", "cooler-1"))
        published = link.publish(UP, b"batch")
        heard = await anext(hub)
        assert (heard.topic, heard.payload) == (UP, b"batch")
        heard.reply(ACK, b"ack")
        heard.done()
        assert not (await published).is_refused
        assert (await replies.get()).payload == b"ack"
        await link.close()


async def test_two_workers_share_what_is_published(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    one = MqttListener(
        [address], MqttLogin(client_id="a"), clock=SystemClock(), rng=Random(1), shared=True
    )
    two = MqttListener(
        [address], MqttLogin(client_id="b"), clock=SystemClock(), rng=Random(1), shared=True
    )
    async with one, two:
        await one.wait_connected()
        await two.wait_connected()
        link = await MqttLink.connect(address, DEVICE, lambda _: None)
        await asyncio.gather(*(link.publish(UP, b"%d" % i) for i in range(40)))
        await asyncio.sleep(0.1)
        heard = [one.waiting(100), two.waiting(100)]
        assert sorted(int(m.payload) for part in heard for m in part) == list(range(40))
        assert all(heard)
        await link.close()


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


async def test_the_listener_comes_back_after_the_broker_did(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with listener(address) as hub:
        await hub.wait_connected()
        mosquitto.kill()
        mosquitto.start()
        await asyncio.sleep(0.2)
        async with asyncio.timeout(20):
            await hub.wait_connected()
