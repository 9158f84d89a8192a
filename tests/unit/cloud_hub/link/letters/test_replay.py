"""What an older hub kept unread."""

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import EVENT_TYPES
from cloud_hub.link.letters.replay import replay_unknown
from cloud_hub.sales.tables import Receipt
from tests.stage.hub_tables import count
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def test_an_unknown_kind_is_kept_and_read_after_an_upgrade(
    ingest: Ingest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    with monkeypatch.context() as older:
        older.delitem(EVENT_TYPES, "receipt")
        taken = ingest.take([till.hello(), *till.batches()])
    assert taken.tally.unknown == 1
    assert count(database, Receipt) == 0
    assert replay_unknown(database, ingest._projector, NOON) == 1
    assert count(database, Receipt) == 1
    assert replay_unknown(database, ingest._projector, NOON) == 0
