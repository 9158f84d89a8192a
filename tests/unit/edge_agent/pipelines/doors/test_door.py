import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError

from edge_agent.core.remote import Remote
from tests.stage.doors_camera import (
    bodies,
    crossed,
)
from vision_models.people.traffic import Crossing, Traffic
from vision_models.people.zones import Visit


async def test_each_minute_is_reported_even_when_nobody_came(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(180)
    await watch.run(asyncio.Event())
    minutes = bodies(outbox, "footfall")
    assert [minute["in"] for minute in minutes] == [[0]] * 4
    assert [round(minute["watched_s"][0]) for minute in minutes] == [58, 60, 60, 1]
    assert len(bodies(outbox, "zone")) == 4


async def test_crossings_and_visits_stand_in_their_minute(door, outbox):
    make, seen = door
    seen[5] = crossed(True, True)
    seen[70] = crossed(False, visits=(Visit("queue", 0.0, 12.34, 1),))
    watch = make()
    watch.feed.play(120)
    await watch.run(asyncio.Event())
    first, second, *_ = bodies(outbox, "footfall")
    assert (first["in"], first["out"]) == ([2], [0])
    assert (second["in"], second["out"]) == ([0], [1])
    zone = bodies(outbox, "zone")[1]
    assert zone["dwell_s"] == [12.3]
    assert zone["occupancy_max"] == 1


async def test_a_minute_says_how_sure_it_is_how_fast_it_looked_and_where_people_stood(door, outbox):
    make, seen = door
    seen[5] = Traffic(crossings=(Crossing("front", True, 0.0, 1, confidence=0.5),))
    seen[6] = crossed(False, visits=(Visit("queue", 0.0, 40.0, 1, came_from="goods"),))
    watch = make()
    watch.feed.play(120)
    await watch.run(asyncio.Event())
    first, second, *_ = bodies(outbox, "footfall")
    assert first["confidence"] == [0.75]
    assert second["confidence"] == [None]
    assert first["frames_per_s"][0] == pytest.approx(1.0, abs=0.1)
    zone = bodies(outbox, "zone")[0]
    assert zone["came_from"] == {"goods": 1}
    assert (zone["is_queue"], zone["queue_max"], zone["category"]) == (True, 1, "Drinks")
    heat = bodies(outbox, "heat")[0]
    assert [cell for cell, _ in heat["cells"]] == [4 * 16 + 8]
    assert heat["cells"][0][1] == pytest.approx(57, abs=2)
    assert set(heat["zones"]) == {"queue"}


async def test_staff_who_come_from_behind_the_counter_are_left_out_and_told(door, outbox):
    make, seen = door
    seen[5] = Traffic(
        crossings=(Crossing("front", True, 0.0, 1, is_staff=True),),
        visits=(Visit("queue", 0.0, 9.0, 1, is_staff=True), Visit("counter", 0.0, 90.0, 1)),
    )
    watch = make()
    watch.feed.play(30)
    await watch.run(asyncio.Event())
    (minute,), (zone,) = bodies(outbox, "footfall"), bodies(outbox, "zone")
    assert (minute["in"], minute["staff"]) == ([0], [1])
    assert (zone["zone_id"], zone["dwell_s"], zone["staff"]) == ("queue", [], 1)


async def test_a_line_moved_by_the_hub_counts_elsewhere_under_its_own_name(door, writer):
    make, _ = door
    watch = make()
    remote = Remote(writer=writer, facts={})
    watch.add_settings(remote)
    (setting,) = remote.settings.values()
    before = watch.counter
    watch.set_lines({"front": ((0.0, 0.5), (1.0, 0.5))})
    assert watch.counter is before
    watch.set_lines(setting.adapter.validate_python({"front": [[0, 0.8], [1, 0.8]]}))
    assert watch.counter is not before
    assert [(line.line_id, line.start) for line in watch.camera.lines] == [("front", (0.0, 0.8))]
    for wrong in (
        {"front": [[0, 0.5], [0, 0.5]]},
        {"back": [[0, 0.8], [1, 0.8]]},
        {"front": [[0, 0.8], [9, 0.8]]},
    ):
        with pytest.raises(ValidationError):
            setting.adapter.validate_python(wrong)


async def test_crossings_of_a_closed_store_are_staff(door, outbox, clock):
    make, seen = door
    clock.set(clock.now() + timedelta(hours=12))  # midnight in Shanghai
    seen[5] = crossed(True)
    watch = make()
    watch.feed.play(30)
    await watch.run(asyncio.Event())
    (minute,) = bodies(outbox, "footfall")
    assert (minute["in"], minute["staff"]) == ([0], [1])
