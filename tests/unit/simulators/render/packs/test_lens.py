"""A wide lens: pictures and boxes bend alike, and a straight lens changes nothing."""

import numpy as np
import pytest

from device_profiles.camera import LensDistortion
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.lens import FISHEYE, STRAIGHT, bent, boxes_through
from simulators.render.shelves.shelf import Box

WIDTH_PX, HEIGHT_PX = 320, 240
SIZE = (WIDTH_PX, HEIGHT_PX)
PINCUSHION = LensDistortion(focal=0.9, k1=0.12)
LENSES = [FISHEYE, PINCUSHION, LensDistortion(focal=1.2, k2=-0.2)]
BOXES: list[Box] = [
    (20, 15, 50, 55),
    (146, 100, 174, 140),
    (270, 190, 300, 230),
    (14, 108, 34, 132),
]


def white_box(box: Box) -> Pixels:
    image = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    x1, y1, x2, y2 = (int(v) for v in box)
    image[y1:y2, x1:x2] = 255
    return image


def middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def test_a_straight_lens_gives_the_same_picture_and_the_same_boxes() -> None:
    image = white_box(BOXES[0])
    assert bent(image, STRAIGHT) is image
    assert boxes_through(BOXES, STRAIGHT, SIZE) == BOXES


def test_no_boxes_are_no_boxes_through_any_lens() -> None:
    assert boxes_through([], FISHEYE, SIZE) == []


@pytest.mark.parametrize("lens", LENSES)
def test_a_bent_picture_keeps_its_size_and_its_middle(lens: LensDistortion) -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (HEIGHT_PX, WIDTH_PX, 3)).astype(np.uint8)
    seen = bent(image, lens)
    assert seen.shape == image.shape
    assert seen.dtype == np.uint8
    y, x = HEIGHT_PX // 2, WIDTH_PX // 2
    assert np.array_equal(seen[y, x], image[y, x])
    assert not np.array_equal(seen, image)


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("box", BOXES)
def test_a_box_goes_where_the_picture_shows_it(lens: LensDistortion, box: Box) -> None:
    rows, columns = np.nonzero(bent(white_box(box), lens)[..., 0] > 127)
    shown = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert boxes_through([box], lens, SIZE)[0] == pytest.approx(shown, abs=1.6)


def test_a_barrel_draws_everything_nearer_to_the_middle_and_a_pincushion_away() -> None:
    centre = np.array(SIZE) / 2
    for lens, is_nearer in ((FISHEYE, True), (PINCUSHION, False)):
        for box, seen in zip(BOXES, boxes_through(BOXES, lens, SIZE), strict=True):
            before, after = (np.linalg.norm(middle(one) - centre) for one in (box, seen))
            if before > 1.0:
                assert bool(after < before) is is_nearer, (lens, box)


def test_boxes_keep_their_order_and_are_upright() -> None:
    seen = boxes_through(BOXES, FISHEYE, SIZE)
    assert len(seen) == len(BOXES)
    for box, alone in zip(seen, BOXES, strict=True):
        assert boxes_through([alone], FISHEYE, SIZE)[0] == pytest.approx(box)
        assert box[0] < box[2]
        assert box[1] < box[3]


def test_a_point_goes_through_as_a_box_without_a_size() -> None:
    ((x1, y1, x2, y2),) = boxes_through([(20.0, 15.0, 20.0, 15.0)], FISHEYE, SIZE)
    assert (x1, y1) == (x2, y2)


def test_a_lens_bends_a_picture_of_any_size_alike() -> None:
    small = np.array(boxes_through([(20, 15, 50, 55)], FISHEYE, SIZE))
    large = np.array(boxes_through([(40, 30, 100, 110)], FISHEYE, (640, 480)))
    assert large == pytest.approx(2 * small)
