"""What a cooler's sensors say, minute by minute."""

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
