"""A store's floor today, worked out from hand-made minutes."""

from datetime import timedelta

import pytest

from cloud_hub.boards.footfall.floor import (
    PATHS_SHOWN,
    FloorView,
    HandCount,
    floor_view,
    hand_counts,
)
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.traffic.footfall import load_doors
from cloud_hub.traffic.tables import FootfallAudit, HeatHour
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local

YESTERDAY = TODAY - timedelta(days=1)


def floor(chain: SmallChain, store_id: str = "s01") -> FloorView:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        doors = load_doors(session, snapshot.today)
        return floor_view(session, snapshot.today, snapshot.day_of(store_id), doors, {})


def hands(chain: SmallChain) -> dict[str, HandCount]:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        return hand_counts(session, snapshot.day_of("s01"), TENANT)


def audit(chain: SmallChain, hour: int, **changes: object) -> None:
    values: dict[str, object] = {
        "tenant_id": TENANT,
        "store_id": "s01",
        "line_id": "entrance",
        "started_at": local(hour),
        "device_id": "s01-door",
        "camera_id": "door-1",
        "seconds": 900.0,
        "hand_in": 10,
        "hand_out": 10,
        "counted_in": 10,
        "counted_out": 10,
        "missed": 0,
        "surplus": 0,
        "audited_at": local(hour, 30),
    }
    chain.add(FootfallAudit(**(values | changes)))


def heat(chain: SmallChain, hour: int, *seconds: float, **changes: object) -> None:
    values: dict[str, object] = {
        "tenant_id": TENANT,
        "store_id": "s01",
        "camera_id": "door-1",
        "hour_at": local(hour),
        "device_id": "s01-door",
        "business_day": TODAY,
        "columns": 2,
        "rows": 1,
        "seconds": list(seconds),
        "zones": {"till": [[0, 0], [1, 0], [1, 1]]},
        "watched_s": 3600.0,
        "simulated": True,
    }
    chain.add(HeatHour(**(values | changes)))


def test_a_store_without_doors_and_zones_has_its_hours_without_data(
    two_stores: SmallChain,
) -> None:
    view = floor(two_stores)
    assert [row.hour for row in view.hours] == list(range(7, 15))
    assert {row.footfall for row in view.hours} == {None}
    assert (view.zones, view.paths, view.maps) == ((), (), ())


def test_an_hour_with_nobody_is_0_and_one_unwatched_is_no_data(two_stores: SmallChain) -> None:
    for minute in range(60):
        two_stores.minute(local(9, minute), 0)
        two_stores.zone(local(9, minute), queue=0)
    hours = {row.hour: row for row in floor(two_stores).hours}
    assert (hours[9].footfall, hours[9].queue_length, hours[9].queue_max) == (0, 0.0, 0)
    assert (hours[10].footfall, hours[10].queue_length, hours[10].queue_max) == (None, None, None)


def test_who_passes_through_a_queue_has_not_waited(two_stores: SmallChain) -> None:
    two_stores.zone(local(12), 2.0, 100.0, 200.0, queue=2)
    (till,) = floor(two_stores).zones
    assert (till.is_queue, till.visits, till.length, till.length_max) == (True, 2, 2.0, 2)
    assert till.p50_s == pytest.approx(150, abs=50)
    assert till.watched == pytest.approx(60 / (7.5 * 3600 + 120))


def test_zones_of_another_store_are_not_told(two_stores: SmallChain) -> None:
    two_stores.zone(local(12), 100.0, store_id="s02")
    assert floor(two_stores).zones == ()
    assert len(floor(two_stores, "s02").zones) == 1


def test_the_ways_most_walked_are_told(two_stores: SmallChain) -> None:
    starts = {f"z{number}": number + 1 for number in range(PATHS_SHOWN + 2)}
    two_stores.zone(local(12), 20.0, zone_id="drinks", is_queue=False, came_from=starts)
    two_stores.zone(local(12, 30), 20.0, zone_id="drinks", is_queue=False, came_from={"z0": 90})
    paths = floor(two_stores).paths
    assert len(paths) == PATHS_SHOWN
    assert (paths[0].start, paths[0].end, paths[0].visits) == ("z0", "drinks", 91)
    assert "z1" not in {path.start for path in paths}


def test_a_map_adds_up_the_hours_of_a_camera_today(two_stores: SmallChain) -> None:
    heat(two_stores, 9, 10.0, 0.0)
    heat(two_stores, 10, 5.0, 2.5)
    heat(two_stores, 10, 7.0, 7.0, camera_id="door-2", simulated=False)
    heat(two_stores, 10, 9.0, 9.0, hour_at=local(10, day=YESTERDAY), business_day=YESTERDAY)
    first, second = floor(two_stores).maps
    assert (first.camera_id, first.seconds, first.watched_s) == ("door-1", (15.0, 2.5), 7200.0)
    assert first.zones == {"till": ((0, 0), (1, 0), (1, 1))}
    assert (second.camera_id, second.simulated) == ("door-2", False)


def test_a_camera_that_changed_its_grid_has_a_map_a_grid(two_stores: SmallChain) -> None:
    heat(two_stores, 9, 10.0, 0.0)
    heat(two_stores, 10, 1.0, 2.0, 3.0, columns=3)
    assert [each.seconds for each in floor(two_stores).maps] == [(10.0, 0.0), (1.0, 2.0, 3.0)]


def test_of_hand_counts_the_newest_of_each_line_is_told(two_stores: SmallChain) -> None:
    audit(two_stores, 9, counted_in=0)
    audit(two_stores, 10, counted_in=9, counted_out=11, missed=1, surplus=1)
    audit(two_stores, 10, line_id="back")
    audit(two_stores, 11, line_id="other", store_id="s02")
    found = hands(two_stores)
    assert set(found) == {"entrance", "back"}
    entrance = found["entrance"]
    assert entrance.accuracy == pytest.approx(1 - 2 / 20)
    assert (entrance.hand, entrance.missed, entrance.surplus) == (20, 1, 1)
    assert (entrance.minutes, entrance.day) == (15.0, TODAY)


def test_a_clip_in_which_nobody_crossed_has_no_accuracy(two_stores: SmallChain) -> None:
    audit(two_stores, 9, hand_in=0, hand_out=0, counted_in=1, counted_out=0)
    assert hands(two_stores)["entrance"].accuracy is None


def test_an_accuracy_is_never_below_0(two_stores: SmallChain) -> None:
    audit(two_stores, 9, hand_in=1, hand_out=0, counted_in=9, counted_out=9)
    assert hands(two_stores)["entrance"].accuracy == 0.0
