"""Outbox to hub over a real broker, with what breaks on the way."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest

from simulators.connections.network import FaultyProxy
from sync.core.clock import SystemClock
from sync.events import (
    Alarm,
    AlarmState,
    CoolerRead,
    Lane,
    PictureQuality,
    Receipt,
    SeenFacing,
    ShelfObserved,
)
from sync.link.link_state import LinkHost, LinkSettings, LinkState
from sync.link.listener import MqttListener
from sync.link.mqtt import BrokerAddress, MqttLink, MqttLogin
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.receiver import Receiver

pytestmark = pytest.mark.needs_mosquitto

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def reading(value: float = 4.0) -> CoolerRead:
    return CoolerRead(fixture_id="a", started_at=NOW, interval_s=60, temperature_c=(value,))


def sale(number: int) -> Receipt:
    return Receipt(
        workstation_id="till-1",
        business_day=NOW.date(),
        sequence=number,
        ended_at=NOW,
        currency="CNY",
        lines=(),
    )


def alarm() -> Alarm:
    return Alarm(alarm="too-warm", subject="a", state=AlarmState.RAISED, at=NOW)


def open_outbox(path, quota_bytes=64 << 20) -> Outbox:
    return Outbox.open(path, clock=SystemClock(), quota_bytes=quota_bytes, rng=Random())


@asynccontextmanager
async def sending(outbox, *ports, on_status=lambda _: None, **settings):
    """A running sender to the brokers at `ports`, stopped at the end."""
    stop = asyncio.Event()
    link = LinkSettings(
        tenant="demo",
        store="store-1",
        device="cooler-1",
        brokers=tuple(BrokerAddress(host="127.0.0.1", port=port) for port in ports),
        spread_s=0.1,
        **settings,
    )
    host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop, on_status=on_status)
    task = asyncio.create_task(run_sender(outbox, link, host))
    try:
        yield task
    finally:
        stop.set()
        await task


@asynccontextmanager
async def receiving(*ports, receiver=None):
    receiver = receiver or Receiver()
    brokers = [BrokerAddress(host="127.0.0.1", port=port) for port in ports]
    async with MqttListener(
        brokers, MqttLogin(client_id="hub"), clock=SystemClock(), rng=Random(2)
    ) as listener:
        await listener.wait_connected()
        task = asyncio.create_task(receiver.serve(listener))
        try:
            yield receiver
        finally:
            task.cancel()


def assert_balanced(outbox: Outbox, receiver: Receiver) -> None:
    for books in outbox.books():
        key = (books.epoch, books.lane)
        assert books.balanced, books
        received = receiver.received.get(key)
        assert (len(received) if received else 0) + books.lost + books.waiting == books.produced


async def until(condition, seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def until_empty(outbox: Outbox, seconds: float = 30.0) -> None:
    await until(lambda: not any(books.waiting for books in outbox.books()), seconds)


@pytest.fixture
def outbox(tmp_path):
    made = open_outbox(tmp_path / "agent.db")
    yield made
    made.close()


async def test_a_backlog_arrives_once_and_nothing_is_resent(mosquitto, outbox):
    outbox.append(*[reading(i / 10) for i in range(2500)])
    outbox.append(*[sale(i) for i in range(300)])
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        await hub.until(2800)
        await until_empty(outbox)
    assert hub.resent == 0
    assert hub.rows[(1, Lane.SALE, 7)]["sequence"] == 6
    assert_balanced(outbox, hub)


async def test_events_appended_while_connected_leave_by_themselves(mosquitto, outbox):
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        for number in range(20):
            outbox.append(sale(number))
            await hub.until(number + 1)
        await until_empty(outbox)
    assert_balanced(outbox, hub)


async def test_what_another_process_appended_leaves_too(mosquitto, outbox, tmp_path):
    other = open_outbox(tmp_path / "agent.db")
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        other.append(sale(1))
        await hub.until(1)
    other.close()


async def test_sales_overtake_a_backlog_of_metrics(mosquitto, outbox):
    outbox.append(*[reading() for _ in range(5000)])
    outbox.append(sale(1))
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        await hub.until(5001)
    assert hub.order.index((1, 0, 1)) == 0


async def test_lost_acknowledgements_only_cost_a_resend(mosquitto, outbox):
    outbox.append(*[reading() for _ in range(1000)])
    receiver = Receiver(drop_acks=3)
    async with receiving(mosquitto.port, receiver=receiver), sending(outbox, mosquitto.port):
        await until_empty(outbox)
    assert receiver.resent == 300
    assert receiver.total() == 1000
    assert_balanced(outbox, receiver)


async def test_a_lost_batch_is_sent_again_without_a_new_event(mosquitto, outbox):
    outbox.append(*[reading() for _ in range(150)])
    receiver = Receiver(drop_batches=1)
    async with receiving(mosquitto.port, receiver=receiver), sending(outbox, mosquitto.port):
        await until_empty(outbox)
    assert receiver.total() == 150


async def test_a_killed_broker_loses_nothing(mosquitto, outbox):
    outbox.append(*[reading() for _ in range(3000)])
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        await hub.until(500)
        mosquitto.kill()
        outbox.append(sale(1))
        mosquitto.start()
        await until_empty(outbox)
    assert hub.total() == 3001
    assert_balanced(outbox, hub)


async def test_the_next_broker_of_the_list_takes_over(mosquitto_factory, outbox):
    first, second = mosquitto_factory(), mosquitto_factory()
    outbox.append(*[reading() for _ in range(1000)])
    async with (
        receiving(first.port, second.port) as hub,
        sending(outbox, first.port, second.port),
    ):
        await hub.until(100)
        first.kill()
        outbox.append(*[reading() for _ in range(1000)])
        await until_empty(outbox)
    assert hub.total() == 2000


async def test_a_cut_and_silent_network_is_survived(mosquitto, outbox):
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        receiving(mosquitto.port) as hub,
        sending(outbox, proxy.port, keepalive_s=1),
    ):
        outbox.append(*[reading() for _ in range(500)])
        await hub.until(100)
        proxy.black_hole()
        outbox.append(sale(1))
        await asyncio.sleep(0.3)
        proxy.cut()
        proxy.restore()
        await until_empty(outbox)
    assert hub.total() == 501
    assert_balanced(outbox, hub)


async def test_a_restarted_agent_goes_on_where_it_was(mosquitto, tmp_path):
    outbox = open_outbox(tmp_path / "agent.db")
    outbox.append(*[reading() for _ in range(1000)])
    receiver = Receiver()
    async with receiving(mosquitto.port, receiver=receiver):
        async with sending(outbox, mosquitto.port):
            await receiver.until(200)
        outbox.close()
        outbox = open_outbox(tmp_path / "agent.db")
        outbox.append(sale(1))
        async with sending(outbox, mosquitto.port):
            await until_empty(outbox)
    assert receiver.total() == 1001
    assert receiver.live.epoch == 1
    assert_balanced(outbox, receiver)
    outbox.close()


async def test_a_restored_hub_is_told_everything_again(mosquitto, outbox):
    outbox.append(*[reading() for _ in range(400)])
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        await until_empty(outbox)
    older = Receiver(live=hub.live)
    async with receiving(mosquitto.port, receiver=older), sending(outbox, mosquitto.port):
        await older.until(400)
        await until_empty(outbox)
    assert_balanced(outbox, older)


async def test_a_device_restored_from_a_backup_goes_on_under_a_new_epoch(mosquitto, tmp_path):
    path = tmp_path / "agent.db"
    receiver = Receiver()
    outbox = open_outbox(path)
    async with receiving(mosquitto.port, receiver=receiver):
        async with sending(outbox, mosquitto.port):
            outbox.append(*[sale(i) for i in range(10)])
            await until_empty(outbox)
        outbox.close()
        backup = path.read_bytes()
        outbox = open_outbox(path)
        async with sending(outbox, mosquitto.port):
            outbox.append(*[sale(i) for i in range(10, 20)])
            await until_empty(outbox)
        outbox.close()
        path.write_bytes(backup)
        outbox = open_outbox(path)
        # More than the hub has ever seen: the numbers alone would not give it away.
        outbox.append(*[sale(i) for i in range(100, 130)])
        receiver.silent_s = 3600.0
        async with sending(outbox, mosquitto.port):
            await receiver.until(50)
            await until_empty(outbox)
    sequences = [row["sequence"] for row in receiver.rows.values()]
    assert sorted(sequences) == [*range(20), *range(100, 130)]
    assert receiver.live.epoch == 2
    assert all(books.balanced for books in outbox.books())
    outbox.close()


async def test_of_two_copies_one_is_fenced_and_keeps_its_events(mosquitto, tmp_path):
    receiver = Receiver()
    states = []
    original = open_outbox(tmp_path / "agent.db")
    original.append(sale(1))
    async with (
        receiving(mosquitto.port, receiver=receiver),
        sending(original, mosquitto.port, on_status=states.append),
    ):
        await until_empty(original)
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("agent.db", "agent.db-wal"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
        clone = open_outbox(copy / "agent.db")
        async with sending(clone, mosquitto.port):
            clone.append(sale(2))
            await receiver.until(2)
            original.append(sale(3))
            await until(lambda: any(status.state is LinkState.FENCED for status in states))
    assert [row["sequence"] for row in receiver.rows.values()] == [1, 2]
    assert sum(books.waiting for books in original.books()) == 1
    original.close()
    clone.close()


async def test_what_the_quota_took_is_told_to_the_hub(mosquitto, tmp_path):
    outbox = open_outbox(tmp_path / "agent.db", quota_bytes=1 << 20)
    for _ in range(60):
        outbox.append(*[reading() for _ in range(100)])
    async with receiving(mosquitto.port) as hub, sending(outbox, mosquitto.port):
        await until_empty(outbox)
    metric = next(books for books in outbox.books() if books.lane is Lane.METRIC)
    assert metric.lost > 0
    assert metric.produced == 6000
    assert len(hub.lost[(1, Lane.METRIC)]) == metric.lost
    assert any(row.get("reason") == "quota" for row in hub.rows.values())
    assert_balanced(outbox, hub)
    outbox.close()


async def test_a_broker_with_a_small_packet_limit_stops_nothing_else(mosquitto_factory, outbox):
    broker = mosquitto_factory("max_packet_size 3000\n")
    rng = Random(1)
    big = ShelfObserved(
        fixture_id="s01-a",
        camera_id="cam",
        taken_at=NOW,
        photo_sha256="a" * 64,
        width_px=1,
        height_px=1,
        quality=PictureQuality.CLEAR,
        facings=tuple(
            SeenFacing(
                box=(rng.random(), rng.random(), rng.random(), rng.random()), score=rng.random()
            )
            for _ in range(300)
        ),
    )
    outbox.append(big, *[reading() for _ in range(300)])
    outbox.append(sale(1), alarm())
    async with receiving(broker.port) as hub, sending(outbox, broker.port):
        await until_empty(outbox)
    metric = next(books for books in outbox.books() if books.lane is Lane.METRIC)
    assert metric.lost == 1
    assert hub.total() == 303
    assert_balanced(outbox, hub)


async def test_a_message_left_at_the_broker_is_ignored_and_told(mosquitto, outbox):
    address = BrokerAddress(host="127.0.0.1", port=mosquitto.port)
    stranger = await MqttLink.connect(address, MqttLogin(client_id="stranger"), lambda _: None)
    topic = "aisle/1/dn/demo/store-1/cooler-1/cmd"
    stranger._client.publish(topic, b"{}", qos=1, retain=True)
    async with receiving(mosquitto.port) as hub:
        for _ in range(2):
            async with sending(outbox, mosquitto.port):
                await until(lambda: (1, Lane.ALERT, 1) in hub.rows)
    assert [books.produced for books in outbox.books() if books.lane is Lane.ALERT] == [1]
    assert topic in hub.rows[(1, Lane.ALERT, 1)]["detail"]
    stranger._client.publish(topic, b"", qos=1, retain=True)
    await stranger.close()


async def test_a_quiet_device_says_that_it_is_still_here(mosquitto, outbox):
    outbox.append(sale(1))
    states = []
    async with receiving(mosquitto.port) as hub:
        seen = {"on_status": lambda status: states.append(status.state), "heartbeat_s": 0.1}
        async with sending(outbox, mosquitto.port, **seen):
            await until(lambda: hub.hellos >= 4 and hub.total() == 1)
    assert states.count(LinkState.ONLINE) == 1, "it greets once, and is only heard again"
    assert_balanced(outbox, hub)
