"""Networks that lie and brokers that freeze: cases 7 to 10, 21, 22, 27 to 29 and 37."""

import asyncio
from collections import Counter
from random import Random

import pytest

from simulators.network import FaultyProxy
from sync.events import Lane
from sync.listener import MqttListener
from sync.mqtt import BrokerAddress, MqttLogin
from sync.reconnect import Reconnect
from tests.chaos.scene import (
    alarm,
    drain,
    hub_at,
    is_empty,
    kept,
    open_outbox,
    reading,
    row_of,
    sale,
    sales,
    sending,
    until,
    waiting,
)
from tests.receiver import Receiver

pytestmark = [pytest.mark.chaos, pytest.mark.needs_mosquitto]


@pytest.fixture
def outbox(tmp_path):
    made = open_outbox(tmp_path)
    yield made
    made.close()


async def test_07_a_silent_black_hole_while_draining(tmp_path, mosquitto, outbox):
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        hub_at(tmp_path / "hub", mosquitto.port) as hub,
        sending(outbox, proxy.port, keepalive_s=1),
    ):
        outbox.append(*[reading() for _ in range(1500)])
        await until(lambda: waiting(outbox) < 1500)
        proxy.black_hole()
        outbox.append(*sales(0, 20))
        before = proxy.connections
        await until(lambda: proxy.connections > before)
        proxy.restore()
        await drain(hub, outbox)
        assert kept(hub).receipts == 20


async def test_08_a_frozen_broker_that_comes_back(tmp_path, mosquitto, outbox):
    async with (
        hub_at(tmp_path / "hub", mosquitto.port) as hub,
        sending(outbox, mosquitto.port, keepalive_s=2),
    ):
        outbox.append(*sales(0, 200))
        await until(lambda: waiting(outbox) < 200)
        mosquitto.pause()
        outbox.append(*sales(200, 200))
        await asyncio.sleep(6)
        mosquitto.resume()
        await drain(hub, outbox)
        assert kept(hub).receipts == 400


async def test_09_a_backlog_drains_without_any_new_event(tmp_path, mosquitto, outbox):
    outbox.append(*[reading() for _ in range(1000)])
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        hub_at(tmp_path / "hub", mosquitto.port) as hub,
    ):
        proxy.cut()
        async with sending(outbox, proxy.port):
            await asyncio.sleep(1)
            assert waiting(outbox) == 1000
            proxy.restore()
            await drain(hub, outbox)


async def test_10_the_first_event_after_the_link_is_lost_arrives(tmp_path, mosquitto, outbox):
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        hub_at(tmp_path / "hub", mosquitto.port) as hub,
        sending(outbox, proxy.port),
    ):
        for number in range(5):
            outbox.append(sale(2 * number))
            await until(is_empty(outbox))
            proxy.cut()
            outbox.append(sale(2 * number + 1))
            proxy.restore()
            await until(is_empty(outbox))
        await drain(hub, outbox)
        assert kept(hub).receipts == 10


async def test_21_a_sale_overtakes_a_backlog_within_a_round_trip(tmp_path, mosquitto, outbox):
    outbox.append(*[reading() for _ in range(20_000)])
    receiver = Receiver()
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        MqttListener(
            [address], MqttLogin(client_id="hub"), clock=outbox.clock, rng=Random(1)
        ) as listener,
    ):
        proxy.delay_s = 0.05
        await listener.wait_connected()
        serving = asyncio.create_task(receiver.serve(listener))
        async with sending(outbox, proxy.port):
            await receiver.until(1000)
            before = len(receiver.order)
            outbox.append(sale(1))
            while (1, 0, 1) not in receiver.rows:
                await asyncio.sleep(0.005)
        overtaken = receiver.order.index((1, 0, 1)) - before
        serving.cancel()
    # What was in flight already (4 batches) and what one more round of the window may hold.
    assert overtaken <= 1000


async def test_22_endless_sales_do_not_stop_metrics(tmp_path, mosquitto, outbox):
    outbox.append(*sales(0, 6000), *[reading() for _ in range(300)])
    receiver = Receiver()
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with MqttListener(
        [address], MqttLogin(client_id="hub"), clock=outbox.clock, rng=Random(1)
    ) as listener:
        await listener.wait_connected()
        serving = asyncio.create_task(receiver.serve(listener))
        async with sending(outbox, mosquitto.port):
            await receiver.until(6300, 60)
        serving.cancel()
    lanes = [lane for _, lane, _ in receiver.order]
    last_metric = max(i for i, lane in enumerate(lanes) if lane == Lane.METRIC)
    assert lanes[last_metric:].count(Lane.SALE) > 1000


def test_27_a_reconnecting_fleet_is_spread():
    """The policy itself for 2,000 devices; `make bench-sync` does it with real connections."""
    rng = Random(1)
    seconds = Counter(int(Reconnect(rng, spread_s=60).wait_s()) for _ in range(2000))
    assert max(seconds.values()) <= 60
    assert len(seconds) == 60


async def test_28_no_more_than_the_window_is_handed_over(tmp_path, mosquitto, outbox):
    outbox.append(
        *[reading() for _ in range(5000)], *sales(0, 3000), *[alarm() for _ in range(900)]
    )
    receiver = Receiver(drop_batches=10**9)
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    async with MqttListener(
        [address], MqttLogin(client_id="hub"), clock=outbox.clock, rng=Random(1)
    ) as listener:
        await listener.wait_connected()
        serving = asyncio.create_task(receiver.serve(listener))
        async with sending(outbox, mosquitto.port):
            await asyncio.sleep(4)
        serving.cancel()
    assert 10**9 - receiver.drop_batches == 8


async def test_29_a_record_over_the_brokers_limit_stops_nothing(
    tmp_path, mosquitto_factory, outbox
):
    broker = mosquitto_factory("max_packet_size 3000\n")
    outbox.append(alarm(Random(1).randbytes(6000).hex()), *[reading() for _ in range(200)])
    outbox.append(*sales(0, 20), alarm())
    async with hub_at(tmp_path / "hub", broker.port) as hub, sending(outbox, broker.port):
        await drain(hub, outbox)
        assert (await row_of(hub, Lane.ALERT))["lost"] == 1
        assert kept(hub).receipts == 20
    with outbox.reading() as connection:
        assert connection.execute("SELECT error FROM dead_letter").fetchall() == [("oversize",)]


async def test_the_next_broker_takes_over_and_the_first_may_stay_dead(
    tmp_path, mosquitto_factory, outbox
):
    brokers = [mosquitto_factory() for _ in range(3)]
    ports = [broker.port for broker in brokers]
    outbox.append(*[reading() for _ in range(2000)])
    async with hub_at(tmp_path / "hub", *ports) as hub, sending(outbox, *ports):
        await until(lambda: waiting(outbox) < 2000)
        brokers[0].kill()
        outbox.append(*sales(0, 300))
        await until(lambda: waiting(outbox) < 1500)
        brokers[1].kill()
        await drain(hub, outbox)
        assert kept(hub).receipts == 300
