"""The devices that one process plays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from simulators.core.errors import TookTooLong
from simulators.playback.fleet import Fleet, Photographed, UnknownDevice
from simulators.playback.pasts import open_outbox
from sync.core.clock import ManualClock
from sync.events import Lane, StockMoved
from sync.outbox.outbox import Acknowledged

NOW = datetime(2026, 11, 22, 9, 32, tzinfo=UTC)


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    made = Fleet(clock=ManualClock(NOW), rng=Random(1))
    for name in ("s01-till", "s02-till"):
        made.take(name, open_outbox(tmp_path / name, at=NOW - timedelta(days=1), rng=Random(2)))
    yield made
    await made.close()


def moved(units: int = 1) -> StockMoved:
    return StockMoved(
        gtin="06901234000016",
        quantity=Decimal(units),
        from_location="s01/back",
        to_location="s01/floor",
        reason="refill",
        moved_at=NOW,
    )


async def test_what_a_device_records_waits_in_its_own_outbox(fleet: Fleet) -> None:
    await fleet.record("s01-till", moved(), moved(2))
    assert fleet.names() == ["s01-till", "s02-till"]
    assert sum(book.waiting for book in fleet.books("s01-till")) == 2
    assert sum(book.waiting for book in fleet.books("s02-till")) == 0
    assert (fleet.waiting(), fleet.arrived()) == (2, 0)


async def test_what_the_hub_acknowledged_has_arrived(fleet: Fleet, tmp_path: Path) -> None:
    await fleet.record("s01-till", moved())
    await fleet.release("s01-till")
    outbox = open_outbox(tmp_path / "s01-till", at=NOW, rng=Random(3))
    outbox.acknowledge(Acknowledged(key=(1, Lane.SALE), ranges=((1, 1),)))
    fleet.take("s01-till", outbox)
    assert (fleet.waiting(), fleet.arrived()) == (0, 1)
    await fleet.until_sent("s01-till", within_s=1)


async def test_who_waits_too_long_is_told_for_whom(fleet: Fleet) -> None:
    await fleet.record("s01-till", moved())
    with pytest.raises(TookTooLong, match="s01-till"):
        await fleet.until_sent("s01-till", within_s=0.01)


async def test_a_photo_and_what_was_seen_in_it_wait_together(fleet: Fleet, tmp_path: Path) -> None:
    await fleet.record_photo("s01-till", Photographed(jpeg=b"\xff\xd8photo", bodies=(moved(),)))
    assert fleet.waiting() == 1
    kept = [path for path in (tmp_path / "s01-till" / "media").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"\xff\xd8photo"]


async def test_a_released_device_is_another_process_s(fleet: Fleet, tmp_path: Path) -> None:
    await fleet.release("s01-till")
    assert not fleet.plays("s01-till")
    assert fleet.plays("s02-till")
    open_outbox(tmp_path / "s01-till", at=NOW, rng=Random(3)).close()


async def test_a_device_it_does_not_play_is_named(fleet: Fleet) -> None:
    with pytest.raises(UnknownDevice, match="s09-till is not played"):
        await fleet.record("s09-till", moved())
    with pytest.raises(UnknownDevice):
        fleet.books("s09-till")


async def test_live_devices_record_by_the_real_clock(fleet: Fleet, tmp_path: Path) -> None:
    fleet.go_live()
    await fleet.record("s01-till", moved())
    await fleet.release("s01-till")
    outbox = open_outbox(tmp_path / "s01-till", at=NOW, rng=Random(3))
    with outbox.reading() as connection:
        (at_ms,) = connection.execute("SELECT wall_ms FROM outbox").fetchone()
    outbox.close()
    assert at_ms == NOW.timestamp() * 1000


async def test_a_closed_fleet_plays_nobody(fleet: Fleet) -> None:
    await fleet.close()
    assert (fleet.names(), fleet.waiting()) == ([], 0)
