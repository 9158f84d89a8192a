"""A computer that is too slow takes fewer frames, and says so."""

import asyncio

import pytest

from edge_agent.drivers.cameras import SourceState
from tests.stage.doors_camera import (
    CAMERA,
    bodies,
)
from vision_models.core.frame import Frame
from vision_models.people.traffic import Traffic


async def test_a_slow_computer_takes_fewer_frames_says_so_and_recovers(door, outbox, clock):
    make, _ = door
    watch = make(camera=CAMERA.model_copy(update={"frames_per_s": 10.0}))
    work_s = 0.4

    def see(frame: Frame) -> Traffic:
        clock.advance(work_s)
        return Traffic()

    watch.counter.see = see
    watch.feed.play(30, step_s=0.1)
    await watch.run(asyncio.Event())
    assert watch.feed.rate_per_s == pytest.approx(2.0, abs=0.1)
    (alarm,) = bodies(outbox, "alarm")
    assert (alarm["alarm"], alarm["limit"]) == ("too-slow", 10)
    assert "of 10 frames a second" in alarm["detail"]
    work_s = 0.01
    watch.feed.state = SourceState.LIVE
    watch.feed.play(60, step_s=0.1)
    await watch.run(asyncio.Event())
    assert watch.feed.rate_per_s == 10.0
    assert [one["state"] for one in bodies(outbox, "alarm")] == ["raised", "cleared"]
