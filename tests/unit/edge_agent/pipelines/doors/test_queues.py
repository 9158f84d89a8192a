"""Queues that are too long or too slow."""

import asyncio

from tests.stage.doors_camera import (
    bodies,
)
from vision_models.people.traffic import Traffic
from vision_models.people.zones import Queue


async def test_a_long_queue_is_an_alarm_of_the_device_itself(door, outbox):
    make, seen = door
    for frame in range(10, 50):
        seen[frame] = Traffic(queues={"queue": Queue(length=6, longest_s=100.0)})
    watch = make()
    watch.feed.play(180)
    await watch.run(asyncio.Event())
    told = [(a["alarm"], a["state"], a["value"], a["limit"]) for a in bodies(outbox, "alarm")]
    assert told == [("queue-long", "raised", 6, 4), ("queue-long", "cleared", 1, 4)]
