"""A camera that was turned counts nothing until a person accepts its view."""

import asyncio

from edge_agent.pipelines.view import ViewGuard
from tests.stage.doors_camera import (
    bodies,
    crossed,
    noisy,
    view_of,
)


async def test_a_turned_camera_is_an_alarm_and_unwatched_until_a_person_accepts_it(
    door, outbox, tmp_path
):
    make, _ = door
    watch = make()
    watch.view = ViewGuard(path=tmp_path / "views" / "door-1.png")
    here, there = view_of(1), view_of(2)
    watch.feed.script += [(1.0, noisy(here, step)) for step in range(320)]
    watch.feed.script += [(1.0, noisy(there, step)) for step in range(120)]
    await watch.run(asyncio.Event())
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-moved"]
    assert watch.view.path.is_file()
    minutes = [round(minute["watched_s"][0]) for minute in bodies(outbox, "footfall")]
    assert minutes[-2] == 0
    again = make()
    again.view = ViewGuard(path=watch.view.path)
    assert again.view.reference is not None
    again.accept_view()
    again.feed.script += [(1.0, noisy(there, step)) for step in range(40)]
    await again.run(asyncio.Event())
    assert [one["state"] for one in bodies(outbox, "alarm")] == ["raised", "cleared"]


async def test_a_camera_turned_while_the_agent_was_off_is_never_counted_in(door, outbox, tmp_path):
    make, seen = door
    here, there = view_of(1), view_of(2)
    first = make()
    first.view = ViewGuard(path=tmp_path / "door-1.png")
    first.feed.script += [(1.0, noisy(here, step)) for step in range(300)]
    await first.run(asyncio.Event())
    assert bodies(outbox, "alarm") == []
    watched_s = sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall"))
    seen[1] = crossed(True)
    again = make()
    again.view = ViewGuard(path=tmp_path / "door-1.png")
    again.feed.script += [(1.0, noisy(there, step)) for step in range(120)]
    await again.run(asyncio.Event())
    minutes = bodies(outbox, "footfall")
    assert sum(minute["watched_s"][0] for minute in minutes) == watched_s
    assert sum(minute["in"][0] for minute in minutes) == 0
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-moved"]


async def test_a_camera_that_still_looks_there_after_a_restart_counts_at_once(
    door, outbox, tmp_path
):
    make, _ = door
    for seconds in (300, 60):
        watch = make()
        watch.view = ViewGuard(path=tmp_path / "door-1.png")
        watch.feed.script += [(1.0, noisy(view_of(1), step)) for step in range(seconds)]
        await watch.run(asyncio.Event())
    assert sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall")) >= 357


def test_a_camera_that_is_turned_while_its_view_is_learned_is_learned_anew(tmp_path):
    guard = ViewGuard(path=tmp_path / "door-1.png")
    pictures = [view_of(1)] * 6 + [view_of(2)] * 24
    for number, picture in enumerate(pictures):
        guard.look(noisy(picture, number), 20.0 * number)
        if number == 15:
            assert guard.reference is None
    assert guard.reference is not None
    assert guard.path.is_file()
    assert not guard.look(noisy(view_of(2), 99), 700.0)
