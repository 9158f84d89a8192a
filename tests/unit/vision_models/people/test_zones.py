"""Who stays where and for how long."""

from dataclasses import dataclass

import pytest

from device_profiles.camera import Zone
from vision_models.people.zones import (
    GONE_AFTER_S,
    HEAT_COLUMNS,
    HEAT_ROWS,
    LEFT_ZONE_AFTER_S,
    Floor,
    ZoneWatch,
    heat_cell,
)

SQUARE = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]
INSIDE, OUTSIDE = (10.0, 50.0), (90.0, 50.0)


@dataclass
class Standing:
    """A track as far as a zone asks: who, and where the foot is."""

    track_id: int
    foot: tuple[float, float]


def zone(zone_id: str = "till", **more: object) -> Zone:
    return Zone.model_validate({"zone_id": zone_id, "corners": SQUARE, **more})


def watched(**more: object) -> ZoneWatch:
    return ZoneWatch(zone(**more), 100, 100)


@pytest.mark.parametrize(
    ("point", "is_inside"),
    [((10, 50), True), ((49.9, 99), True), ((50.1, 50), False), ((-1, 50), False)],
)
def test_a_zone_holds_what_lies_in_its_corners(point: tuple[float, float], is_inside: bool) -> None:
    assert watched().holds(point) is is_inside


def test_a_stay_lasts_from_the_first_foot_inside_to_the_last() -> None:
    watch = watched()
    for at_s in (0.0, 1.0, 4.0):
        watch.watch(Standing(1, INSIDE), at_s, None)
    assert watch.ended(4.0 + GONE_AFTER_S) == []
    (visit,) = watch.ended(4.0 + GONE_AFTER_S + 0.1)
    assert (visit.zone_id, visit.entered_at_s, visit.dwell_s) == ("till", 0.0, 4.0)


def test_a_step_over_the_edge_ends_no_stay() -> None:
    watch = watched()
    watch.watch(Standing(1, INSIDE), 0.0, None)
    watch.watch(Standing(1, OUTSIDE), 1.0, None)
    assert watch.ended(1.0) == []
    watch.watch(Standing(1, INSIDE), 1.4, None)
    watch.watch(Standing(1, OUTSIDE), 2.0, None)
    (visit,) = watch.ended(1.4 + LEFT_ZONE_AFTER_S + 0.1)
    assert visit.dwell_s == pytest.approx(1.4)


def test_only_who_has_stayed_for_five_seconds_waits() -> None:
    watch = watched()
    watch.watch(Standing(1, INSIDE), 0.0, None)
    watch.watch(Standing(2, INSIDE), 4.0, None)
    assert (watch.queue(4.9).length, watch.queue(4.9).longest_s) == (0, 0.0)
    assert (watch.queue(6.0).length, watch.queue(6.0).longest_s) == (1, 6.0)
    assert watch.queue(9.0).length == 2


def test_who_stood_behind_the_counter_is_staff_and_one_step_makes_nobody_so() -> None:
    floor = Floor((zone("counter", is_staff=True),), 100, 100)
    floor.watch(Standing(1, INSIDE), 0.0)
    assert not floor.is_staff(1, 1.9)
    assert floor.is_staff(1, 2.0)
    assert not floor.is_staff(2, 99.0)


def test_a_way_is_from_the_zone_visited_before() -> None:
    goods = zone("goods")
    till = Zone.model_validate(
        {"zone_id": "till", "corners": [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]}
    )
    floor = Floor((goods, till), 100, 100)
    floor.watch(Standing(1, INSIDE), 0.0)
    floor.watch(Standing(1, OUTSIDE), 3.0)
    visits = {visit.zone_id: visit.came_from for visit in floor.ended(9.0)}
    assert visits == {"goods": None, "till": "goods"}


def test_when_nobody_is_in_sight_any_more_nothing_is_left() -> None:
    floor = Floor((zone(is_queue=True),), 100, 100)
    floor.watch(Standing(1, INSIDE), 0.0)
    assert floor.occupancy() == {"till": 1}
    floor.clear()
    assert (floor.occupancy(), floor.ended(99.0)) == ({"till": 0}, [])
    assert floor.queues(99.0)["till"].length == 0


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ((0.0, 0.0), 0),
        ((1.0, 0.0), HEAT_COLUMNS - 1),
        ((1.0, 1.0), HEAT_COLUMNS * HEAT_ROWS - 1),
        ((-3.0, 7.0), HEAT_COLUMNS * (HEAT_ROWS - 1)),
    ],
)
def test_every_place_has_a_cell_of_the_floor(place: tuple[float, float], cell: int) -> None:
    assert heat_cell(*place) == cell
