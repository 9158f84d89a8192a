"""After the history the chain goes on by the clock."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest

from simulators.chain.chain import outlets
from simulators.chain.script import Script
from simulators.core.clock import demo_time
from simulators.core.waiting import until
from simulators.day.photos import PhotoDue
from simulators.day.store_day import Recorded, StoreDay, StoreSimulation
from simulators.day.truth import Truth
from simulators.playback.live import (
    Live,
    LiveStore,
    next_quarter,
    photo_times,
    still_to_come,
    write_cooler_file,
)
from simulators.playback.profiles import COOLER_FILE
from sync.core.clock import ManualClock
from sync.events import CoolerRead, EventBody, FootfallCounted, Receipt, StockMoved

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 22, hour, minute, second, tzinfo=UTC)


def test_what_is_over_does_not_come_again() -> None:
    body = StockMoved(
        gtin="06901234000016",
        quantity=Decimal(1),
        from_location="s01/back",
        to_location="s01/floor",
        reason="refill",
        moved_at=at(9, 0),
    )
    records = tuple(Recorded(at=at(9, minute), body=body) for minute in (30, 32, 40))
    day = StoreDay(store_id="s01", day=TIME.today, visits=(), records=records)
    assert [record.at for record in still_to_come(day, at(9, 32))] == [at(9, 40)]


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (at(9, 0), at(9, 15)),
        (at(9, 14, 59), at(9, 15)),
        (at(9, 15), at(9, 30)),
        (at(9, 50), at(10, 0)),
        (at(23, 50), at(23, 45) + timedelta(minutes=15)),
    ],
)
def test_the_next_quarter_is_always_still_to_come(now: datetime, then: datetime) -> None:
    assert next_quarter(now) == then


def test_photos_come_after_the_start_and_stores_take_turns() -> None:
    taken = [list(islice(photo_times(TIME, 5, one), 20)) for one in outlets(8)]
    first = taken[0]
    assert min(one[0] for one in taken) > TIME.started_at
    assert {b - a for a, b in pairwise(first)} == {timedelta(minutes=5)}
    assert len({one[0].second for one in taken}) == 8


def test_a_cooler_s_file_is_whole_and_as_old_as_the_store_s_clock_says(tmp_path: Path) -> None:
    write_cooler_file(tmp_path / "new", at(9, 0), Random(1))
    write_cooler_file(tmp_path / "new", at(9, 1), Random(1), open_s=95.04)
    (file,) = (tmp_path / "new").iterdir()
    assert file.name == COOLER_FILE
    values = json.loads(file.read_text(encoding="utf-8"))
    assert values["door_open_s"] == 95.0
    assert set(values) == {"temperature_c", "compressor_duty", "door_open_s", "mode"}
    assert file.stat().st_mtime == at(9, 1).timestamp()


async def test_a_store_that_runs_records_what_its_day_brings() -> None:
    outlet = next(one for one in outlets(8) if not one.real)
    simulation = StoreSimulation(outlet, TIME, Script(), 7)
    days = [simulation.play(day) for day in TIME.history()[-1:]]
    heard: list[tuple[str, EventBody]] = []
    photos: list[datetime] = []

    async def record(device_id: str, body: EventBody) -> None:
        heard.append((device_id, body))

    async def photograph(due: PhotoDue) -> None:
        photos.append(due.taken_at)

    truth = Truth(seed=7, time=TIME, tenant_id="linguang", stores=(outlet.store_id,))
    live = Live(
        stores=(LiveStore(outlet=outlet, simulation=simulation, days=days, cooler_folder=None),),
        time=TIME,
        script=Script(),
        truth=truth,
        clock=ManualClock(TIME.started_at + timedelta(minutes=40)),
        seed=7,
        record=record,
        take_photo=photograph,
    )

    def of(kind: type[EventBody]) -> list[str]:
        return [device_id for device_id, body in heard if isinstance(body, kind)]

    async def has_caught_up() -> bool:
        return len(of(FootfallCounted)) >= 40 and len(of(CoolerRead)) >= 2 and len(photos) > 0

    playing = asyncio.create_task(live.run())
    await until(has_caught_up, within_s=20, every_s=0.02, or_else="the store stood still")
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    store = outlet.store_id
    assert set(of(Receipt)) == {f"{store}-till"}
    assert of(FootfallCounted) == [f"{store}-door"] * 40, "a minute each, when it is over"
    assert set(of(CoolerRead)) == {f"{store}-cooler"}
    assert truth.day(store, TIME.today).sales == len(of(Receipt))
    assert len(truth.photos) == len(photos)
