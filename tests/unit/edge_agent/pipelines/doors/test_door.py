import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from device_profiles.camera import Camera
from device_profiles.store import OpeningHours
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health, PartState
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from edge_agent.drivers.cameras import CameraFeed, SourceState
from edge_agent.pipelines.doors.door import DoorWatch
from edge_agent.pipelines.doors.minutes import MinuteBook
from edge_agent.pipelines.opening_hours import due_slot, is_open
from edge_agent.pipelines.view import ViewGuard
from edge_agent.pipelines.watching import PictureGuard, Sight
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from vision_models.core.frame import Frame
from vision_models.people.footfall import PeopleCounter
from vision_models.people.traffic import Crossing, Traffic
from vision_models.people.zones import Queue, Visit

SHANGHAI = ZoneInfo("Asia/Shanghai")
CAMERA = Camera.model_validate(
    {
        "camera_id": "door-1",
        "width_px": 64,
        "height_px": 64,
        "source": {"kind": "stream", "address": "rtsp://192.0.2.1/"},
        "lines": [{"line_id": "front", "start": [0, 0.5], "end": [1, 0.5]}],
        "zones": [
            {
                "zone_id": "queue",
                "is_queue": True,
                "queue_limit": 4,
                "wait_limit_s": 240,
                "category": "Drinks",
                "corners": [[0, 0], [1, 0], [1, 1]],
            },
            {"zone_id": "counter", "is_staff": True, "corners": [[0, 0], [0, 1], [1, 1]]},
        ],
    }
)
HOURS = OpeningHours.model_validate({"opens": "07:00", "closes": "22:00"})


class ScriptedFeed(CameraFeed):
    """A camera whose pictures the test hands over; time passes with them."""

    def __init__(self, clock: ManualClock, camera: Camera = CAMERA) -> None:
        super().__init__(camera=camera, address="", clock=clock, rng=Random(1))
        self.script: list[tuple[float, np.ndarray | None]] = []
        self.noise = np.random.default_rng(1)

    def play(self, seconds: float, *, step_s: float = 1.0, picture: str = "clear") -> None:
        for _ in range(round(seconds / step_s)):
            image = None
            if picture == "clear":
                image = self.noise.integers(0, 255, (64, 64, 3)).astype(np.uint8)
            elif picture == "covered":
                image = np.full((64, 64, 3), 30, dtype=np.uint8)
            elif picture == "night":
                image = self.noise.integers(0, 9, (64, 64, 3)).astype(np.uint8)
            elif picture == "frozen":
                image = np.random.default_rng(7).integers(0, 255, (64, 64, 3)).astype(np.uint8)
            elif picture == "small":
                image = self.noise.integers(0, 255, (32, 64, 3)).astype(np.uint8)
            self.script.append((step_s, image))

    async def __aenter__(self) -> "ScriptedFeed":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def next_frame(self, *, timeout_s: float) -> Frame | None:
        if not self.script:
            self.state = SourceState.ENDED
            return None
        seconds, image = self.script.pop(0)
        self.clock.advance(seconds)
        if image is None:
            return None
        return Frame(
            image=image,
            camera_id="door-1",
            taken_at=self.clock.now(),
            at_s=self.clock.monotonic_s(),
        )


class ScriptedCounter(PeopleCounter):
    """Says of the n-th good frame what the test wrote down."""

    def __init__(self, script: dict[int, Traffic]) -> None:
        super().__init__(CAMERA.lines, CAMERA.zones, width_px=64, height_px=64)
        self.script = script
        self.frames = 0

    def see(self, frame: Frame) -> Traffic:
        self.frames += 1
        standing = Traffic(occupancy={"queue": 1}, feet=((0.5, 0.5),), queues={"queue": WAITING})
        return self.script.get(self.frames, standing)


WAITING = Queue(length=1, longest_s=30.0)


def crossed(*entries: bool, visits: tuple[Visit, ...] = ()) -> Traffic:
    return Traffic(
        crossings=tuple(Crossing("front", is_entry, 0.0, 1) for is_entry in entries),
        visits=visits,
    )


@pytest.fixture
async def door(writer: Writer, clock: ManualClock):
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    seen: dict[int, Traffic] = {}

    def make(*, hours: OpeningHours | None = HOURS, camera: Camera = CAMERA) -> DoorWatch:
        return DoorWatch(
            camera=camera,
            feed=ScriptedFeed(clock, camera),
            counter=ScriptedCounter(seen),
            writer=writer,
            alarms=alarms,
            health=Health(),
            clock=clock,
            zone=SHANGHAI,
            opening_hours=hours,
            simulated=False,
        )

    return make, seen


def view_of(seed: int) -> np.ndarray:
    """A place with something to recognise it by."""
    rough = np.random.default_rng(seed).integers(0, 255, (12, 12, 3)).astype(np.uint8)
    return cv2.resize(rough, (64, 64), interpolation=cv2.INTER_CUBIC)


def noisy(image: np.ndarray, seed: int) -> np.ndarray:
    grain = np.random.default_rng(seed).integers(0, 9, image.shape).astype(np.uint8)
    return cv2.add(image, grain)


def bodies(outbox: Outbox, kind: str) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


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


async def test_a_long_queue_is_an_alarm_of_the_device_itself(door, outbox):
    make, seen = door
    for frame in range(10, 50):
        seen[frame] = Traffic(queues={"queue": Queue(length=6, longest_s=100.0)})
    watch = make()
    watch.feed.play(180)
    await watch.run(asyncio.Event())
    told = [(a["alarm"], a["state"], a["value"], a["limit"]) for a in bodies(outbox, "alarm")]
    assert told == [("queue-long", "raised", 6, 4), ("queue-long", "cleared", 1, 4)]


async def test_a_night_in_opening_hours_is_an_alarm_and_unwatched(door, outbox):
    make, _ = door
    watch = make()
    watch.feed.play(60, picture="night")
    await watch.run(asyncio.Event())
    assert sum(minute["watched_s"][0] for minute in bodies(outbox, "footfall")) == 0
    assert [one["alarm"] for one in bodies(outbox, "alarm")] == ["picture-dark"]


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


def test_a_kept_minute_forgets_lines_the_profile_no_longer_has():
    at = datetime(2026, 11, 22, 4, 0, tzinfo=ZoneInfo("UTC"))
    book = MinuteBook.open_at(CAMERA, at, simulated=False)
    book.cross(Crossing("front", True, 0.0, 1), is_staff=False)
    other = CAMERA.model_copy(update={"lines": ()})
    fresh = MinuteBook.open_at(other, at, simulated=False)
    fresh.take_up(book.to_json())
    assert fresh.close().lines == ()


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(6, 50, False), (7, 0, True), (21, 59, True), (22, 0, False)],
)
def test_opening_hours_are_local(hour, minute, expected):
    at = datetime(2026, 11, 22, hour, minute, tzinfo=SHANGHAI)
    assert is_open(HOURS, at, zone=SHANGHAI) is expected


def test_a_store_that_closes_after_midnight_is_open_then():
    late = OpeningHours.model_validate({"opens": "18:00", "closes": "02:00"})
    assert is_open(late, datetime(2026, 11, 22, 1, 0, tzinfo=SHANGHAI), zone=SHANGHAI)
    assert not is_open(late, datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI), zone=SHANGHAI)


def test_a_holiday_is_closed_and_no_photo_is_due():
    closed = OpeningHours.model_validate(
        {"opens": "07:00", "closes": "22:00", "exceptions": {"2026-11-22": None}}
    )
    at = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
    assert not is_open(closed, at, zone=SHANGHAI)
    assert due_slot(closed, at, zone=SHANGHAI, interval_min=60) is None


def test_photos_are_due_every_interval_from_opening():
    at = datetime(2026, 11, 22, 12, 44, tzinfo=SHANGHAI)
    due = due_slot(HOURS, at, zone=SHANGHAI, interval_min=45)
    assert due is not None
    assert due.isoformat() == "2026-11-22T12:15:00"


def test_a_part_is_late_then_lost_then_works_again():
    health = Health()
    health.expect("door-1", late_after_s=10)
    assert health.look(now_s=0)[0].state is PartState.STARTING
    health.worked("door-1", at_s=0)
    assert health.look(now_s=5)[0].state is PartState.WORKING
    assert health.look(now_s=11)[0].state is PartState.LATE
    health.lost("door-1", reason="unplugged")
    assert health.look(now_s=12)[0].detail == "unplugged"
    health.worked("door-1", at_s=13)
    assert health.look(now_s=13)[0].state is PartState.WORKING
