"""Full, empty or hidden, on drawn slots: a grey wall, a floor, a rail with a price tag."""

import cv2
import numpy as np
import pytest

from vision_models.core.frame import Image
from vision_models.shelf.emptiness import Filling, ReadingSettings, SlotJudge

WIDTH_PX, HEIGHT_PX = 112, 180
PURPLE, GREEN, BLACK = (120, 30, 70), (60, 170, 40), (20, 20, 20)


@pytest.fixture
def judge() -> SlotJudge:
    return SlotJudge(ReadingSettings())


def empty_slot() -> Image:
    slot = np.full((HEIGHT_PX, WIDTH_PX, 3), 120, np.uint8)
    slot[110:] = 150
    slot[165:] = 240
    return slot


def with_cartons_of_a_neighbour(slot: Image) -> Image:
    """Sides of cartons that stand one behind another in the lane to the right."""
    for step in range(4):
        left, top, bottom = 60 + 14 * step, 40 - 4 * step, 122 + 9 * step
        side = np.array(
            [[left, top], [left + 14, top - 4], [left + 14, bottom + 9], [left, bottom]]
        )
        cv2.fillPoly(slot, [side], tuple(level + 12 * step for level in PURPLE))
    return slot


def with_jar(slot: Image, top_px: int) -> Image:
    cv2.rectangle(slot, (16, top_px), (98, 158), GREEN, -1)
    for line_px in range(top_px + 10, 150, 12):
        cv2.line(slot, (24, line_px), (88, line_px), BLACK, 1)
    return slot


def test_a_bare_slot_is_empty(judge: SlotJudge) -> None:
    assert judge.filling(empty_slot(), is_recognised=False) is Filling.EMPTY


def test_what_leans_in_from_the_next_lane_leaves_the_floor_bare(judge: SlotJudge) -> None:
    slot = with_cartons_of_a_neighbour(empty_slot())

    assert judge.look(slot).is_open
    assert judge.filling(slot, is_recognised=False) is Filling.EMPTY


@pytest.mark.parametrize("top_px", [30, 70, 88])
def test_an_unknown_pack_is_full_however_low_it_is(judge: SlotJudge, top_px: int) -> None:
    slot = with_jar(empty_slot(), top_px)

    assert not judge.look(slot).is_open
    assert judge.filling(slot, is_recognised=False) is Filling.FULL


def test_a_plain_sleeve_over_the_whole_slot_hides_it(judge: SlotJudge) -> None:
    slot = np.full((HEIGHT_PX, WIDTH_PX, 3), PURPLE, np.uint8)

    assert judge.filling(slot, is_recognised=False) is Filling.HIDDEN


def test_the_wall_above_a_low_pack_is_cut_off(judge: SlotJudge) -> None:
    slot = with_jar(empty_slot(), 88)

    alone = judge.without_wall(slot)

    assert 160 - 88 < alone.shape[0] <= HEIGHT_PX - 80
    assert np.array_equal(alone, slot[-alone.shape[0] :])


def test_an_empty_slot_and_a_tall_pack_are_not_cut(judge: SlotJudge) -> None:
    for slot in (empty_slot(), with_jar(empty_slot(), 12)):
        assert judge.without_wall(slot) is slot
