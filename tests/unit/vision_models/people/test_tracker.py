"""Who keeps their number: hidden legs, somebody lost, somebody else near the place."""

import numpy as np

from vision_models.core.detections import Detections
from vision_models.people.tracker import Track, Tracker

Box = tuple[float, float, float, float]


def _update(tracker: Tracker, at_s: float, *boxes: Box) -> tuple[Track, ...]:
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return tracker.update(Detections(found, np.full(len(found), 0.9, np.float32)), at_s)


def _standing(tracker: Tracker, box: Box, *, until_s: float) -> int:
    for number in range(round(until_s * 10) + 1):
        (track,) = _update(tracker, number / 10, box)
    return track.track_id


def test_whose_legs_are_hidden_at_once_keeps_the_number() -> None:
    tracker = Tracker(480, 640)
    behind = _standing(tracker, (300, 100, 370, 300), until_s=1.0)
    tracks = _update(tracker, 1.1, (300, 100, 370, 200), (310, 160, 390, 400))
    assert {track.track_id: track.box[3] for track in tracks}[behind] == 200


def test_who_was_lost_is_not_somebody_who_turns_up_too_far_away() -> None:
    tracker = Tracker(480, 640)
    lost = _standing(tracker, (300, 100, 370, 300), until_s=1.0)
    tracks = _update(tracker, 2.0, (540, 100, 610, 300))
    assert [track.track_id for track in tracks if track.seen_at_s == 2.0] != [lost]


def test_who_was_hidden_for_a_second_is_known_again_near_the_place() -> None:
    tracker = Tracker(480, 640)
    hidden = _standing(tracker, (300, 100, 370, 300), until_s=1.0)
    (track,) = _update(tracker, 2.0, (360, 110, 430, 310))
    assert track.track_id == hidden


def test_a_walker_is_followed_at_two_frames_a_second() -> None:
    tracker = Tracker(480, 640)
    for number in range(8):
        (track,) = _update(tracker, number / 2, (20 + 80.0 * number, 100, 90 + 80.0 * number, 300))
    assert track.is_confirmed
    assert track.hits == 8


def test_a_second_box_round_one_body_begins_nobody() -> None:
    tracker = Tracker(480, 640)
    body = _standing(tracker, (300, 100, 400, 300), until_s=1.0)
    for number in range(11, 20):
        tracks = _update(tracker, number / 10, (300, 100, 400, 300), (335, 90, 440, 300))
    assert [track.track_id for track in tracks] == [body]


def test_two_people_who_come_side_by_side_are_two() -> None:
    tracker = Tracker(480, 640)
    for number in range(10):
        tracks = _update(tracker, number / 10, (300, 100, 370, 300), (345, 110, 420, 310))
    assert len(tracks) == 2
