"""What a cooler's sensors say, minute by minute."""

from datetime import timedelta

from cloud_hub.coolers import tables as coolers_tables
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from sync.events import (
    CoolerRead,
)
from tests.stage.booking import book
from tests.stage.hub_tables import rows
from tests.talking_device import NOON, TalkingDevice


def test_readings_that_could_not_be_taken_stay_empty(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        CoolerRead(
            fixture_id="s01-a", started_at=NOON, interval_s=60, temperature_c=(4.0, None, 5.5)
        ),
        kind="cooler",
    )
    assert [row.temperature_c for row in rows(database, coolers_tables.CoolerReading)] == [
        4.0,
        None,
        5.5,
    ]


def test_lists_of_different_length_are_a_dead_letter(ingest: Ingest) -> None:
    cooler = TalkingDevice(kind="cooler")
    cooler.say(
        CoolerRead(
            fixture_id="s01-a",
            started_at=NOON,
            interval_s=60,
            temperature_c=(4.0, 5.0),
            door_open_s=(1.0,),
        )
    )
    assert ingest.take([cooler.hello(), *cooler.batches()]).tally.dead == 1


def test_readings_of_further_kinds_are_kept_one_by_one(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        CoolerRead(
            fixture_id="s01-a",
            started_at=NOON,
            interval_s=60,
            temperature_c=(4.0, 4.0),
            others={"power": (310.0, None), "humidity": (0.6, 0.7)},
        ),
        kind="cooler",
    )
    kept = rows(database, coolers_tables.SensorReading)
    assert {(row.kind, row.started_at, row.value) for row in kept} == {
        ("power", NOON, 310.0),
        ("humidity", NOON, 0.6),
        ("humidity", NOON + timedelta(seconds=60), 0.7),
    }


def test_further_readings_of_another_length_are_a_dead_letter(ingest: Ingest) -> None:
    cooler = TalkingDevice(kind="cooler")
    cooler.say(
        CoolerRead(
            fixture_id="s01-a",
            started_at=NOON,
            interval_s=60,
            temperature_c=(4.0, 5.0),
            others={"power": (300.0,)},
        )
    )
    assert ingest.take([cooler.hello(), *cooler.batches()]).tally.dead == 1
