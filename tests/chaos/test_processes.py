"""Processes that die: cases 1 to 6 and 13 to 15 of docs/sync.md, "What breaks"."""

import asyncio
import shutil
import sqlite3

import pytest

from sync.core.failpoints import Failpoint
from sync.events import Lane
from sync.outbox.outbox import Outbox
from sync.outbox.put_aside import retry_aside
from tests.chaos.scene import (
    assert_every_event_is_accounted_for,
    drain,
    is_empty,
    kept,
    open_outbox,
    process,
    reading,
    row_of,
    said,
    sale,
    sales,
    until,
    waiting,
)
from tests.chaos.setups import Way, on

pytestmark = pytest.mark.chaos

HUB_DIES = pytest.mark.parametrize(
    "failpoint", [Failpoint.HUB_BEFORE_ANSWER, Failpoint.HUB_BEFORE_COMMIT], ids=["02", "03"]
)


@on(Way.MOSQUITTO, Way.MANY)
async def test_01_a_broker_killed_with_messages_it_had_acknowledged(setup, outbox):
    outbox.append(*[reading() for _ in range(3000)], *sales(0, 500))
    async with setup.hub() as hub:
        async with setup.sending(outbox):
            await until(lambda: waiting(outbox) < 3000)
            setup.brokers[0].kill()
            setup.brokers[0].start()
            await drain(hub, outbox)
        assert kept(hub).receipts == 500


@on(Way.EMBEDDED)
async def test_01_the_hub_killed_with_the_broker_inside_it(setup, outbox):
    outbox.append(*[reading() for _ in range(3000)], *sales(0, 500))
    async with setup.hub():
        pass
    with setup.hub_process() as dying:
        async with setup.sending(outbox):
            await until(lambda: waiting(outbox) < 3000)
            dying.kill()
            dying.wait()
            async with setup.hub(load=False) as hub:
                await drain(hub, outbox)
                assert kept(hub).receipts == 500


@HUB_DIES
@on(Way.MANY)
async def test_02_03_a_worker_killed_after_and_before_its_commit(setup, outbox, failpoint):
    async with setup.hub() as hub:
        with setup.worker_process(failpoint) as dying:
            assert await said(dying)
            outbox.append(*sales(0, 1000), *[reading() for _ in range(1000)])
            async with setup.sending(outbox):
                await until(lambda: dying.poll() is not None)
                await drain(hub, outbox)
        assert dying.returncode == -9
        assert kept(hub).receipts == 1000


@HUB_DIES
@on(Way.EMBEDDED, Way.MOSQUITTO)
async def test_02_03_the_only_hub_killed_after_and_before_its_commit(setup, outbox, failpoint):
    async with setup.hub():
        pass
    outbox.append(*sales(0, 1000), *[reading() for _ in range(1000)])
    with setup.hub_process(failpoint) as dying:
        async with setup.sending(outbox):
            await until(lambda: dying.poll() is not None)
            assert dying.returncode == -9
            async with setup.hub(load=False) as hub:
                await drain(hub, outbox)
                assert kept(hub).receipts == 1000


@pytest.mark.parametrize(
    "failpoint", [Failpoint.EDGE_BEFORE_PUBLISH, Failpoint.EDGE_BEFORE_NOTING], ids=["04", "05"]
)
async def test_04_05_a_device_killed_before_it_publishes_and_before_it_notes_the_answer(
    setup, tmp_path, failpoint
):
    async with setup.hub() as hub:
        with setup.agent(tmp_path / "till", 0, 150, failpoint) as dying:
            await until(lambda: dying.poll() is not None)
        outbox = open_outbox(tmp_path / "till")
        assert outbox.books()[Lane.SALE].produced == 150
        assert outbox.epoch == 1
        outbox.append(sale(150))
        async with setup.sending(outbox):
            await drain(hub, outbox)
        assert kept(hub).receipts == 151
        outbox.close()


async def test_06_acknowledgements_are_lost_on_the_way(setup, outbox):
    async with (
        setup.network() as network,
        setup.hub() as hub,
        setup.sending(outbox, *network.ports),
    ):
        outbox.append(*sales(0, 10))
        await until(is_empty(outbox))
        network.swallow_answers()
        outbox.append(*sales(10, 300))
        await until(lambda: kept(hub).receipts == 310)
        assert waiting(outbox) == 300
        network.restore()
        await drain(hub, outbox)
        assert kept(hub).receipts == 310


async def test_14_a_power_cut_leaves_a_torn_log(setup, tmp_path, outbox):
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
    async with setup.hub() as hub:
        async with setup.sending(survivor):
            await drain(hub, survivor)
        produced = survivor.books()[Lane.SALE].produced
        assert kept(hub).receipts == produced <= 201
    survivor.close()


def is_unsettled(outbox: Outbox) -> bool:
    with outbox.reading() as connection:
        return connection.execute("SELECT 1 FROM to_settle").fetchone() is not None


async def test_15_a_corrupt_outbox_is_put_aside_and_selling_goes_on(setup, tmp_path):
    async with setup.hub() as hub:
        outbox = open_outbox(tmp_path)
        outbox.append(*sales(0, 200))
        async with setup.sending(outbox):
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
        async with setup.sending(again):
            await drain(hub, again)
        assert kept(hub).receipts == 210
        row = await row_of(hub, Lane.ALERT)
        assert row["received"] == 1
        await assert_every_event_is_accounted_for(hub, again)
        again.close()
        assert (tmp_path / "agent.db.damaged-1").exists()
        # Somebody decides about it: from then on nothing waits in it, here and at the hub.
        retry_aside(path, quota_bytes=64 << 20)
        last = open_outbox(tmp_path)
        async with setup.sending(last):
            await until(lambda: not is_unsettled(last))
            await drain(hub, last)
        audit = await hub.audit()
        assert sum(row["waiting"] for row in audit["devices"]) == 0
        last.close()


async def test_13_two_processes_write_one_outbox(tmp_path, outbox, free_port):
    """The file alone: no hub takes part."""
    port = str(free_port())
    arguments = ("-m", "tests.chaos.agent", str(tmp_path), "s01-till", port, "1000", "300")
    with process(*arguments) as other:
        outbox.append(sale(0))
        for number in range(300):
            outbox.append(sale(number))
        assert (await said(other)).startswith("ready")
    books = outbox.books()[Lane.SALE]
    assert (books.produced, books.waiting) == (601, 601)


async def test_13_what_one_wrote_is_sent_by_the_other(setup, tmp_path, outbox):
    async with setup.hub() as hub:
        async with setup.sending(outbox):
            other = open_outbox(tmp_path)
            await asyncio.to_thread(other.append, *sales(0, 50))
            outbox.append(*sales(50, 50))
            await drain(hub, outbox)
            other.close()
        assert kept(hub).receipts == 100
