"""The open minute of a camera: kept while it runs, told once it is over."""

from datetime import datetime, timedelta

import pytest

from edge_agent.core.writer import Writer
from edge_agent.pipelines.doors.open_minute import OpenMinute
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from tests.stage.doors_camera import CAMERA, SHANGHAI, WAITING, bodies
from vision_models.people.traffic import Crossing, Traffic

SEEN = Traffic(occupancy={"queue": 1}, feet=((0.5, 0.5),), queues={"queue": WAITING})


@pytest.fixture
def minute(writer: Writer) -> OpenMinute:
    return OpenMinute(camera=CAMERA, writer=writer, zone=SHANGHAI, simulated=False)


def came_in(minute: OpenMinute, at: datetime, *, is_staff: bool = False) -> None:
    minute.at(at).cross(Crossing("front", True, 0.0, 1), is_staff=is_staff)


def counted(outbox: Outbox) -> dict[str, float]:
    with outbox.reading() as connection:
        return dict(connection.execute("SELECT what, number FROM day_count").fetchall())


async def test_nothing_is_told_while_the_minute_runs(
    minute: OpenMinute, outbox: Outbox, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    await minute.turn_to(clock.now() + timedelta(seconds=59))
    assert bodies(outbox, "footfall") == []


async def test_a_minute_that_is_over_is_told_and_counted_in_its_day(
    minute: OpenMinute, outbox: Outbox, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    came_in(minute, clock.now(), is_staff=True)
    minute.at(clock.now()).watch(2.0, SEEN)
    await minute.turn_to(clock.now() + timedelta(minutes=1))
    (line,), (zone,), (heat,) = (bodies(outbox, kind) for kind in ("footfall", "zone", "heat"))
    assert (line["in"], line["staff"], line["started_at"]) == ([1], [1], "2026-11-22T04:00:00Z")
    assert (zone["zone_id"], zone["queue_max"]) == ("queue", 1)
    assert heat["watched_s"] == 2.0
    assert counted(outbox) == {"entries": 1, "exits": 0, "staff": 1}


async def test_where_nobody_stood_no_map_is_told(
    minute: OpenMinute, outbox: Outbox, clock: ManualClock
) -> None:
    minute.at(clock.now())
    await minute.turn_to(clock.now() + timedelta(minutes=1))
    assert len(bodies(outbox, "footfall")) == 1
    assert bodies(outbox, "heat") == []


async def test_a_clock_that_was_put_back_ends_the_minute_too(
    minute: OpenMinute, outbox: Outbox, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    await minute.turn_to(clock.now() - timedelta(hours=1))
    assert minute.book is not None
    assert minute.book.started_at == clock.now() - timedelta(hours=1)
    assert len(bodies(outbox, "footfall")) == 1


async def test_a_film_that_is_over_ends_its_minute_once(
    minute: OpenMinute, outbox: Outbox, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    await minute.end()
    await minute.end()
    assert [line["in"] for line in bodies(outbox, "footfall")] == [[1]]


async def test_a_restart_goes_on_in_the_minute_that_was_saved(
    minute: OpenMinute, writer: Writer, outbox: Outbox, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    minute.at(clock.now()).watch(2.0, SEEN)
    await minute.save()
    again = OpenMinute(camera=CAMERA, writer=writer, zone=SHANGHAI, simulated=False)
    await again.take_up()
    came_in(again, clock.now())
    await again.turn_to(clock.now() + timedelta(minutes=5))
    (line,) = bodies(outbox, "footfall")
    assert (line["in"], line["watched_s"]) == ([2], [2.0])


async def test_a_minute_that_was_told_is_not_taken_up_again(
    minute: OpenMinute, writer: Writer, clock: ManualClock
) -> None:
    came_in(minute, clock.now())
    await minute.save()
    await minute.turn_to(clock.now() + timedelta(minutes=1))
    again = OpenMinute(camera=CAMERA, writer=writer, zone=SHANGHAI, simulated=False)
    await again.take_up()
    assert again.book is None


async def test_where_no_minute_is_open_nothing_is_saved(minute: OpenMinute) -> None:
    await minute.save()
    await minute.take_up()
    assert minute.book is None
