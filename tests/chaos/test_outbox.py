"""Disks that fill, rot and are read for too long: cases 12, 16 to 20, and 23 to 24 on clocks."""

import shutil
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from sync.core.clock import ManualClock, SystemClock
from sync.core.errors import OutboxFull
from sync.downlink import shadow
from sync.downlink.shadow import Desired
from sync.events import Lane
from sync.link.link_state import DownMessage
from sync.wire.topics import Downlink, dn_topic
from tests.chaos.scene import (
    TILL,
    alarm,
    assert_every_event_is_accounted_for,
    drain,
    kept,
    open_outbox,
    reading,
    row_of,
    said,
    sale,
    sales,
    until,
    waiting,
)
from tests.stage.servers import skip_without

pytestmark = pytest.mark.chaos


async def test_12_a_configuration_pushed_onto_a_backlog_keeps_the_outbox(setup, outbox):
    outbox.append(*[reading() for _ in range(2000)])

    def take(message: DownMessage) -> None:
        wanted = Desired.from_bytes(message.payload)
        with outbox.transaction() as transaction:
            before = shadow.load(transaction.connection)
            after, event = shadow.report(shadow.take_desired(before, wanted), wanted.state)
            shadow.save(transaction.connection, after)
            if event is not None:
                transaction.append(event)

    async with setup.hub() as hub, setup.sending(outbox, on_down=take):
        await until(lambda: waiting(outbox) < 2000)
        topic = dn_topic("linguang", "s01", TILL, Downlink.DESIRED)
        desired = Desired(version=1, state={"photo_interval_min": 30})
        hub.hub.link.listener.publish(topic, desired.to_bytes())
        await until(lambda: outbox.books()[Lane.RESULT].produced == 1)
        await drain(hub, outbox)
        assert outbox.epoch == 1
        assert (await row_of(hub, Lane.METRIC))["received"] == 2000


async def test_16_a_full_disk_still_sells_and_counts_what_it_gave_up(setup, small_disk):
    # The quota stays below the disk: the log of SQLite needs room too.
    outbox = open_outbox(small_disk, quota_bytes=3 << 20)
    for _ in range(150):
        outbox.append(*[reading() for _ in range(100)])
    outbox.append(*sales(0, 200))
    lost = outbox.books()[Lane.METRIC].lost
    assert lost > 0
    async with setup.hub() as hub, setup.sending(outbox):
        await drain(hub, outbox)
        assert (await row_of(hub, Lane.METRIC))["lost"] == lost
        assert kept(hub).receipts == 200
    outbox.close()


def test_16_a_disk_filled_by_somebody_else_is_said_and_nothing_is_half_written(small_disk):
    """The device alone, as in 17 and 19: no hub takes part."""
    outbox = open_outbox(small_disk, quota_bytes=64 << 20)
    outbox.append(sale(0))
    (small_disk / "somebody-else").write_bytes(bytes(5_600_000))
    sold = 1
    try:
        while sold < 20_000:
            outbox.append(sale(sold))
            sold += 1
    except OutboxFull as full:
        said_to_people = str(full)
    assert "disk" in said_to_people
    (small_disk / "somebody-else").unlink()
    outbox.append(sale(9999))
    books = outbox.books()[Lane.SALE]
    assert (books.produced, books.waiting) == (sold + 1, sold + 1)
    outbox.close()


def test_17_a_long_reader_delays_the_log_but_stops_nothing(tmp_path, outbox):
    import sqlite3

    reader = sqlite3.connect(tmp_path / "agent.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM outbox").fetchone()
    for number in range(60):
        outbox.append(*sales(number * 100, 100))
    log = tmp_path / "agent.db-wal"
    grown = log.stat().st_size
    reader.execute("COMMIT")
    reader.close()
    for number in range(60):
        outbox.append(*sales(10_000 + number * 100, 100))
    assert outbox.books()[Lane.SALE].waiting == 12_000
    assert log.stat().st_size <= max(grown, 8 << 20)


async def test_18_days_of_backlog_drain_with_flat_memory(setup, tmp_path, outbox):
    for _ in range(100):
        outbox.append(*[reading() for _ in range(100)])
    async with setup.hub() as hub:
        outbox.close()
        with setup.agent(tmp_path, 0, 1) as running:
            assert await said(running)
            peak = 0
            measured = psutil.Process(running.pid)
            again = open_outbox(tmp_path)
            while waiting(again):
                assert running.poll() is None
                peak = max(peak, measured.memory_info().rss)
                await until(lambda: True)
        await assert_every_event_is_accounted_for(hub, again)
        again.close()
    assert peak < 150 << 20


def test_19_nothing_that_waits_ever_expires(tmp_path):
    clock = ManualClock(datetime(2026, 11, 20, tzinfo=UTC))
    outbox = open_outbox(tmp_path, clock=clock)
    outbox.append(sale(0), reading(), alarm())
    clock.jump(20 * 365 * 86_400)
    clock.advance(400 * 86_400)
    assert outbox.drop_expired() == 0
    assert waiting(outbox) == 3
    outbox.close()


async def test_20_pictures_go_before_metrics_before_alerts_and_sales_never(setup, tmp_path):
    outbox = open_outbox(tmp_path, quota_bytes=1 << 20)
    order = []
    outbox.append(*[alarm() for _ in range(400)])
    outbox.append(*[reading() for _ in range(1000)])
    number = 0
    while True:
        try:
            outbox.append(*sales(number, 20))
        except OutboxFull:
            break
        number += 20
        losing = [b.lane for b in outbox.books() if b.lost and b.lane not in order]
        order += sorted(losing, reverse=True)
    assert order == [Lane.METRIC, Lane.ALERT]
    assert outbox.books()[Lane.SALE].waiting == number
    async with setup.hub() as hub, setup.sending(outbox):
        await drain(hub, outbox)
        assert kept(hub).receipts == number
        assert (await row_of(hub, Lane.METRIC))["lost"] == 1000
    outbox.close()


@pytest.mark.parametrize("boots_at", ["1970-01-02 00:00:00", "2037-01-01 00:00:00"])
async def test_23_a_device_that_boots_in_another_decade(setup, tmp_path, boots_at):
    if shutil.which("faketime") is None:
        skip_without("libfaketime", "apt install faketime")
    async with setup.hub() as hub:
        folder = tmp_path / "till"
        with setup.agent(folder, 0, 120, faketime=f"@{boots_at}") as running:
            # Ten years ahead could be true; the hub's answer tells.
            state = "untrusted" if boots_at.startswith("1970") else "trusted"
            assert await said(running) == f"ready, clock {state}\n"
            await until(lambda: kept(hub).receipts == 120)
        outbox = open_outbox(folder)
        outbox.append(*sales(500, 30))
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert kept(hub).receipts == 150
        outbox.close()


async def test_24_the_clock_jumps_back_two_hours_with_events_in_flight(setup, tmp_path):
    class Jumping:
        """The machine's monotonic clock under a wall clock that the test moves."""

        def __init__(self):
            self._system = SystemClock()
            self.off = timedelta()

        def now(self):
            return self._system.now() + self.off

        def monotonic_s(self):
            return self._system.monotonic_s()

        def learn(self, hub_at):
            self._system.learn(hub_at)

        def stamp(self):
            return self._system.stamp()._replace(wall_at=self.now())

    jumping = Jumping()
    outbox = open_outbox(tmp_path, clock=jumping)
    async with setup.hub() as hub, setup.sending(outbox):
        for number in range(30):
            outbox.append(*sales(number * 20, 20))
            if number == 15:
                jumping.off = timedelta(hours=-2)
        await drain(hub, outbox)
        assert kept(hub).receipts == 600
    outbox.close()
