import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.tables import AuditEntry
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import EVENT_TYPES, Projector
from cloud_hub.link.letters.dead_letters import DeadLetters, find_letters, said_by
from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import DayRevision, Receipt
from cloud_hub.stock.tables import StockMove
from sync.events import Lane
from sync.wire.batch import _sealed
from tests.stage.odd.faulty_domain import FaultyDomain, faulty
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

LATER = NOON + timedelta(hours=1)


def cola(number: int = 1) -> object:
    return line(number, COLA, "1", "3.50", "3.50")


@pytest.fixture
def keys(tmp_path: Path) -> HandleKeys:
    return HandleKeys(load_secrets(tmp_path))


@pytest.fixture
def letters(database: Database, projector: Projector) -> DeadLetters:
    return DeadLetters(database, projector)


def count(database: Database, table: type) -> int:
    with database.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def the_letter(database: Database) -> str:
    with database.sessions() as session:
        (letter,) = find_letters(session, "linguang")
        return letter.letter_id


def take_with_a_bad_second(ingest: Ingest, bad: bytes) -> TalkingDevice:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    till.say_raw(Lane.SALE, "receipt", bad)
    till.say(receipt(3, cola()))
    ingest.take([till.hello(), *till.batches()])
    return till


def test_a_corrected_letter_is_applied_once_and_the_accounts_stay(
    ingest: Ingest, database: Database, letters: DeadLetters
) -> None:
    till = take_with_a_bad_second(ingest, b'{"sequence": "many"}')
    letter_id = the_letter(database)
    body = json.loads(receipt(2, cola()).model_dump_json(by_alias=True))
    assert letters.replay("linguang", letter_id, body=body, actor="it", now=LATER) == 1
    with pytest.raises(Refused, match="already"):
        letters.replay("linguang", letter_id, body=body, actor="it", now=LATER)
    ingest.take(till.batches())
    assert count(database, Receipt) == 3
    assert count(database, StockMove) == 3
    with database.sessions() as session:
        audit = audit_link(session)
        (account,) = audit.accounts
        assert audit.is_balanced
        assert (account.received, account.dead) == (3, 0)
        assert {event.outcome for event in session.scalars(sa.select(StoredEvent))} == {"applied"}
        assert list(find_letters(session, "linguang")) == []
        assert len(find_letters(session, "linguang", everything=True)) == 1
        (act,) = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "dead-letter-replayed")
        )
        assert (act.actor, act.detail) == ("it", {"events": 1, "corrected": True})
        assert first_forged(session, "linguang") is None


def test_a_letter_taken_days_later_marks_its_final_day_as_revised(
    ingest: Ingest, database: Database, letters: DeadLetters
) -> None:
    till = TalkingDevice()
    ingest.take([till.hello()])
    till.say(receipt(1, cola()))
    till.say_raw(Lane.SALE, "receipt", b'{"sequence": "many"}')
    ingest.take(till.batches())
    assert count(database, DayRevision) == 0
    body = json.loads(receipt(2, cola()).model_dump_json(by_alias=True))
    days_later = NOON + timedelta(days=3)
    letters.replay("linguang", the_letter(database), body=body, actor="it", now=days_later)
    with database.sessions() as session:
        (revised,) = session.scalars(sa.select(DayRevision))
        assert (revised.revised_at, revised.receipts_before) == (days_later, 1)


def test_a_letter_that_is_still_wrong_says_why_and_changes_nothing(
    ingest: Ingest, database: Database, letters: DeadLetters
) -> None:
    take_with_a_bad_second(ingest, b'{"sequence": "many"}')
    letter_id = the_letter(database)
    with pytest.raises(Refused, match="still cannot be taken"):
        letters.replay("linguang", letter_id, body=None, actor="it", now=LATER)
    assert the_letter(database) == letter_id
    assert count(database, Receipt) == 2
    assert count(database, AuditEntry) == 0


def test_a_letter_is_taken_after_an_upgrade_that_understands_it(
    ingest: Ingest,
    database: Database,
    letters: DeadLetters,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stricter(EVENT_TYPES["receipt"]):  # type: ignore[misc, name-defined]  # read at run time
        """An older hub's receipt, which did not know of till-1."""

        workstation_id: int

    with monkeypatch.context() as older:
        older.setitem(EVENT_TYPES, "receipt", Stricter)
        till = TalkingDevice()
        till.say(receipt(1, cola()))
        ingest.take([till.hello(), *till.batches()])
    assert count(database, Receipt) == 0
    assert letters.replay("linguang", the_letter(database), body=None, actor="it", now=LATER) == 1
    assert count(database, Receipt) == 1


def test_a_batch_that_can_be_unpacked_after_an_upgrade_brings_all_its_events(
    ingest: Ingest,
    database: Database,
    letters: DeadLetters,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(4)))
    (batch,) = till.batches()
    head, _, payload = batch.payload.partition(b"\n")
    fields = {name: value for name, value in json.loads(head).items() if name != "sha256"}
    with monkeypatch.context() as older:
        older.setattr("sync.wire.batch.MAX_RAW_BYTES", 10)
        ingest.take([till.hello(), replace(batch, payload=_sealed(fields, payload))])
    letter_id = the_letter(database)
    assert count(database, Receipt) == 0
    assert letters.replay("linguang", letter_id, body=None, actor="it", now=LATER) == 4
    assert count(database, Receipt) == 4
    ingest.take([batch])
    assert count(database, Receipt) == 4
    with database.sessions() as session:
        assert audit_link(session).is_balanced


def test_a_batch_damaged_on_its_way_is_not_taken_again_because_it_came_again(
    ingest: Ingest, database: Database, letters: DeadLetters
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    (batch,) = till.batches()
    ingest.take([till.hello(), replace(batch, payload=batch.payload[:-3] + b"xyz"), batch])
    with pytest.raises(Refused, match="sends what the hub did not acknowledge again"):
        letters.replay("linguang", the_letter(database), body=None, actor="it", now=LATER)
    assert count(database, Receipt) == 1


def test_another_event_under_a_known_number_is_not_taken(
    ingest: Ingest, database: Database, letters: DeadLetters
) -> None:
    till, other = TalkingDevice(), TalkingDevice()
    till.say(receipt(1, cola()))
    other.say(receipt(2, cola()))
    ingest.take([till.hello(), *till.batches()])
    ingest.take(other.batches())
    with pytest.raises(Refused, match="book what it says by hand"):
        letters.replay("linguang", the_letter(database), body=None, actor="it", now=LATER)
    assert count(database, Receipt) == 1


def test_a_letter_that_breaks_the_database_again_stays_a_letter(
    database: Database, projector: Projector, tmp_path: Path, keys: HandleKeys
) -> None:
    projector = FaultyDomain(OverflowError("too large")).projector(projector)
    ingest = Ingest(database, HubSettings(data_dir=tmp_path), projector)
    letters = DeadLetters(database, projector)
    till = TalkingDevice()
    till.say(faulty(receipt(7, cola())))
    ingest.take([till.hello(), *till.batches()])
    letter_id = the_letter(database)
    with pytest.raises(Refused, match="still cannot be"):
        letters.replay("linguang", letter_id, body=None, actor="it", now=LATER)
    with database.sessions() as session:
        letter = session.get(DeadLetter, ("linguang", letter_id))
        assert letter is not None
        assert letter.replayed_at is None
        assert said_by(letter, keys)["sequence"] == 7
