"""Pictures that can be watched, and those that cannot."""

import asyncio

import numpy as np
import pytest

from edge_agent.pipelines.watching import PictureGuard, Sight
from tests.stage.doors_camera import (
    bodies,
    crossed,
)


async def test_a_covered_lens_is_unwatched_and_alarmed_and_cleared(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(30)
    watch.feed.play(60, picture="covered")
    watch.feed.play(30)
    await watch.run(asyncio.Event())
    assert sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall")) < 65
    alarms = [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]
    assert alarms == [("picture-covered", "raised"), ("picture-covered", "cleared")]


async def test_a_frozen_picture_is_alarmed_and_unwatched_until_it_moves(door, outbox):
    make, seen = door
    for frame in range(40, 90):
        seen[frame] = crossed(True)
    watch = make()
    watch.feed.play(30)
    watch.feed.play(60, picture="frozen")
    watch.feed.play(30)
    await watch.run(asyncio.Event())
    alarms = [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]
    assert alarms == [("picture-frozen", "raised"), ("picture-frozen", "cleared")]
    watched_s = sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall"))
    assert watched_s == pytest.approx(29 + 10 + 29, abs=2)


def test_equal_pictures_of_a_live_camera_are_a_frozen_picture():
    image = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    live = PictureGuard(width_px=64, height_px=64, watches_frozen=True)
    film = PictureGuard(width_px=64, height_px=64, watches_frozen=False)
    assert [live.judge(image, at) for at in (0.0, 5.0, 10.0)] == [
        Sight.CLEAR,
        Sight.CLEAR,
        Sight.FROZEN,
    ]
    assert film.judge(image, 99.0) is Sight.CLEAR


def test_a_clock_written_into_a_frozen_picture_does_not_hide_that_it_is_frozen():
    image = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    live = PictureGuard(width_px=64, height_px=64, watches_frozen=True)
    for second in range(12):
        image[0:2] = second * 20
        sight = live.judge(image, float(second))
    assert sight is Sight.FROZEN
