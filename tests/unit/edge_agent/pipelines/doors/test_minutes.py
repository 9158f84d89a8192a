"""Minutes, watched and told; none is lost and none doubled."""

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge_agent.pipelines.doors.minutes import MinuteBook
from tests.stage.doors_camera import (
    CAMERA,
    bodies,
    crossed,
)
from vision_models.core.frame import Frame
from vision_models.people.traffic import Crossing


@pytest.mark.parametrize("step_s", [0.04, 0.2, 1.5])
async def test_a_changing_frame_rate_is_watched_all_the_same(door, outbox, step_s):
    make, _ = door
    watch = make()
    for _ in range(20):
        watch.feed.play(3 * step_s, step_s=step_s)
        watch.feed.play(2.4, step_s=0.8)
    played_s = sum(seconds for seconds, _ in watch.feed.script)
    await watch.run(asyncio.Event())
    watched_s = sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall"))
    assert watched_s == pytest.approx(played_s, rel=0.03)
    assert bodies(outbox, "alarm") == []


async def test_a_gap_between_frames_is_not_watched(door, outbox):
    make, _ = door
    watch = make()
    for _ in range(6):
        watch.feed.play(10)
        watch.feed.play(9, step_s=9)
    await watch.run(asyncio.Event())
    watched_s = sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall"))
    assert watched_s == pytest.approx(60, abs=2)


async def test_a_cameras_own_clock_that_jumps_is_never_watched_time(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(60)
    feed_next = watch.feed.next_frame

    async def next_frame(*, timeout_s: float) -> Frame | None:
        frame = await feed_next(timeout_s=timeout_s)
        if frame is None:
            return None
        jump_s = {10: 3600.0, 30: -7200.0}
        shift_s = sum(by for at, by in jump_s.items() if len(watch.feed.script) < 60 - at)
        return replace(frame, at_s=frame.at_s + shift_s)

    watch.feed.next_frame = next_frame
    await watch.run(asyncio.Event())
    watched_s = sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall"))
    assert watched_s == pytest.approx(57, abs=1)


async def test_a_restart_goes_on_with_the_open_minute(door, outbox):
    make, seen = door
    seen[5] = crossed(True)
    first = make()
    stop = asyncio.Event()
    first.feed.play(20)
    feed_next = first.feed.next_frame

    async def next_frame(*, timeout_s: float) -> Frame | None:
        if not first.feed.script:
            stop.set()
            return None
        return await feed_next(timeout_s=timeout_s)

    first.feed.next_frame = next_frame
    await first.run(stop)
    assert bodies(outbox, "footfall") == []
    seen.clear()
    second = make()
    second.feed.play(60)
    await second.run(asyncio.Event())
    minutes = bodies(outbox, "footfall")
    assert [minute["in"] for minute in minutes] == [[1], [0]]
    assert round(minutes[0]["watched_s"][0]) in (57, 58)


async def test_a_kill_loses_no_crossing(door, outbox):
    make, seen = door
    seen[5] = crossed(True)
    killed = make()
    killed.feed.play(8)

    async def die() -> Frame | None:
        raise RuntimeError("power cut")

    feed_next = killed.feed.next_frame

    async def next_frame(*, timeout_s: float) -> Frame | None:
        return await (feed_next(timeout_s=timeout_s) if killed.feed.script else die())

    killed.feed.next_frame = next_frame
    with pytest.raises(RuntimeError, match="power cut"):
        await killed.run(asyncio.Event())
    seen.clear()
    again = make()
    again.feed.play(60)
    await again.run(asyncio.Event())
    assert [minute["in"] for minute in bodies(outbox, "footfall")] == [[1], [0]]


async def test_a_clock_put_back_closes_the_minute_it_was_in(door, outbox, clock):
    make, seen = door
    seen[5] = crossed(True)
    watch = make()
    watch.feed.play(10)
    feed_next = watch.feed.next_frame

    async def next_frame(*, timeout_s: float) -> Frame | None:
        if len(watch.feed.script) == 3:
            clock.jump(-7200)
        return await feed_next(timeout_s=timeout_s)

    watch.feed.next_frame = next_frame
    await watch.run(asyncio.Event())
    before, after = bodies(outbox, "footfall")
    assert (before["in"], after["in"]) == ([1], [0])
    assert before["started_at"] > after["started_at"]


def test_a_kept_minute_forgets_lines_the_profile_no_longer_has():
    at = datetime(2026, 11, 22, 4, 0, tzinfo=ZoneInfo("UTC"))
    book = MinuteBook.open_at(CAMERA, at, simulated=False)
    book.cross(Crossing("front", True, 0.0, 1), is_staff=False)
    other = CAMERA.model_copy(update={"lines": ()})
    fresh = MinuteBook.open_at(other, at, simulated=False)
    fresh.take_up(book.to_json())
    assert fresh.close().lines == ()
