"""Another event under a number that is taken."""

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import AlarmRaised, DeadLetter
from cloud_hub.sales.tables import Receipt
from tests.stage.hub_tables import count
from tests.talking_device import TalkingDevice, cola, receipt


def test_another_event_under_a_known_number_is_kept_as_a_conflict(
    ingest: Ingest, database: Database
) -> None:
    till, clone = TalkingDevice(), TalkingDevice()
    till.say(receipt(1, cola()), receipt(2, cola(), member="m-1"))
    clone.say(receipt(1, cola()), receipt(3, cola()))
    ingest.take([till.hello(), *till.batches()])
    ingest.take(till.batches())
    assert count(database, DeadLetter) == 0
    ingest.take([*clone.batches(), *clone.batches()])
    with database.sessions() as session:
        (letter,) = session.scalars(sa.select(DeadLetter))
        assert letter.seq == 2
        assert "two devices" in letter.error
        assert session.scalars(sa.select(AlarmRaised)).one().alarm == "identity-used-twice"
    assert count(database, Receipt) == 2
