"""Processes that die: cases 1 to 6, 14 and 15 of docs/sync.md, "What breaks"."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from simulators.network import FaultyProxy
from sync.events import Lane
from sync.failpoints import Failpoint
from tests.chaos.scene import (
    agent,
    assert_every_event_is_accounted_for,
    drain,
    hub_at,
    is_empty,
    kept,
    open_outbox,
    reading,
    row_of,
    said,
    sale,
    sales,
    sending,
    until,
    waiting,
    worker,
)

pytestmark = [pytest.mark.chaos, pytest.mark.needs_mosquitto, pytest.mark.needs_postgresql]


@pytest.fixture
def database(postgresql):
    return postgresql.create_database()


@pytest.fixture
def outbox(tmp_path):
    made = open_outbox(tmp_path)
    yield made
    made.close()


async def test_01_a_broker_killed_with_messages_it_had_acknowledged(
    tmp_path, mosquitto, database, outbox
):
    outbox.append(*[reading() for _ in range(3000)], *sales(0, 500))
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        async with sending(outbox, mosquitto.port):
            await until(lambda: waiting(outbox) < 3000)
            mosquitto.kill()
            mosquitto.start()
            await drain(hub, outbox)
        assert kept(hub).receipts == 500


@pytest.mark.parametrize(
    "failpoint", [Failpoint.HUB_BEFORE_ANSWER, Failpoint.HUB_BEFORE_COMMIT], ids=["02", "03"]
)
async def test_02_03_a_worker_killed_after_and_before_its_commit(
    tmp_path, mosquitto, database, outbox, failpoint
):
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        with worker(hub, failpoint) as dying:
            assert await said(dying)
            outbox.append(*sales(0, 1000), *[reading() for _ in range(1000)])
            async with sending(outbox, mosquitto.port):
                await until(lambda: dying.poll() is not None)
                await drain(hub, outbox)
        assert dying.returncode == -9
        assert kept(hub).receipts == 1000


@pytest.mark.parametrize(
    "failpoint", [Failpoint.EDGE_BEFORE_PUBLISH, Failpoint.EDGE_BEFORE_NOTING], ids=["04", "05"]
)
async def test_04_05_a_device_killed_before_it_publishes_and_before_it_notes_the_answer(
    tmp_path, mosquitto, database, failpoint
):
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        with agent(tmp_path / "till", mosquitto.port, 0, 150, failpoint) as dying:
            await until(lambda: dying.poll() is not None)
        outbox = open_outbox(tmp_path / "till")
        assert outbox.books()[Lane.SALE].produced == 150
        assert outbox.epoch == 1
        outbox.append(sale(150))
        async with sending(outbox, mosquitto.port):
            await drain(hub, outbox)
        assert kept(hub).receipts == 151
        outbox.close()


async def test_06_acknowledgements_are_lost_on_the_way(tmp_path, mosquitto, database, outbox):
    async with (
        FaultyProxy("127.0.0.1", mosquitto.port) as proxy,
        hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub,
        sending(outbox, proxy.port),
    ):
        outbox.append(*sales(0, 10))
        await until(is_empty(outbox))
        proxy.swallow_answers()
        outbox.append(*sales(10, 300))
        await until(lambda: kept(hub).receipts == 310)
        assert waiting(outbox) == 300
        proxy.restore()
        await drain(hub, outbox)
        assert kept(hub).receipts == 310


async def test_14_a_power_cut_leaves_a_torn_log(tmp_path, mosquitto, database, outbox):
    outbox.append(*sales(0, 200))
    torn = tmp_path / "torn"
    torn.mkdir()
    shutil.copy(tmp_path / "agent.db", torn)
    log = (tmp_path / "agent.db-wal").read_bytes()
    (torn / "agent.db-wal").write_bytes(log[: len(log) * 2 // 3 + 11])
    survivor = open_outbox(torn)
    connection = sqlite3.connect(torn / "agent.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    survivor.append(sale(900))
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        async with sending(survivor, mosquitto.port):
            await drain(hub, survivor)
        produced = survivor.books()[Lane.SALE].produced
        assert kept(hub).receipts == produced <= 201
    survivor.close()


async def test_15_a_corrupt_outbox_is_put_aside_and_selling_goes_on(tmp_path, mosquitto, database):
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        outbox = open_outbox(tmp_path)
        outbox.append(*sales(0, 200))
        async with sending(outbox, mosquitto.port):
            await drain(hub, outbox)
        outbox.append(*sales(200, 5))
        outbox.close()
        path = tmp_path / "agent.db"
        content = bytearray(path.read_bytes())
        content[4096:16384] = bytes(12288)
        path.write_bytes(content)
        again = open_outbox(tmp_path)
        assert again.epoch == 2
        again.append(*sales(300, 10))
        async with sending(again, mosquitto.port):
            await drain(hub, again)
        assert kept(hub).receipts == 210
        row = await row_of(hub, Lane.ALERT)
        assert row["received"] == 1
        await assert_every_event_is_accounted_for(hub, again)
        again.close()
    assert (tmp_path / "agent.db.damaged-1").exists()


def test_13_two_processes_write_one_outbox(tmp_path, outbox, mosquitto, free_port):
    with agent(tmp_path, free_port(), 1000, 300) as other:
        outbox.append(sale(0))
        for number in range(300):
            outbox.append(sale(number))
        assert other.stdout.readline().startswith("ready")
    books = outbox.books()[Lane.SALE]
    assert (books.produced, books.waiting) == (601, 601)


async def test_13_the_log_of_one_is_sent_by_the_other(tmp_path: Path, mosquitto, database, outbox):
    async with hub_at(tmp_path / "hub", mosquitto.port, database=database) as hub:
        async with sending(outbox, mosquitto.port):
            other = open_outbox(tmp_path)
            other.append(*sales(0, 50))
            outbox.append(*sales(50, 50))
            await drain(hub, outbox)
            other.close()
        assert kept(hub).receipts == 100
