"""The hub's ear, against a real broker."""

import asyncio
from random import Random

import pytest

from sync.core.clock import SystemClock
from sync.events import Lane
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.wire.topics import Downlink, dn_topic, every_dn_topic, up_topic

pytestmark = pytest.mark.needs_mosquitto

HUB = MqttLogin(client_id="hub")
DEVICE = MqttLogin(client_id="cooler-1")
UP = up_topic("demo", "store-1", "cooler-1", Lane.METRIC)
ACK = dn_topic("demo", "store-1", "cooler-1", Downlink.ACK)


def listener(*brokers, group=None):
    return MqttListener(brokers, HUB, clock=SystemClock(), rng=Random(1), group=group)


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
        [address], MqttLogin(client_id="a"), clock=SystemClock(), rng=Random(1), group="workers"
    )
    two = MqttListener(
        [address], MqttLogin(client_id="b"), clock=SystemClock(), rng=Random(1), group="workers"
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


async def test_the_listener_comes_back_after_the_broker_did(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with listener(address) as hub:
        await hub.wait_connected()
        mosquitto.kill()
        mosquitto.start()
        await asyncio.sleep(0.2)
        async with asyncio.timeout(20):
            await hub.wait_connected()


async def test_what_waits_is_taken_together_and_no_more_than_was_asked_for(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with listener(address) as hub:
        await hub.wait_connected()
        link = await MqttLink.connect(address, DEVICE, lambda _: None)
        await asyncio.gather(*(link.publish(UP, b"%d" % number) for number in range(5)))
        found = [await anext(hub)]
        while len(found) < 5:
            found += hub.waiting(2)
            assert len(found) <= 5
            await asyncio.sleep(0.01)
        assert [int(heard.payload) for heard in found] == [0, 1, 2, 3, 4]
        assert hub.waiting(2) == []
        await link.close()


async def test_what_the_hub_says_goes_to_every_broker_that_is_there(mosquitto_factory, free_port):
    brokers = [
        BrokerAddress(host="127.0.0.1", port=port)
        for port in (mosquitto_factory().port, mosquitto_factory().port, free_port())
    ]
    async with listener(*brokers) as hub:
        while len(hub.links) < 2:
            await asyncio.sleep(0.01)
        heard: asyncio.Queue[Incoming] = asyncio.Queue()
        devices = [await MqttLink.connect(one, DEVICE, heard.put_nowait) for one in brokers[:2]]
        for device in devices:
            await device.subscribe(every_dn_topic("demo", "store-1", "cooler-1"))
        hub.publish(ACK, b"to whoever listens")
        assert [(await heard.get()).payload for _ in devices] == [b"to whoever listens"] * 2
        for device in devices:
            await device.close()


async def test_an_answer_to_a_broker_that_is_gone_is_no_fault(mosquitto):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with listener(address) as hub:
        await hub.wait_connected()
        link = await MqttLink.connect(address, DEVICE, lambda _: None)
        await link.publish(UP, b"batch")
        heard = await anext(hub)
        await heard.link.close()
        heard.reply(ACK, b"ack")
        heard.done()
        hub.publish(ACK, b"again")
        await link.close()
