"""Doors on film: the truth of every frame, and people who look like people to a counter."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
import pytest

from device_profiles.camera import CountingLine
from simulators.render.people.doorway import (
    DoorScene,
    busy_door,
    door_boxes,
    door_frames,
    lingering_door,
)
from simulators.render.people.furniture import hides
from simulators.render.people.passers import Loiterer, Walker
from simulators.render.people.people import Look, Pinhole, dressed
from vision_models.core.detections import Detections
from vision_models.core.frame import Frame
from vision_models.people.footfall import PeopleCounter
from vision_models.people.tracker import Tracker
from vision_models.people.traffic import Crossing, TrafficCounter

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)
STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def somebody() -> Look:
    return dressed(np.random.default_rng(2))


def scene(*cast: Walker | Loiterer, seconds: float) -> DoorScene:
    line = ((0.02, 0.62), (0.98, 0.62))
    return DoorScene(camera=CAMERA, line=line, cast=cast, seconds=seconds, frames_per_s=8.0)


def walker(at_s: float, way: int) -> Walker:
    return Walker(at_s=at_s, way=way, x_m=0.1, speed_m_s=1.2, drift_m_s=0.0, look=somebody())


def test_a_walker_is_on_the_line_at_the_moment_of_the_truth() -> None:
    played = scene(walker(5.0, 1), walker(9.0, -1), seconds=12.0)
    feet = {f.at_s: f.boxes for f in door_frames(played, np.random.default_rng(1))}
    assert [(c.person, c.is_entry) for c in played.crossings] == [(0, True), (1, False)]
    for crossing in played.crossings:
        bottom = feet[crossing.at_s][crossing.person][3]
        assert bottom == pytest.approx(0.62 * CAMERA.height_px, abs=14)


def test_the_same_seed_plays_the_same_frames() -> None:
    def frames() -> list[np.ndarray]:
        rng = np.random.default_rng(5)
        played = busy_door(rng, crossings=4, is_hard=True)
        return [frame.image for frame in islice(door_frames(played, rng), 70, 74)]

    assert all(np.array_equal(one, other) for one, other in zip(frames(), frames(), strict=True))


def test_a_hard_door_has_groups_and_a_loiterer() -> None:
    played = busy_door(np.random.default_rng(4), crossings=60, is_hard=True)
    assert len(played.crossings) == 60
    assert any(isinstance(person, Loiterer) for person in played.cast)
    assert {crossing.is_entry for crossing in played.crossings} == {True, False}


def test_a_counter_sees_who_crosses_and_not_who_waits() -> None:
    waiting = Loiterer(from_s=16.0, to_s=30.0, x_m=0.2, before_m=0.35, look=somebody())
    played = scene(walker(6.0, 1), walker(12.0, -1), waiting, seconds=36.0)
    line = CountingLine(line_id="door", start=played.line[0], end=played.line[1])
    counter = PeopleCounter((line,), width_px=CAMERA.width_px, height_px=CAMERA.height_px)
    seen = []
    for frame in door_frames(played, np.random.default_rng(1)):
        at = STARTED_AT + timedelta(seconds=frame.at_s)
        taken = Frame(image=frame.image, camera_id="door", taken_at=at, at_s=frame.at_s)
        seen += [crossing.is_entry for crossing in counter.see(taken).crossings]
    assert seen == [True, False]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_walks_through_furniture_and_many_are_hidden_by_it(seed: int) -> None:
    played = busy_door(
        np.random.default_rng([seed, 0]), crossings=12, is_hard=True, furniture=True, sun=True
    )
    hidden = 0
    for at_s in np.arange(0.0, played.seconds, 0.2):
        poses = [person.pose(float(at_s), played.line_z) for person in played.cast]
        about = [pose for pose in poses if pose is not None]
        for piece in played.pieces:
            assert all(piece.is_clear_of(pose.x, pose.z) for pose in about)
            hidden += sum(hides(piece.footprint, pose) for pose in about)
    assert {crossing.is_entry for crossing in played.crossings} == {True, False}
    assert len(played.crossings) == 12
    assert hidden > 20


def counted_by_boxes(played: DoorScene) -> list[tuple[float, bool]]:
    """What tracker and rule make of the true boxes."""
    width, height = played.camera.width_px, played.camera.height_px
    line = CountingLine(line_id="door", start=played.line[0], end=played.line[1])
    tracker = Tracker(height, width)
    counter = TrafficCounter((line,), (), width_px=width, height_px=height)
    found: list[Crossing] = []
    for at_s, boxes in door_boxes(played):
        rows = np.array(list(boxes.values()), np.float32).reshape(-1, 4)
        seen = Detections(rows, np.ones(len(rows), np.float32))
        found += counter.update(tracker.update(seen, at_s), at_s).crossings
    found += counter.finish().crossings
    return [(crossing.at_s, crossing.is_entry) for crossing in found]


@pytest.mark.parametrize("fps", [5.0, 25.0])
def test_stop_and_go_on_the_line_is_one_crossing_or_none_at_any_frame_rate(fps: float) -> None:
    played = lingering_door(np.random.default_rng(3), people=4, frames_per_s=fps)
    truth = [crossing.is_entry for crossing in played.crossings]
    assert [way for _, way in sorted(counted_by_boxes(played))] == truth
    assert len(truth) == 2
