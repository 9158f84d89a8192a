"""Networks that lie and brokers that freeze: cases 7 to 10, 21, 22, 27 to 29."""

import asyncio
import signal
from collections import Counter
from random import Random

import pytest

from sync.events import Alarm, Lane
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, MqttLogin
from sync.link.reconnect import Reconnect
from tests.chaos.scene import (
    alarm,
    drain,
    is_empty,
    kept,
    reading,
    row_of,
    sale,
    sales,
    until,
    waiting,
)
from tests.chaos.setups import Way, on
from tests.receiver import Receiver

pytestmark = pytest.mark.chaos


async def test_07_a_silent_black_hole_while_draining(setup, outbox):
    async with (
        setup.network() as network,
        setup.hub() as hub,
        setup.sending(outbox, *network.ports, keepalive_s=1),
    ):
        outbox.append(*[reading() for _ in range(1500)])
        await until(lambda: waiting(outbox) < 1500)
        network.black_hole()
        outbox.append(*sales(0, 20))
        before = network.connections
        await until(lambda: network.connections > before)
        network.restore()
        await drain(hub, outbox)
        assert kept(hub).receipts == 20


@on(Way.MOSQUITTO, Way.MANY)
async def test_08_a_frozen_broker_that_comes_back(setup, outbox):
    async with setup.hub() as hub, setup.sending(outbox, keepalive_s=2):
        outbox.append(*sales(0, 200))
        await until(lambda: waiting(outbox) < 200)
        setup.brokers[0].pause()
        outbox.append(*sales(200, 200))
        await asyncio.sleep(6)
        setup.brokers[0].resume()
        await drain(hub, outbox)
        assert kept(hub).receipts == 400


@on(Way.EMBEDDED)
async def test_08_a_frozen_hub_with_the_broker_inside_it(setup, outbox):
    async with setup.hub():
        pass
    with setup.hub_process() as freezing:
        async with setup.sending(outbox, keepalive_s=2):
            outbox.append(*sales(0, 200))
            await until(lambda: waiting(outbox) < 200)
            freezing.send_signal(signal.SIGSTOP)
            outbox.append(*sales(200, 200))
            await asyncio.sleep(6)
            freezing.send_signal(signal.SIGCONT)
            await until(is_empty(outbox))
        freezing.terminate()
        freezing.wait()
    async with setup.hub(load=False) as hub:
        await drain(hub, outbox)
        assert kept(hub).receipts == 400


async def test_08_a_connection_that_one_side_has_closed(setup, outbox):
    async with (
        setup.network() as network,
        setup.hub() as hub,
        setup.sending(outbox, *network.ports, keepalive_s=2),
    ):
        outbox.append(*sales(0, 200))
        await until(lambda: waiting(outbox) < 200)
        before = network.connections
        network.half_close()
        outbox.append(*sales(200, 200))
        await until(lambda: network.connections > before)
        await drain(hub, outbox)
        assert kept(hub).receipts == 400


async def test_09_a_backlog_drains_without_any_new_event(setup, outbox):
    outbox.append(*[reading() for _ in range(1000)])
    async with setup.network() as network, setup.hub() as hub:
        network.cut()
        async with setup.sending(outbox, *network.ports):
            await asyncio.sleep(1)
            assert waiting(outbox) == 1000
            network.restore()
            await drain(hub, outbox)


async def test_10_the_first_event_after_the_link_is_lost_arrives(setup, outbox):
    async with (
        setup.network() as network,
        setup.hub() as hub,
        setup.sending(outbox, *network.ports),
    ):
        for number in range(5):
            outbox.append(sale(2 * number))
            await until(is_empty(outbox))
            network.cut()
            outbox.append(sale(2 * number + 1))
            network.restore()
            await until(is_empty(outbox))
        await drain(hub, outbox)
        assert kept(hub).receipts == 10


def acknowledged(outbox, lane):
    return outbox.books()[lane].acknowledged


async def test_21_a_sale_overtakes_a_backlog_within_a_round_trip(setup, outbox):
    outbox.append(*[reading() for _ in range(10_000)])
    async with setup.network() as network, setup.hub() as hub:
        network.delay(0.05)
        async with setup.sending(outbox, *network.ports):
            await until(lambda: acknowledged(outbox, Lane.METRIC) >= 1000)
            outbox.append(sale(1))
            before = acknowledged(outbox, Lane.METRIC)
            while not acknowledged(outbox, Lane.SALE):
                await asyncio.sleep(0.005)
            overtaken = acknowledged(outbox, Lane.METRIC) - before
            network.delay(0)
            await drain(hub, outbox)
    # What was in flight already (4 batches) and what one more round of the window may hold.
    assert overtaken <= 1000


async def test_22_endless_sales_do_not_stop_metrics(setup, outbox):
    outbox.append(*sales(0, 6000), *[reading() for _ in range(300)])
    async with setup.hub() as hub, setup.sending(outbox):
        while acknowledged(outbox, Lane.METRIC) < 300:
            await asyncio.sleep(0.005)
        assert outbox.books()[Lane.SALE].waiting > 1000
        await drain(hub, outbox)
        assert kept(hub).receipts == 6000


def test_27_a_reconnecting_fleet_is_spread():
    """The policy itself for 2,000 devices; `make bench-sync` does it with real connections."""
    rng = Random(1)
    seconds = Counter(int(Reconnect(rng, spread_s=60).wait_s()) for _ in range(2000))
    assert max(seconds.values()) <= 60
    assert len(seconds) == 60


@on(Way.MOSQUITTO)
async def test_28_no_more_than_the_window_is_handed_over(setup, outbox):
    """The device alone: whoever listens says nothing, so the hub's set-up is all the same."""
    outbox.append(
        *[reading() for _ in range(5000)], *sales(0, 3000), *[alarm() for _ in range(900)]
    )
    receiver = Receiver(drop_batches=10**9)
    address = BrokerAddress(host="127.0.0.1", port=setup.ports[0])
    async with MqttListener(
        [address], MqttLogin(client_id="hub"), clock=outbox.clock, rng=Random(1)
    ) as listener:
        await listener.wait_connected()
        serving = asyncio.create_task(receiver.serve(listener))
        async with setup.sending(outbox):
            await asyncio.sleep(4)
        serving.cancel()
    assert 10**9 - receiver.drop_batches == 8


def long_alarm(size):
    """An alarm with fields that this version does not know, which pack badly."""
    text = Random(1).randbytes(size).hex()
    parts = [text[at : at + 50_000] for at in range(0, len(text), 50_000)]
    return Alarm.model_validate(alarm().model_dump() | {"more": parts})


@on(Way.MOSQUITTO, Way.MANY)
async def test_29_a_record_over_the_brokers_limit_stops_nothing(setup, outbox):
    for broker in setup.brokers:
        broker.stop()
        broker.config = "max_packet_size 3000\n"
        broker.start()
    outbox.append(long_alarm(6000), *[reading() for _ in range(200)])
    outbox.append(*sales(0, 20), alarm())
    async with setup.hub() as hub, setup.sending(outbox):
        await drain(hub, outbox)
        assert (await row_of(hub, Lane.ALERT))["lost"] == 1
        assert kept(hub).receipts == 20
    assert local_dead_letters(outbox) == ["oversize"]


@on(Way.EMBEDDED)
async def test_29_a_record_over_the_limit_of_a_batch_stops_nothing(setup, outbox):
    """The embedded broker knows no limit of its own; the protocol's still holds."""
    outbox.append(long_alarm(90_000), *[reading() for _ in range(200)])
    outbox.append(*sales(0, 20), alarm())
    async with setup.hub() as hub, setup.sending(outbox):
        await drain(hub, outbox)
        assert (await row_of(hub, Lane.ALERT))["lost"] == 1
        assert kept(hub).receipts == 20
    assert local_dead_letters(outbox) == ["oversize"]


def local_dead_letters(outbox):
    with outbox.reading() as connection:
        return [error for (error,) in connection.execute("SELECT error FROM dead_letter")]


@on(Way.MANY)
async def test_the_next_broker_takes_over_and_the_first_may_stay_dead(setup, outbox):
    outbox.append(*[reading() for _ in range(2000)])
    async with setup.hub() as hub, setup.sending(outbox):
        await until(lambda: waiting(outbox) < 2000)
        setup.brokers[0].kill()
        outbox.append(*sales(0, 300))
        await until(lambda: waiting(outbox) < 1500)
        setup.brokers[1].kill()
        await drain(hub, outbox)
        assert kept(hub).receipts == 300
