"""Tracks, lines and zones: who crossed, who only stood there."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_profiles.camera import CountingLine, Zone
from vision_models.core.detections import Detections
from vision_models.people.tracker import Track, Tracker
from vision_models.people.traffic import Crossing, TrafficCounter
from vision_models.people.zones import Floor, Visit

WIDTH, HEIGHT = 640, 480
ACROSS = CountingLine(line_id="door", start=(1.0, 0.5), end=(0.0, 0.5))
"""Drawn from right to left: whoever walks up the picture comes in."""
PERSON = (40.0, 100.0)
LEFT = ((0.0, 0.5), (0.3, 0.5), (0.3, 1.0), (0.0, 1.0))
ENTRY = Zone(zone_id="entry", corners=LEFT)
GOODS = Zone(zone_id="goods", corners=((0.6, 0.5), (1.0, 0.5), (1.0, 1.0), (0.6, 1.0)))


def standing(track_id: int, x: float, y: float = 300.0) -> Track:
    box = np.array([x - 20, y - 100, x + 20, y], np.float32)
    return Track(
        track_id=track_id, box=box, first_at_s=0.0, seen_at_s=0.0, foot=(x, y), is_confirmed=True
    )


def play(
    feet_by_frame: Iterable[list[tuple[float, float]]],
    *,
    fps: float = 10.0,
    zones: tuple[Zone, ...] = (),
    lines: tuple[CountingLine, ...] = (ACROSS,),
    person: tuple[float, float] = PERSON,
) -> tuple[list[Crossing], list[Visit]]:
    tracker = Tracker(HEIGHT, WIDTH)
    counter = TrafficCounter(lines, zones, width_px=WIDTH, height_px=HEIGHT)
    crossings: list[Crossing] = []
    visits: list[Visit] = []
    for number, feet in enumerate(feet_by_frame):
        wide, tall = person
        rows = [(x - wide / 2, y - tall, x + wide / 2, y) for x, y in feet]
        found = Detections(np.array(rows, "f4").reshape(-1, 4), np.full(len(rows), 0.9, "f4"))
        told = counter.update(tracker.update(found, number / fps), number / fps)
        crossings += told.crossings
        visits += told.visits
    told = counter.finish()
    return crossings + list(told.crossings), visits + list(told.visits)


def walk(x: float, start: float, end: float, frames: int = 30) -> list[tuple[float, float]]:
    return [(x, float(y)) for y in np.linspace(start, end, frames)]


def directions(crossings: list[Crossing]) -> list[bool]:
    return [crossing.is_entry for crossing in crossings]


def test_one_who_walks_over_the_line_has_come_in_once() -> None:
    crossings, _ = play([foot] for foot in walk(300, 400, 150))
    assert directions(crossings) == [True]


def test_one_who_walks_back_has_gone_out() -> None:
    there, back = walk(300, 400, 150), walk(300, 150, 400)
    crossings, _ = play([foot] for foot in [*there, *back])
    assert directions(crossings) == [True, False]


def test_a_loiterer_on_the_line_is_never_counted() -> None:
    rng = np.random.default_rng(3)
    sway = 240 + np.cumsum(rng.normal(0, 0.7, 1200)).clip(-4, 4)
    crossings, _ = play([(300.0, float(y))] for y in sway)
    assert crossings == []


def seen(*tracks: tuple[float, Track]) -> list[Crossing]:
    """What the rule alone says of tracks at their times."""
    counter = TrafficCounter((ACROSS,), (), width_px=WIDTH, height_px=HEIGHT)
    found: list[Crossing] = []
    for at_s, track in tracks:
        now = replace(track, seen_at_s=at_s)
        found += counter.update((now,), at_s).crossings
    return found + list(counter.finish().crossings)


def test_a_track_that_passes_to_somebody_else_across_the_line_is_no_crossing() -> None:
    rack = [(0.1 * step, standing(1, 300.0, 300.0)) for step in range(20)]
    walker = [(2.0 + 0.1 * step, standing(1, 340.0, 150.0 - step)) for step in range(20)]
    assert seen(*rack, *walker) == []


def test_somebody_whose_number_came_from_a_thing_is_counted_when_they_cross() -> None:
    thing = [(0.1 * step, standing(1, 300.0, 170.0)) for step in range(20)]
    walker = [(2.0 + 0.1 * step, standing(1, 340.0, 320.0 - 6 * step)) for step in range(30)]
    assert directions(seen(*thing, *walker)) == [True]


def test_legs_that_come_out_from_behind_a_counter_are_no_jump() -> None:
    hidden = [(0.1 * step, standing(1, 300.0, 200.0 + 2 * step)) for step in range(10)]
    whole = [(1.0 + 0.1 * step, standing(1, 300.0, 280.0 + 4 * step)) for step in range(20)]
    assert directions(seen(*hidden, *whole)) == [False]


def test_one_who_turns_round_on_the_line_has_not_crossed() -> None:
    there, back = walk(300, 350, 232, 20), walk(300, 232, 350, 20)
    crossings, _ = play([foot] for foot in [*there, *back])
    assert crossings == []


def test_who_stops_just_behind_a_line_has_come_in_only_where_none_could_linger_unseen() -> None:
    stops = [(300.0, float(y)) for y in np.linspace(478, 456, 10)] + [(300.0, 456.0)] * 80
    edge = CountingLine(line_id="edge", start=(1.0, 0.97), end=(0.0, 0.97))
    assert directions(play([foot] for foot in stops)[0]) == []
    assert directions(play(([foot] for foot in stops), lines=(edge,))[0]) == [True]
    middle = [(x, y - 225) for x, y in stops]
    crossings, _ = play([foot] for foot in [*middle, *walk(300, 231, 260)])
    assert crossings == []


def test_two_who_pass_each_other_are_one_in_and_one_out() -> None:
    pairs = zip(walk(260, 400, 150), walk(380, 150, 400), strict=True)
    crossings, _ = play(list(pair) for pair in pairs)
    assert sorted(directions(crossings)) == [False, True]


def test_a_short_occlusion_does_not_lose_a_person() -> None:
    path = walk(300, 400, 150, 40)
    crossings, _ = play([] if 14 <= i < 24 else [foot] for i, foot in enumerate(path))
    assert directions(crossings) == [True]


def test_who_walks_round_the_end_of_a_line_has_not_crossed_it() -> None:
    short = CountingLine(line_id="door", start=(0.6, 0.5), end=(0.4, 0.5))
    crossings, _ = play(([foot] for foot in walk(500, 400, 150)), lines=(short,))
    assert crossings == []


def test_a_flicker_that_is_never_confirmed_is_not_counted() -> None:
    frames: list[list[tuple[float, float]]] = [[] for _ in range(40)]
    frames[10], frames[11] = [(300, 300)], [(300, 180)]
    crossings, _ = play(frames)
    assert crossings == []


def test_a_stay_in_a_zone_is_as_long_as_it_was() -> None:
    table = Zone(zone_id="table", corners=((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)))
    path = [*walk(20, 240, 240, 5), *[(x, 240.0) for x in np.linspace(20, 320, 20)]]
    path += [(320.0, 240.0)] * 50 + [(float(x), 240.0) for x in np.linspace(320, 620, 20)]
    _, visits = play(([foot] for foot in path), zones=(table,))
    assert len(visits) == 1
    assert abs(visits[0].dwell_s - 6.6) <= 0.6


def test_the_dead_band_grows_with_the_person() -> None:
    near, far = (80.0, 300.0), (16.0, 40.0)
    sway = [240 + 12 * float(np.sin(step / 3)) for step in range(300)]
    assert play(([(300.0, y)] for y in sway), person=near)[0] == []
    there_and_on = [(300.0, y) for y in np.linspace(252, 228, 30)]
    assert directions(play(([foot] for foot in there_and_on), person=far)[0]) == [True]


def test_who_dithers_is_counted_once_a_direction_until_the_band_is_left() -> None:
    over = walk(300, 400, 220)
    dither = [(300.0, 240 - 20 * float(np.cos(step / 4))) for step in range(25 * 8 + 13)]
    assert directions(play([foot] for foot in [*over, *dither])[0])[:2] == [True, False]
    home, on = walk(300, 260, 420), walk(300, 260, 120)
    assert directions(play([foot] for foot in [*over, *dither, *home])[0]) == [True, False]
    assert directions(play([foot] for foot in [*over, *dither, *on])[0]) == [True, False, True]


def test_a_group_side_by_side_is_counted_as_persons() -> None:
    rows = zip(*(walk(x, 400, 150) for x in (220, 270, 320)), strict=True)
    crossings, _ = play(list(row) for row in rows)
    assert directions(crossings) == [True, True, True]


def test_a_crossing_seen_in_every_frame_is_surer_than_one_seen_in_half() -> None:
    path = walk(300, 400, 150, 40)
    whole, _ = play([foot] for foot in path)
    half, _ = play([] if i > 5 and i % 2 else [foot] for i, foot in enumerate(path))
    assert directions(half) == directions(whole) == [True]
    assert whole[0].confidence == 1.0
    assert 0.4 < half[0].confidence < 0.8


def test_a_queue_is_those_who_stay_and_its_wait_how_long_they_did() -> None:
    till = Zone(zone_id="till", is_queue=True, corners=LEFT)
    floor = Floor((till,), WIDTH, HEIGHT)
    lengths = []
    for step in range(100):
        at_s = step / 10
        floor.watch(standing(1, 100), at_s)
        if 20 <= step < 40:
            floor.watch(standing(2, 110), at_s)
        floor.ended(at_s)
        lengths.append(floor.queues(at_s)["till"].length)
    assert lengths[30] == 0
    assert lengths[60] == lengths[99] == 1
    assert floor.queues(9.9)["till"].longest_s == pytest.approx(9.9)
    (visit,) = floor.ended(20.0)
    assert visit.dwell_s == pytest.approx(9.9)


def test_a_way_leads_from_one_zone_to_the_next_and_names_nobody() -> None:
    floor = Floor((ENTRY, GOODS), WIDTH, HEIGHT)
    visits = []
    for step in range(80):
        floor.watch(standing(1, 100 if step < 30 else 500), step / 10)
        visits += floor.ended(step / 10)
    visits += floor.ended(100.0)
    assert [(visit.came_from, visit.zone_id) for visit in visits] == [
        (None, "entry"),
        ("entry", "goods"),
    ]


def test_who_comes_from_behind_the_counter_is_staff() -> None:
    counter = Zone(zone_id="counter", is_staff=True, corners=LEFT)
    path = [(100.0, 300.0)] * 40 + [(x, 300.0) for x in np.linspace(100, 450, 30)]
    path += walk(450, 300, 120)
    crossings, visits = play(([foot] for foot in path), zones=(counter, GOODS))
    assert [(one.is_entry, one.is_staff) for one in crossings] == [(True, True)]
    assert {visit.is_staff for visit in visits if visit.zone_id == "goods"} <= {True}
    shopper, _ = play([foot] for foot in walk(450, 400, 120))
    assert not shopper[0].is_staff


def test_a_moment_hidden_does_not_end_a_stay() -> None:
    path = [(100.0, 300.0)] * 100
    hidden = range(40, 53)
    _, visits = play(([] if i in hidden else [foot] for i, foot in enumerate(path)), zones=(ENTRY,))
    assert len(visits) == 1


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(st.floats(130.0, 420.0), min_size=1, max_size=8), is_above=st.booleans())
def test_any_walk_that_ends_on_its_starting_side_counts_as_many_out_as_in(
    turns: list[float], is_above: bool
) -> None:
    home = 130.0 if is_above else 420.0
    stops = [home, *turns, home]
    path = [foot for a, b in itertools.pairwise(stops) for foot in walk(300, a, b, 18)]
    crossings, _ = play([foot] for foot in path)
    entries = sum(crossing.is_entry for crossing in crossings)
    assert 2 * entries == len(crossings)
    assert all(a.is_entry != b.is_entry for a, b in itertools.pairwise(crossings))


@settings(max_examples=40, deadline=None)
@given(
    fps=st.sampled_from([2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 25.0]),
    seconds=st.floats(3.0, 6.0),
    noise=st.floats(0.0, 2.0),
    seed=st.integers(0, 999),
    is_up=st.booleans(),
)
def test_any_walk_over_the_line_counts_once_at_any_frame_rate(
    fps: float, seconds: float, noise: float, seed: int, is_up: bool
) -> None:
    rng = np.random.default_rng(seed)
    start, end = (420.0, 130.0) if is_up else (130.0, 420.0)
    frames = walk(300, start, end, int(seconds * fps))
    crossings, _ = play(
        ([(x + rng.normal(0, noise), y + rng.normal(0, noise))] for x, y in frames), fps=fps
    )
    assert directions(crossings) == [is_up]


def test_legs_hidden_by_somebody_in_front_are_where_the_head_says() -> None:
    tracker = Tracker(HEIGHT, WIDTH)
    for number in range(20):
        # Stands at y = 260; from the tenth frame on only the upper half can be seen.
        bottom = 260.0 if number < 10 else 215.0
        box = np.array([[300, 160, 340, bottom]], np.float32)
        (track,) = tracker.update(Detections(box, np.array([0.9], np.float32)), number / 10)
        assert track.foot == pytest.approx((320.0, 260.0), abs=1 + 3 * max(0, number - 9))
    assert track.foot[1] > 230.0


def test_a_head_lost_for_a_moment_does_not_move_the_feet() -> None:
    tracker = Tracker(HEIGHT, WIDTH)
    for number in range(20):
        top = 160.0 if number % 10 < 6 else 205.0
        box = np.array([[300, top, 340, 260]], np.float32)
        (track,) = tracker.update(Detections(box, np.array([0.9], np.float32)), number / 10)
        assert track.foot == (320.0, 260.0)


def test_who_leaves_at_the_side_of_the_picture_is_followed_beyond_it() -> None:
    tracker = Tracker(HEIGHT, 640)
    for step in range(16):
        x1 = 440.0 + 12 * step
        seen = np.array([[x1, 100, min(640.0, x1 + 100), 350]], np.float32)
        tracks = tracker.update(Detections(seen, np.ones(1, np.float32)), step / 10)
    assert abs(tracks[0].foot[0] - 670) < 15
