"""Zones and the floor as cameras see them, minute by minute and hour by hour."""

from datetime import timedelta

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.traffic import tables as traffic_tables
from sync.events import (
    FloorHeated,
    ZoneOccupied,
)
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import NOON, TalkingDevice


def test_visits_of_one_minute_come_together(ingest: Ingest, database: Database) -> None:
    def seen(dwell_s: float, mean: float) -> ZoneOccupied:
        return ZoneOccupied(
            zone_id="queue",
            started_at=NOON,
            dwell_s=(dwell_s,),
            occupancy_mean=mean,
            occupancy_max=int(mean),
            watched_s=30,
        )

    book(ingest, seen(40.0, 2.0), seen(10.0, 4.0), kind="door")
    (minute,) = rows(database, traffic_tables.ZoneMinute)
    assert (minute.dwell_s, minute.occupancy_mean, minute.occupancy_max) == ([10.0, 40.0], 3.0, 4)


def test_heat_of_an_hour_comes_together_whatever_the_order(
    ingest: Ingest, database: Database
) -> None:
    def stood(minute: int, *cells: tuple[int, float]) -> FloorHeated:
        return FloorHeated(
            camera_id="door-1",
            started_at=NOON + timedelta(minutes=minute),
            columns=4,
            rows=2,
            cells=cells,
            zones={"till": ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0))},
            watched_s=60,
        )

    book(ingest, stood(3, (5, 2.5)), stood(1, (5, 1.0), (0, 60.0)), kind="door")
    (hour,) = rows(database, traffic_tables.HeatHour)
    assert hour.hour_at == NOON
    assert hour.seconds == [60.0, 0.0, 0.0, 0.0, 0.0, 3.5, 0.0, 0.0]
    assert hour.watched_s == 120
    assert hour.zones == {"till": [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0]]}


def test_heat_outside_its_own_grid_is_a_dead_letter(ingest: Ingest) -> None:
    door = TalkingDevice(kind="door")
    door.say(
        FloorHeated(
            camera_id="door-1",
            started_at=NOON,
            columns=4,
            rows=2,
            cells=((8, 1.0),),
            watched_s=60,
        )
    )
    assert ingest.take([door.hello(), *door.batches()]).tally.dead == 1


def test_a_queues_minute_keeps_who_waited_and_whence_they_came(
    ingest: Ingest, database: Database
) -> None:
    def seen(watched_s: float, mean: float, **ways: int) -> ZoneOccupied:
        return ZoneOccupied(
            zone_id="till",
            started_at=NOON,
            dwell_s=(30.0,),
            occupancy_mean=mean,
            occupancy_max=5,
            watched_s=watched_s,
            is_queue=True,
            queue_mean=mean,
            queue_max=int(mean),
            came_from=ways,
            staff=1,
            category="Drinks",
        )

    book(ingest, seen(40.0, 4.0, goods=1), seen(20.0, 1.0, goods=2, entry=1), kind="door")
    (minute,) = rows(database, traffic_tables.ZoneMinute)
    assert (minute.queue_mean, minute.queue_max, minute.visits, minute.staff) == (3.0, 4, 2, 2)
    assert minute.came_from == {"goods": 3, "entry": 1}


def test_a_quarter_of_an_hour_of_a_zone_is_fifteen_minutes_of_it(
    ingest: Ingest, database: Database
) -> None:
    quarter = ZoneOccupied(
        zone_id="till",
        started_at=NOON,
        interval_s=900,
        dwell_s=(30.0, 40.0),
        occupancy_mean=2.0,
        occupancy_max=5,
        watched_s=900,
        is_queue=True,
        queue_mean=1.5,
        queue_max=4,
        staff=1,
    )
    book(ingest, quarter, kind="door")
    minutes = sorted(rows(database, traffic_tables.ZoneMinute), key=lambda row: row.minute_at)
    assert [row.minute_at for row in minutes] == [NOON + timedelta(minutes=n) for n in range(15)]
    assert {(row.watched_s, row.queue_mean, row.queue_max) for row in minutes} == {(60.0, 1.5, 4)}
    assert [row.visits for row in minutes] == [0] * 14 + [2]
    assert sum(row.staff for row in minutes) == 1


def test_a_zone_is_known_from_its_first_day_to_its_last(ingest: Ingest, database: Database) -> None:
    def seen(zone_id: str, *, is_queue: bool) -> ZoneOccupied:
        return ZoneOccupied(
            zone_id=zone_id,
            started_at=NOON,
            dwell_s=(),
            occupancy_mean=0.0,
            occupancy_max=0,
            is_queue=is_queue,
            watched_s=60.0,
        )

    book(ingest, seen("till", is_queue=True), seen("tea", is_queue=False), kind="door")
    places = {row.place_id: row for row in rows(database, traffic_tables.WatchedPlace)}
    assert {name: row.kind for name, row in places.items()} == {"till": "queue", "tea": "zone"}
    assert {row.first_day for row in places.values()} == {NOON.date()}


def test_a_minute_is_known_from_when_the_newest_of_it_arrived(
    ingest: Ingest, database: Database
) -> None:
    first = TalkingDevice(kind="door")
    for received_at in (NOON, NOON + timedelta(hours=2)):
        first.say(zone_seen())
        ingest.take([first.hello(received_at=received_at)])
        ingest.take(first.batches(received_at=received_at))
    (minute,) = rows(database, traffic_tables.ZoneMinute)
    assert (minute.visits, minute.arrived_at) == (2, NOON + timedelta(hours=2))


def zone_seen() -> ZoneOccupied:
    return ZoneOccupied(
        zone_id="tea",
        started_at=NOON,
        interval_s=60,
        dwell_s=(9.0,),
        occupancy_mean=0.1,
        occupancy_max=1,
        watched_s=30.0,
    )
