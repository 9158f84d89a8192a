"""What a shopper showed is nowhere in the hub's database in clear."""

import json

import sqlalchemy as sa

from cloud_hub.database import Database
from cloud_hub.identities import SEAL
from cloud_hub.ingest import Ingest
from cloud_hub.model.facts import AlarmRaised
from cloud_hub.model.link import StoredEvent
from cloud_hub.model.shopper import Identity
from tests.talking_device import COLA, TalkingDevice, line, receipt

MEMBER = "13800138000"


def shop(ingest: Ingest) -> TalkingDevice:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50"), member=MEMBER))
    ingest.take([till.hello(), *till.batches()])
    return till


def test_a_kept_event_holds_its_handles_encrypted(ingest: Ingest, database: Database) -> None:
    shop(ingest)
    with database.sessions() as session:
        (body,) = session.scalars(sa.select(StoredEvent.body)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(Identity)) == 1
    assert MEMBER not in json.dumps(body)
    assert body["identities"][0]["value"].startswith(SEAL)
    assert body["identities"][0]["kind"] == "member"


def test_the_same_event_again_is_no_conflict(ingest: Ingest, database: Database) -> None:
    till = shop(ingest)
    ingest.take(till.batches())
    with database.sessions() as session:
        assert session.scalars(sa.select(AlarmRaised)).all() == []
