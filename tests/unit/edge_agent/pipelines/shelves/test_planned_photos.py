"""A live camera photographs when a photo is due, or asked for."""

import asyncio
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from device_profiles.opening_hours import OpeningHours
from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.cameras import CameraFeed
from tests.stage.shelf_camera import (
    CAMERA,
    bodies,
    live,
    picture,
)


async def test_a_live_camera_takes_one_photo_an_interval_in_opening_hours(
    shelf, outbox, clock, tmp_path
):
    make, _ = shelf
    hours = OpeningHours.model_validate({"opens": "11:30", "closes": "14:00"})
    feed = CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))
    watch = make(hours=hours, feed=feed)
    for minute in range(0, 180, 10):
        at = clock.now() + timedelta(minutes=minute)  # 12:00 to 14:50 in Shanghai
        await watch.source.take_if_due(picture(), at)
    taken = [one["taken_at"] for one in bodies(outbox, "shelf")]
    assert taken == ["2026-11-22T04:00:00Z", "2026-11-22T04:30:00Z", "2026-11-22T05:30:00Z"]


async def test_a_bad_planned_photo_is_taken_again_and_kept_at_last(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    answers = [await watch.source.take_if_due(covered, clock.now()) for _ in range(5)]
    assert answers == [True] * 4 + [False]
    (observed,) = bodies(outbox, "shelf")
    assert observed["quality"] == "covered"


async def test_a_live_camera_photographs_now_when_asked_outside_its_plan(shelf, outbox, clock):
    make, _ = shelf
    closed = OpeningHours.model_validate({"opens": "01:00", "closes": "02:00"})
    watch = make(
        hours=closed, feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))
    )
    asked = asyncio.create_task(watch.source.take_now())
    await asyncio.sleep(0)
    await watch.source.take_asked(picture(), clock.now())
    assert (await asked).startswith("20261122T040000Z: clear, ")
    await watch.source.take_asked(picture(), clock.now())
    assert len(bodies(outbox, "shelf")) == 1


async def test_a_live_camera_that_gives_no_picture_says_so_when_asked(shelf, clock, monkeypatch):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    monkeypatch.setattr("edge_agent.pipelines.shelves.planned_photos.ASKED_WITHIN_S", 0.01)
    with pytest.raises(SourceUnusable, match="no picture"):
        await watch.source.take_now()


async def test_another_interval_makes_photos_due_at_other_times(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    await watch.source.take_if_due(picture(), clock.now())
    assert not await watch.source.take_if_due(picture(), clock.now() + timedelta(minutes=30))
    watch.set_interval(30)
    await watch.source.take_if_due(picture(), clock.now() + timedelta(minutes=30))
    assert len(bodies(outbox, "shelf")) == 2


async def test_several_pictures_a_second_apart_make_one_photo(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.source.burst.frames = 3
    covered = np.full((240, 320, 3), 90, dtype=np.uint8)
    for image in (picture(), picture(), covered, picture()):
        assert not await watch.source.take_if_due(image, clock.now())
        assert not await watch.source.take_if_due(image, clock.now()), "too soon for a further one"
        clock.advance(1.0)
    (observed,) = bodies(outbox, "shelf")
    assert observed["quality"] == "clear", "two of the three are, and say what is seen"
    assert len(bodies(outbox, "media")) == 1


async def test_a_photo_is_taken_after_the_door_was_closed(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.plan.after_door_s = 5.0
    await watch.source.take_if_due(picture(1), clock.now())
    watch.door_closed()
    for number in range(2, 6):
        clock.advance(3.0)
        await watch.source.take_if_due(picture(number), clock.now())
    assert len(bodies(outbox, "shelf")) == 2


async def test_a_frozen_picture_is_no_photo(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=live(clock))
    watch.source.guard.watches_frozen = True
    frozen = []
    for _ in range(4):
        frozen.append(await watch.source.is_frozen(picture(1), clock.monotonic_s()))
        clock.advance(5.0)
    assert frozen == [False, False, True, True]
    assert not await watch.source.is_frozen(picture(2), clock.monotonic_s())
    states = [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]
    assert states == [("picture-frozen", "raised"), ("picture-frozen", "cleared")]


async def test_a_maintenance_lets_planned_photos_wait_until_it_is_over(shelf, outbox, clock):
    make, _ = shelf
    watch = make(feed=CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1)))
    watch.intake.alarms.is_quiet = lambda: True
    assert not await watch.source.take_if_due(picture(), clock.now())
    assert bodies(outbox, "shelf") == []
    watch.intake.alarms.is_quiet = lambda: False
    await watch.source.take_if_due(picture(), clock.now())
    assert len(bodies(outbox, "shelf")) == 1
