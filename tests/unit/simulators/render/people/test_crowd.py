"""Stills of people: boxes that fit, the same seed the same picture."""

from dataclasses import replace

import numpy as np

from simulators.render.people.crowd import HEIGHT_PX, LEAST_HEIGHT_PX, WIDTH_PX, still
from simulators.render.people.doorway import busy_door, door_boxes, door_frames


def test_every_box_lies_in_the_picture_and_holds_somebody() -> None:
    found = 0
    for seed in range(8):
        ground = np.full((90, 120, 3), 128, np.uint8) if seed % 2 else None
        shown = still(np.random.default_rng(seed), ground)
        assert shown.image.shape == (HEIGHT_PX, WIDTH_PX, 3)
        for x1, y1, x2, y2 in shown.boxes:
            assert 0 <= x1 < x2 <= WIDTH_PX
            assert 0 <= y1 < y2 <= HEIGHT_PX
            assert y2 - y1 >= LEAST_HEIGHT_PX
            part = shown.image[int(y1) : int(y2), int(x1) : int(x2)]
            assert part.std() > 2.0
            found += 1
    assert found > 5


def test_the_same_seed_draws_the_same_still() -> None:
    one, other = (still(np.random.default_rng(3), None) for _ in range(2))
    assert one.boxes == other.boxes
    assert np.array_equal(one.image, other.image)


def test_boxes_without_drawing_are_those_of_the_drawn_frames() -> None:
    scene = replace(
        busy_door(np.random.default_rng(4), crossings=2, is_hard=True), frames_per_s=2.0
    )
    drawn = door_frames(scene, np.random.default_rng(1))
    for frame, (at_s, boxes) in zip(drawn, door_boxes(scene), strict=True):
        assert frame.at_s == at_s
        # A figure of which less than three pixels are in the picture is not drawn.
        assert frame.boxes.items() <= boxes.items()


def test_furniture_hides_people_at_a_door_and_is_never_labelled() -> None:
    plain = [still(np.random.default_rng([3, number]), None) for number in range(6)]
    furnished = [
        still(np.random.default_rng([3, number]), None, is_furnished=True) for number in range(6)
    ]
    assert all(
        (one.image != other.image).any() for one, other in zip(plain, furnished, strict=True)
    )
    for shown in furnished:
        for x1, y1, x2, y2 in shown.boxes:
            assert 0 <= x1 < x2 <= WIDTH_PX
            assert 0 <= y1 < y2 <= HEIGHT_PX
