"""What the device says when it cannot see."""

import asyncio
from datetime import timedelta

from tests.stage.doors_camera import (
    bodies,
    crossed,
)


async def test_a_night_in_opening_hours_is_an_alarm_and_unwatched(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(60, picture="night")
    await watch.run(asyncio.Event())
    assert sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall")) == 0
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-dark"]


async def test_a_dark_closed_store_is_unwatched_but_no_alarm(door, outbox, clock):
    make, _ = door
    clock.set(clock.now() + timedelta(hours=12))
    watch = make()
    watch.feed.play(60, picture="covered")
    await watch.run(asyncio.Event())
    assert sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall")) == 0
    assert bodies(outbox, "alarm") == []


async def test_a_lost_source_is_alarmed_and_its_minutes_are_unwatched_not_zero(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(30)
    watch.feed.play(120, picture="none")
    watch.feed.play(30)
    await watch.run(asyncio.Event())
    minutes = bodies(outbox, "footfall")
    assert [round(minute["watched_s"][0]) for minute in minutes] == [29, 0, 28, 1]
    alarms = [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]
    assert alarms == [("source-lost", "raised"), ("source-lost", "cleared")]


async def test_a_picture_of_another_size_is_never_counted_in(door, outbox):
    make, seen = door
    seen[1] = crossed(True)
    watch = make()
    watch.feed.play(30, picture="small")
    await watch.run(asyncio.Event())
    (minute,) = bodies(outbox, "footfall")
    assert (minute["in"], minute["watched_s"]) == ([0], [0.0])
    (alarm,) = bodies(outbox, "alarm")
    assert alarm["alarm"] == "frame-size"
    assert "64x64" in alarm["detail"]
