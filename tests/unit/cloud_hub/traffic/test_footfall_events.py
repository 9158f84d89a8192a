"""Doors as cameras count them, and as people counted them by hand."""

from datetime import timedelta

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.traffic import tables as traffic_tables
from sync.events import (
    FootfallAudited,
    FootfallCounted,
)
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import NOON, TalkingDevice


def test_a_minute_knows_how_sure_and_how_fast_it_was_counted(
    ingest: Ingest, database: Database
) -> None:
    said = FootfallCounted(
        line_id="door",
        started_at=NOON,
        in_=(3,),
        out=(1,),
        watched_s=(60.0,),
        confidence=(0.9,),
        frames_per_s=(8.0,),
    )
    older = said.model_copy(update={"line_id": "side", "confidence": (), "frames_per_s": ()})
    book(ingest, said, older, kind="door")
    door, side = sorted(rows(database, traffic_tables.FootfallMinute), key=lambda row: row.line_id)
    assert (door.sure, door.frames) == (pytest.approx(3.6), 480.0)
    assert (side.sure, side.frames) == (None, None)


def test_a_clip_counted_by_hand_is_kept_once(ingest: Ingest, database: Database) -> None:
    audit = FootfallAudited(
        line_id="door",
        camera_id="door-1",
        started_at=NOON,
        seconds=900.0,
        hand_in=40,
        hand_out=38,
        counted_in=39,
        counted_out=38,
        missed=2,
        surplus=1,
        audited_at=NOON,
    )
    book(ingest, audit, kind="door")
    (row,) = rows(database, traffic_tables.FootfallAudit)
    assert (row.hand_in, row.counted_in, row.missed) == (40, 39, 2)


def test_minutes_that_two_events_share_add_up(ingest: Ingest, database: Database) -> None:
    halves = [
        FootfallCounted(
            line_id="door", started_at=NOON, in_=(entries,), out=(0,), watched_s=(30.0,)
        )
        for entries in (3, 4)
    ]
    book(ingest, *halves, kind="door")
    (minute,) = rows(database, traffic_tables.FootfallMinute)
    assert (minute.entries, minute.watched_s) == (7, 60.0)


def test_an_interval_of_many_minutes_is_a_row_a_minute(ingest: Ingest, database: Database) -> None:
    said = FootfallCounted(
        line_id="door",
        started_at=NOON + timedelta(seconds=20),
        in_=(3, 0, 2),
        out=(1, 0, 0),
        watched_s=(60.0, 0.0, 45.0),
        staff=(1, 0, 0),
    )
    book(ingest, said, kind="door")
    minutes = sorted(rows(database, traffic_tables.FootfallMinute), key=lambda row: row.minute_at)
    assert [row.minute_at for row in minutes] == [NOON + timedelta(minutes=n) for n in range(3)]
    assert [(row.entries, row.exits, row.staff, row.watched_s) for row in minutes] == [
        (3, 1, 1, 60.0),
        (0, 0, 0, 0.0),
        (2, 0, 0, 45.0),
    ]


@pytest.mark.parametrize("short", ["out", "watched_s", "staff", "confidence", "frames_per_s"])
def test_lists_of_different_length_are_a_dead_letter(ingest: Ingest, short: str) -> None:
    whole = {
        "in_": (1, 2),
        "out": (0, 0),
        "watched_s": (60.0, 60.0),
        "staff": (0, 0),
        "confidence": (0.9, 0.9),
        "frames_per_s": (8.0, 8.0),
    }
    door = TalkingDevice(kind="door")
    door.say(
        FootfallCounted(line_id="door", started_at=NOON, **(whole | {short: whole[short][:1]}))
    )
    assert ingest.take([door.hello(), *door.batches()]).tally.dead == 1


def test_crossings_after_midnight_belong_to_the_evening_before(
    ingest: Ingest, database: Database
) -> None:
    night = NOON + timedelta(hours=14)
    said = FootfallCounted(line_id="door", started_at=night, in_=(1,), out=(0,), watched_s=(60.0,))
    book(ingest, said, kind="door")
    (minute,) = rows(database, traffic_tables.FootfallMinute)
    assert str(minute.business_day) == "2026-03-04"


def test_a_line_is_known_from_its_first_day_to_its_last_and_each_minute_by_its_arrival(
    ingest: Ingest, database: Database
) -> None:
    def minute(days: int, role: str = "entrance") -> FootfallCounted:
        at = NOON + timedelta(days=days)
        return FootfallCounted(
            line_id="door", role=role, started_at=at, in_=(1,), out=(0,), watched_s=(60.0,)
        )

    book(ingest, minute(0), minute(-3), minute(-1), minute(-2, "inner"), kind="door")
    places = sorted(rows(database, traffic_tables.WatchedPlace), key=lambda row: row.kind)
    today = NOON.date()
    assert [(row.kind, row.first_day, row.last_day) for row in places] == [
        ("entrance", today - timedelta(days=3), today),
        ("inner", today - timedelta(days=2), today - timedelta(days=2)),
    ]
    assert all(row.arrived_at is not None for row in rows(database, traffic_tables.FootfallMinute))
