from random import Random

import pytest

from edge_agent.core.alarms import AlarmBook
from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from edge_agent.upkeep.disk import DiskWatch
from edge_agent.upkeep.housekeeping import Housekeeper
from sync.events import MediaTaken
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox


@pytest.fixture
async def keeper(tmp_path, clock):
    outbox = Outbox.open(tmp_path / "agent.db", clock=clock, quota_bytes=600_000, rng=Random(1))
    async with Writer(outbox) as writer:
        await writer.write(lambda transaction: apply_migrations(transaction.connection))
        alarms = AlarmBook(writer, clock)
        media = MediaStore(tmp_path / "media", outbox, quota_bytes=1_000_000)
        disk = DiskWatch(folder=tmp_path, clock=clock, changed=lambda: None)
        yield Housekeeper(writer=writer, media=media, alarms=alarms, disk=disk)
    outbox.close()


async def test_a_folder_that_fills_is_alarmed_before_it_is_full(keeper, clock):
    await keeper.look()
    assert not keeper.alarms.stands("disk-full", "outbox")
    connection = keeper.writer.outbox
    with connection.transaction() as transaction:
        transaction.connection.execute("CREATE TABLE filler(body BLOB)")
        while connection.fullness() < 0.91:
            transaction.connection.execute("INSERT INTO filler VALUES (zeroblob(4000))")
    await keeper.look()
    assert keeper.alarms.stands("disk-full", "outbox")
    with connection.transaction() as transaction:
        transaction.connection.execute("DELETE FROM filler")
    await keeper.look()
    assert not keeper.alarms.stands("disk-full", "outbox")


async def test_pictures_that_a_crash_left_behind_are_swept_and_referred_ones_stay(keeper, clock):
    kept, stray = keeper.media.put(b"kept"), keeper.media.put(b"stray")

    def job(transaction):
        transaction.append(
            MediaTaken(
                sha256=kept.sha256,
                bytes=kept.bytes,
                media_type="image/jpeg",
                width_px=1,
                height_px=1,
                taken_at=clock.now(),
                subject="a",
            )
        )
        keeper.media.register(transaction, kept)

    await keeper.writer.write(job)
    assert keeper.media.sweep() == 1
    assert keeper.media.path(kept.sha256).exists()
    assert not keeper.media.path(stray.sha256).exists()
