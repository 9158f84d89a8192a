"""Where people are at a door at any second."""

import math

import numpy as np
import pytest

from simulators.render.people.passers import FAR_M, NEAR_M, Dawdler, Loiterer, Walker
from simulators.render.people.people import Pose, dressed

LINE_Z = 3.0
LOOK = dressed(np.random.default_rng(1))


def walker(way: int = 1, drift_m_s: float = 0.0) -> Walker:
    return Walker(at_s=10.0, way=way, x_m=0.2, speed_m_s=1.2, drift_m_s=drift_m_s, look=LOOK)


def dawdler(*, way: int = 1, goes_on: bool = True) -> Dawdler:
    return Dawdler(from_s=10.0, to_s=20.0, way=way, goes_on=goes_on, x_m=0.0, sway_m=0.2, look=LOOK)


def loiterer() -> Loiterer:
    return Loiterer(from_s=10.0, to_s=20.0, x_m=0.1, before_m=0.4, look=LOOK)


def at(person: Walker | Loiterer | Dawdler, seconds: float) -> Pose:
    pose = person.pose(seconds, LINE_Z)
    assert pose is not None
    return pose


@pytest.mark.parametrize("way", [1, -1])
def test_a_walker_is_on_the_line_at_the_second_that_is_told(way: int) -> None:
    assert at(walker(way), 10.0).z == pytest.approx(LINE_Z)
    before, after = at(walker(way), 9.0).z, at(walker(way), 11.0).z
    assert (before - after) * way == pytest.approx(2 * 1.2), "in means towards the camera"


def test_a_walker_looks_where_they_go() -> None:
    assert math.cos(at(walker(1), 10.0).heading_rad) == pytest.approx(-1.0)
    assert math.cos(at(walker(-1), 10.0).heading_rad) == pytest.approx(1.0)
    drifting = at(walker(-1, drift_m_s=0.3), 10.0)
    assert math.sin(drifting.heading_rad) > 0
    assert at(walker(-1, drift_m_s=0.3), 11.0).x == pytest.approx(0.5)


@pytest.mark.parametrize("person", [walker(), walker(-1), dawdler(), dawdler(goes_on=False)])
def test_nobody_is_in_the_picture_long_before_or_after(person: Walker | Dawdler) -> None:
    assert person.pose(-20.0, LINE_Z) is None
    assert person.pose(60.0, LINE_Z) is None
    seen = [pose.z for s in range(60) if (pose := person.pose(s, LINE_Z)) is not None]
    assert seen
    assert all(NEAR_M < z < FAR_M for z in seen)


def test_a_loiterer_never_passes_the_line() -> None:
    poses = [loiterer().pose(s / 4, LINE_Z) for s in range(-20, 160)]
    assert min(pose.z for pose in poses if pose is not None) > LINE_Z
    assert loiterer().pose(-20.0, LINE_Z) is None


def test_a_loiterer_comes_to_the_line_and_goes_back() -> None:
    assert at(loiterer(), 7.0).z > at(loiterer(), 9.0).z
    assert at(loiterer(), 21.0).z < at(loiterer(), 23.0).z


def sides(person: Dawdler, times: range) -> set[bool]:
    return {at(person, float(s)).z > LINE_Z for s in times}


@pytest.mark.parametrize("way", [1, -1])
def test_a_dawdler_who_goes_on_crosses_once_when_they_leave(way: int) -> None:
    person = dawdler(way=way)
    assert person.at_s == 20.0
    before, after = sides(person, range(7, 10)), sides(person, range(21, 23))
    assert before == {way > 0}
    assert after == {way < 0}
    assert sides(person, range(11, 20)) == {True, False}, "to and fro over it meanwhile"


@pytest.mark.parametrize("way", [1, -1])
def test_a_dawdler_who_goes_back_ends_where_they_came_from(way: int) -> None:
    person = dawdler(way=way, goes_on=False)
    assert sides(person, range(7, 10)) == sides(person, range(21, 23))
