"""People before a camera: where a point is seen, and boxes that hold the figure."""

import numpy as np
import pytest

from simulators.render.people.entrance import entrance
from simulators.render.people.people import Look, Pinhole, Pose, draw_person, dressed

CAMERA = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)


def somebody() -> Look:
    return dressed(np.random.default_rng(2))


@pytest.mark.parametrize("row_px", [130, 170, 230])
def test_a_floor_point_found_from_a_row_is_seen_in_that_row(row_px: float) -> None:
    z = CAMERA.floor_z(row_px)
    x, y, _ = CAMERA.see(CAMERA.floor_x(200.0, z), 0.0, z)
    assert (x, y) == pytest.approx((200.0, row_px))


def test_a_box_holds_every_pixel_of_the_figure() -> None:
    empty = entrance(CAMERA, 3.0)
    frame = empty.copy()
    pose = Pose(x=0.0, z=3.0, heading_rad=np.pi, stride_rad=1.0)
    box = draw_person(frame, CAMERA, somebody(), pose, 1.0)
    assert box is not None
    x1, y1, x2, y2 = box
    changed = np.argwhere(np.abs(frame.astype(int) - empty.astype(int)).max(axis=2) > 60)
    assert len(changed) > 300
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert left >= x1 - 2
    assert right <= x2 + 2
    assert top >= y1 - 2
    assert bottom <= y2 + 2


def test_nobody_is_drawn_outside_the_picture() -> None:
    frame = entrance(CAMERA, 3.0)
    pose = Pose(x=30.0, z=3.0, heading_rad=0.0, stride_rad=0.0)
    assert draw_person(frame, CAMERA, somebody(), pose, 1.0) is None


def test_what_is_farther_away_is_smaller_and_higher_in_the_picture() -> None:
    near, far = CAMERA.see(0.0, 0.0, 2.0), CAMERA.see(0.0, 0.0, 5.0)
    assert near[0] == far[0] == CAMERA.width_px / 2
    assert near[1] > far[1]
    assert near[2] > far[2]


def test_people_differ_and_children_are_smaller() -> None:
    rng = np.random.default_rng(1)
    grown = [dressed(rng) for _ in range(40)]
    children = [dressed(rng, is_child=True) for _ in range(40)]
    assert max(child.height_m for child in children) < min(one.height_m for one in grown)
    assert len({one.coat for one in grown}) > 30
    assert dressed(rng, trolley=True).trolley
    assert not any(one.trolley for one in grown)
    assert {one.bag for one in grown} == {True, False}
