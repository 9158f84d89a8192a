"""Alarms that the hub itself raises stand while it sees their reason, and no longer."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.hub_alarms import SILENCE, clear_silent_alarms
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.tables import AlarmRaised
from sync.wire.messages import Verdict
from tests.talking_device import NOON, TalkingDevice, answer_of, cola, receipt

MINUTE = timedelta(minutes=1)


def standing(database: Database) -> list[str]:
    with database.sessions() as session:
        return list(
            session.scalars(sa.select(AlarmRaised.alarm).where(AlarmRaised.cleared_at.is_(None)))
        )


def clear(database: Database, now: datetime) -> int:
    with database.writing() as session:
        return clear_silent_alarms(session, now)


def test_a_second_device_is_alarmed_while_it_asks_and_cleared_once_it_is_gone(
    ingest: Ingest, database: Database
) -> None:
    till, clone = TalkingDevice(run="r1"), TalkingDevice(nonce="n2", run="r2")
    ingest.take([till.hello()])
    for minute in (0, 5, 9):
        at = NOON + minute * MINUTE
        till.say(receipt(minute, cola()))
        ingest.take(till.batches(received_at=at))
        assert answer_of(clone.hello(received_at=at), ingest).verdict is Verdict.FENCED
        assert clear(database, at + SILENCE - MINUTE) == 0
    assert standing(database) == ["identity-used-twice"], "asked again and again, it is one alarm"
    assert clear(database, at + SILENCE) == 1
    assert standing(database) == []

    later = at + SILENCE + MINUTE
    till.say(receipt(99, cola()))
    ingest.take(till.batches(received_at=later))
    assert answer_of(clone.hello(received_at=later), ingest).verdict is Verdict.FENCED
    assert standing(database) == ["identity-used-twice"], "one that comes back is a new alarm"


def test_what_a_device_raised_itself_is_not_for_the_hub_to_clear(
    ingest: Ingest, database: Database
) -> None:
    with database.writing() as session:
        session.add(
            AlarmRaised(
                tenant_id="linguang",
                device_id="s01-till",
                alarm="disk-full",
                subject="disk",
                raised_at=NOON,
                store_id="s01",
                detail="",
            )
        )
    assert clear(database, NOON + timedelta(days=9)) == 0
    assert standing(database) == ["disk-full"]
