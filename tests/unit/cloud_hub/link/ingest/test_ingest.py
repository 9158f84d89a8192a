import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.offers import Greeted, Offer
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.letters.dead_letters import DeadLetters, said_by
from cloud_hub.link.tables import AlarmRaised, DeadLetter, StoredEvent
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import Receipt
from sync.events import Lane
from sync.wire.batch import _sealed
from sync.wire.messages import Ack
from sync.wire.topics import Downlink
from tests.stage.hub_tables import count
from tests.stage.odd.faulty_domain import FaultyDomain, faulty
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def test_a_batch_is_acknowledged_by_its_range(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(5)))
    ingest.take([till.hello()])
    (answer,) = ingest.take(till.batches()).answers
    assert answer is not None
    assert answer.topic == "aisle/1/dn/linguang/s01/s01-till/ack"
    assert Ack.from_bytes(answer.payload).ranges == ((1, 5),)


def test_a_repeated_batch_changes_nothing_and_is_counted(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(5)))
    ingest.take([till.hello()])
    for _ in range(3):
        taken = ingest.take(till.batches())
        assert taken.answers[0] is not None
    assert count(database, Receipt) == 5
    with database.sessions() as session:
        (account,) = audit_link(session).accounts
    assert (account.produced, account.received, account.resends) == (5, 5, 10)


def test_equal_receipts_lines_are_separate_sales(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola(1), cola(2)), receipt(2, cola(1)))
    ingest.take([till.hello(), *till.batches()])
    assert count(database, Receipt) == 2


def test_an_invalid_event_is_a_dead_letter_and_the_rest_is_taken(
    ingest: Ingest, database: Database, tmp_path: Path
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    till.say_raw(Lane.SALE, "receipt", b'{"sequence": "many"}')
    till.say_raw(Lane.SALE, "receipt", b"[1, 2]")
    till.say(receipt(2, cola()))
    taken = ingest.take([till.hello(), *till.batches()])
    assert taken.answers[1] is not None
    assert taken.tally.dead == 2
    assert count(database, Receipt) == 2
    with database.sessions() as session:
        keys = HandleKeys(load_secrets(tmp_path))
        said = [said_by(letter, keys) for letter in session.scalars(sa.select(DeadLetter))]
        assert {"sequence": "many"} in said
        assert audit_link(session).is_balanced


NO_JSON = [
    b'{"sequence": 1',
    b'{"a":[{"b":1',
    b"",
    b'{"a":"\0"}',
    b'{"a":"\xff"}',
    b'{"a":' * 300 + b"1" + b"}" * 300,
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":NaN}',
]


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: repr(body[:12]))
def test_a_body_that_is_no_json_is_buried_alone_and_its_batch_acknowledged(
    ingest: Ingest, database: Database, projector: Projector, body: bytes
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    till.say_raw(Lane.SALE, "receipt", body)
    till.say(receipt(3, cola()), receipt(4, cola()))
    taken = ingest.take([till.hello(), *till.batches()])
    assert taken.answers[1] is not None
    assert Ack.from_bytes(taken.answers[1].payload).ranges == ((1, 4),)
    assert (count(database, Receipt), taken.tally.dead) == (3, 1)
    again = ingest.take(till.batches())
    assert again.answers[0] is not None
    with database.sessions() as session:
        (letter,) = session.scalars(sa.select(DeadLetter))
        assert "not JSON" in letter.error
        assert audit_link(session).is_balanced
        letter_id = letter.letter_id
    right = json.loads(receipt(2, cola()).model_dump_json())
    letters = DeadLetters(database, projector)
    assert letters.replay("linguang", letter_id, body=right, actor="it", now=NOON) == 1
    assert count(database, Receipt) == 4


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("too large"),
        RecursionError("too deep"),
        AttributeError("no such thing"),
        AssertionError("cannot be"),
        LookupError("nowhere"),
        UnicodeError("no text"),
        MemoryError("too much"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_an_event_raises_its_neighbours_are_taken(
    database: Database, projector: Projector, tmp_path: Path, error: Exception
) -> None:
    domain = FaultyDomain(error)
    ingest = Ingest(database, HubSettings(data_dir=tmp_path), domain.projector(projector))
    till = TalkingDevice()
    till.say(receipt(1, cola()), faulty(receipt(2, cola())), receipt(3, cola()))
    other = TalkingDevice("s02")
    other.say(receipt(1, cola()))
    messages = [till.hello(), other.hello(), *till.batches(), *other.batches()]
    taken = ingest.take(messages)
    assert None not in taken.answers
    assert taken.tally.dead == 1
    assert count(database, Receipt) == 3
    assert count(database, StoredEvent) == 4


def test_a_batch_of_nothing_but_bad_events_costs_few_transactions(
    database: Database, projector: Projector, tmp_path: Path
) -> None:
    domain = FaultyDomain(OverflowError("too large"))
    ingest = Ingest(database, HubSettings(data_dir=tmp_path), domain.projector(projector))
    till = TalkingDevice()
    till.say(*(faulty(receipt(number, cola())) for number in range(100)))
    ingest.take([till.hello()])
    taken = ingest.take(till.batches())
    assert taken.answers[0] is not None
    assert taken.tally.dead == 100
    assert len(domain.tries) < 25


@pytest.mark.parametrize("error", [RuntimeError("odd"), KeyError("odd"), RecursionError()])
def test_a_hello_that_breaks_its_transaction_is_refused_and_the_others_are_answered(
    database: Database, projector: Projector, tmp_path: Path, error: Exception
) -> None:
    def lacking(
        session: Session, greeted: Greeted, now: datetime
    ) -> Iterator[tuple[Downlink, bytes]]:
        if greeted.device.store_id == "s01":
            raise error
        yield from ()

    offers = [Offer(lacking=lacking)]
    settings = HubSettings(data_dir=tmp_path)
    ingest = Ingest(database, settings, projector, after_greeting=offers)
    till, other = TalkingDevice(), TalkingDevice("s02")
    other.say(receipt(1, cola()))
    taken = ingest.take([till.hello(), other.hello(), *other.batches()])
    assert taken.answers[0] is None
    assert None not in taken.answers[1:]
    assert taken.tally.refused == 1


def test_a_database_out_of_order_is_no_fault_of_the_messages(
    hub_database: Database, projector: Projector, tmp_path: Path
) -> None:
    till = TalkingDevice()
    ingest = Ingest(hub_database, HubSettings(data_dir=tmp_path), projector)
    with hub_database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    sa.event.listen(
        hub_database.engine,
        "begin",
        lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"),
    )
    till.say(*(receipt(number, cola()) for number in range(2000)))
    with pytest.raises(OperationalError, match="full"):
        ingest.take([till.hello(), *till.batches()])
    assert count(hub_database, DeadLetter) == 0


def test_an_undecodable_batch_is_filed_under_its_range(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()), receipt(2, cola()))
    (batch,) = till.batches()
    line, _, _ = batch.payload.partition(b"\n")
    fields = {name: value for name, value in json.loads(line).items() if name != "sha256"}
    unreadable = replace(batch, payload=_sealed(fields, b"no zstd"))
    ingest.take([till.hello()])
    (answer,) = ingest.take([unreadable]).answers
    assert answer is not None
    assert Ack.from_bytes(answer.payload).ranges == ((1, 2),)
    assert count(database, DeadLetter) == 1
    with database.sessions() as session:
        assert audit_link(session).is_balanced


def test_a_batch_changed_on_its_way_is_kept_for_people_and_comes_again(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()), receipt(2, cola()))
    (batch,) = till.batches()
    changed = replace(batch, payload=batch.payload[:-3] + b"xyz")
    ingest.take([till.hello()])
    assert ingest.take([changed, changed]).answers == (None, None)
    assert count(database, DeadLetter) == 1
    assert count(database, Receipt) == 0
    ingest.take([batch])
    assert count(database, Receipt) == 2


def test_rubbish_is_kept_and_stops_nothing(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    rubbish = Message(topic=till.hello().topic[:-5] + "0", payload=b"\x00", received_at=NOON)
    assert ingest.take([rubbish]).answers == (None,)
    assert count(database, DeadLetter) == 1


def test_an_event_of_a_newer_schema_is_kept_unread(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say_raw(Lane.SALE, "receipt", b'{"anything": 1}', version=9)
    assert ingest.take([till.hello(), *till.batches()]).tally.unknown == 1
    with database.sessions() as session:
        (event,) = session.scalars(sa.select(StoredEvent))
        assert (event.outcome, event.body) == ("unknown", {"anything": 1})


def test_a_device_writing_under_anothers_name_is_refused_with_an_alarm(
    ingest: Ingest, database: Database
) -> None:
    till, door = TalkingDevice(), TalkingDevice(kind="door")
    door.say_raw(Lane.SALE, "receipt", b"{}")
    (stolen,) = door.batches()
    ingest.take([till.hello()])
    forged = replace(stolen, topic="aisle/1/up/linguang/s01/s01-till/0")
    taken = ingest.take([forged])
    assert taken.answers == (None,)
    assert taken.tally.refused == 1
    with database.sessions() as session:
        (alarm,) = session.scalars(sa.select(AlarmRaised))
        assert (alarm.alarm, alarm.device_id) == ("wrote-under-another-name", "s01-till")


@pytest.mark.parametrize("topic", ["aisle/1/up/linguang/s02/s01-till/0", "x", "aisle/1/up/a/b/c/0"])
def test_a_device_that_is_not_in_that_store_is_refused(ingest: Ingest, topic: str) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()))
    (batch,) = till.batches()
    taken = ingest.take([replace(batch, topic=topic)])
    assert taken.answers == (None,)
    assert taken.tally.refused == 1


def test_the_same_receipt_under_a_new_epoch_is_taken_once(
    ingest: Ingest, database: Database
) -> None:
    till, renewed = TalkingDevice(), TalkingDevice(epoch=2)
    for device in (till, renewed):
        device.say(receipt(1, cola()))
        ingest.take([device.hello(), *device.batches()])
    assert count(database, Receipt) == 1
    assert count(database, DeadLetter) == 0


def test_another_receipt_under_a_used_number_is_a_dead_letter(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()), receipt(1, cola(1), cola(2)))
    taken = ingest.take([till.hello(), *till.batches()])
    assert taken.tally.dead == 1
    with database.sessions() as session:
        (letter,) = session.scalars(sa.select(DeadLetter))
        assert "s01/till-1/2026-03-04/1 was used before" in letter.error
