"""Days that were final, and change all the same."""

from datetime import timedelta

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.sales.tables import DayRevision
from tests.stage.hub_tables import count
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def test_history_from_before_the_first_hello_revises_nothing(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    long_after = NOON + timedelta(days=3)
    till.say(receipt(1, cola()), receipt(2, cola()))
    for _ in range(2):
        ingest.take([till.hello(received_at=long_after)])
    ingest.take(till.batches(size=1, received_at=long_after))
    assert count(database, DayRevision) == 0


def test_what_comes_later_for_a_final_day_revises_it_once(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    long_after = NOON + timedelta(days=3)
    till.say(receipt(1, cola()))
    ingest.take([till.hello(received_at=long_after), *till.batches(received_at=long_after)])
    till.say(receipt(2, cola()), receipt(3, cola()))
    again = long_after + timedelta(hours=1)
    ingest.take([till.hello(received_at=again)])
    for batch in till.batches(received_at=again, size=1):
        ingest.take([batch])
    with database.sessions() as session:
        (revision,) = session.scalars(sa.select(DayRevision))
        assert (revision.receipts_before, str(revision.net_sales_before)) == (1, "3.5")
        assert revision.revised_at == again


def test_a_day_that_is_not_over_is_not_revised(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    later = NOON + timedelta(hours=1)
    ingest.take([till.hello(), *till.batches()])
    till.say(receipt(2, cola()))
    ingest.take([till.hello(received_at=later), *till.batches(received_at=later)])
    assert count(database, DayRevision) == 0
