"""What the counting sees, drawn over its frames."""

import numpy as np
import pytest

from device_profiles.camera import CountingLine, Zone
from vision_models.core.frame import Image
from vision_models.people.annotate import FLASH_S, TRAIL_S, Annotator
from vision_models.people.tracker import Track
from vision_models.people.traffic import Crossing, Traffic
from vision_models.people.zones import Queue

LINE = CountingLine(line_id="front", start=(0.1, 0.5), end=(0.9, 0.5))
ZONE = Zone(zone_id="till", corners=((0.6, 0.6), (0.9, 0.6), (0.9, 0.9)))
BLACK = np.zeros((240, 320, 3), np.uint8)
NOTHING = Traffic()


@pytest.fixture
def annotator() -> Annotator:
    return Annotator(lines=(), zones=())


def track(x: float = 100.0, at_s: float = 0.0, track_id: int = 1) -> Track:
    box = np.array([x, 60, x + 40, 180], np.float32)
    return Track(
        track_id=track_id,
        box=box,
        first_at_s=0.0,
        seen_at_s=at_s,
        foot=(x + 20, 180.0),
        is_confirmed=True,
    )


def crossing(*, is_entry: bool, track_id: int = 1) -> Traffic:
    return Traffic(crossings=(Crossing("front", is_entry, 0.0, track_id),))


def changed(one: Image, other: Image) -> int:
    return int((one != other).any(axis=2).sum())


def test_the_picture_itself_is_left_alone(annotator: Annotator) -> None:
    image = BLACK.copy()
    drawn = annotator.draw(image, (track(),), NOTHING, 0.0)
    assert not image.any()
    assert drawn.shape == image.shape
    assert drawn.any()


def test_entries_and_exits_are_counted_over_the_whole_film(annotator: Annotator) -> None:
    for number, is_entry in enumerate((True, True, False)):
        annotator.draw(BLACK, (), crossing(is_entry=is_entry), float(number))
    assert (annotator.entries, annotator.exits) == (2, 1)


def test_lines_and_zones_are_drawn_where_they_lie() -> None:
    plain = Annotator(lines=(), zones=()).draw(BLACK, (), NOTHING, 0.0)
    lined = Annotator(lines=(LINE,), zones=()).draw(BLACK, (), NOTHING, 0.0)
    zoned = Annotator(lines=(), zones=(ZONE,)).draw(BLACK, (), NOTHING, 0.0)
    assert changed(lined[115:125, 100:280], plain[115:125, 100:280]) > 500
    assert changed(zoned[150:210, 280:292], plain[150:210, 280:292]) > 30


def test_a_line_that_was_just_crossed_looks_otherwise_and_soon_no_more() -> None:
    annotator = Annotator(lines=(LINE,), zones=())
    before = annotator.draw(BLACK, (), NOTHING, 0.0)
    during = annotator.draw(BLACK, (), crossing(is_entry=True), 1.0)
    after = annotator.draw(BLACK, (), NOTHING, 1.0 + FLASH_S + 0.1)
    middle = np.s_[118:123, 150:280]
    assert changed(before[middle], during[middle]) > 100
    assert changed(before[middle], after[middle]) == 0


def test_a_track_is_drawn_at_its_box_and_leaves_a_trail_for_a_while(
    annotator: Annotator,
) -> None:
    for number in range(10):
        drawn = annotator.draw(
            BLACK, (track(20.0 + 20 * number, number / 10),), NOTHING, number / 10
        )
    x, foot = 20 + 20 * 9, 180
    assert drawn[100, x - 1 : x + 2].any(), "its box"
    assert drawn[foot, 60:180].any(), "where its feet were"
    later = annotator.draw(BLACK, (), NOTHING, 1.0 + TRAIL_S)
    assert not later[foot, 60:180].any()


def test_how_long_a_queue_is_is_said() -> None:
    annotator = Annotator(lines=(), zones=(ZONE,))
    queue = Traffic(occupancy={"till": 3}, queues={"till": Queue(length=3, longest_s=40.0)})
    assert changed(annotator.draw(BLACK, (), NOTHING, 0.0), annotator.draw(BLACK, (), queue, 0.0))


@pytest.mark.parametrize("size", [(48, 64), (1080, 1920), (31, 17)])
def test_words_and_boxes_that_leave_the_picture_are_no_fault(size: tuple[int, int]) -> None:
    annotator = Annotator(lines=(LINE,), zones=(ZONE,))
    image = np.zeros((*size, 3), np.uint8)
    box = np.array([-500, -500, 9000, 9000], np.float32)
    far = Track(
        track_id=1,
        box=box,
        first_at_s=0.0,
        seen_at_s=0.0,
        foot=(1e9, -1e9),
        is_confirmed=True,
    )
    assert annotator.draw(image, (far,), crossing(is_entry=True), 0.0).shape == image.shape
