import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.handle_encryption import IdentityKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest, Message
from cloud_hub.link.ingest.unit_of_work import EVENT_TYPES
from cloud_hub.link.letters.dead_letters import said_by
from cloud_hub.link.letters.replay import replay_unknown
from cloud_hub.link.tables import AlarmRaised, DeadLetter, LostRange, StoredEvent
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import DayRevision, Receipt
from sync.events import FootfallCounted, Lane, LossDeclared
from sync.wire.batch import Loss, _sealed
from sync.wire.messages import Ack, HelloAnswer, Verdict
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt


def cola(number: int = 1) -> object:
    return line(number, COLA, "1", "3.50", "3.50")


def count(database: Database, table: type) -> int:
    with database.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def answer_of(message: Message, ingest: Ingest) -> HelloAnswer:
    (answer,) = ingest.take([message]).answers
    assert answer is not None
    return HelloAnswer.from_bytes(answer.payload)


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
        keys = IdentityKeys(load_secrets(tmp_path))
        said = [said_by(letter, keys) for letter in session.scalars(sa.select(DeadLetter))]
        assert {"sequence": "many"} in said
        assert audit_link(session).is_balanced


def test_an_event_that_breaks_the_database_does_not_take_its_neighbours_along(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola()), receipt(2**70, cola()), receipt(3, cola()))
    other = TalkingDevice("s02")
    other.say(receipt(1, cola()))
    messages = [till.hello(), other.hello(), *till.batches(), *other.batches()]
    taken = ingest.take(messages)
    assert len(taken.answers) == len(messages)
    assert taken.tally.dead == 1
    assert count(database, Receipt) == 3
    assert count(database, StoredEvent) == 4


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


def test_a_hello_is_answered_with_what_is_missing(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(10)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello(), till.batch(Lane.SALE, records[0:2])])
    ingest.take([till.batch(Lane.SALE, records[5:7])])
    answer = answer_of(till.hello(), ingest)
    assert answer.verdict is Verdict.WELCOME
    sale = next(lane for lane in answer.lanes if lane.lane is Lane.SALE)
    assert (sale.watermark, sale.highest) == (2, 10)
    assert sale.missing == ((3, 5), (8, 10))


def test_many_gaps_are_never_told_as_fewer_missing_events(ingest: Ingest) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(200)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello()])
    ingest.take([till.batch(Lane.SALE, records[n : n + 1]) for n in range(0, 200, 2)])
    sale = next(x for x in answer_of(till.hello(), ingest).lanes if x.lane is Lane.SALE)
    told = {seq for first, last in sale.missing for seq in range(first, last + 1)}
    assert set(range(2, 201, 2)) <= told


def test_a_clone_is_fenced_and_alarmed(ingest: Ingest, database: Database) -> None:
    till, clone = TalkingDevice(run="r1"), TalkingDevice(nonce="n2", run="r2")
    clone.say(receipt(1, cola()))
    ingest.take([till.hello()])
    assert answer_of(clone.hello(), ingest).verdict is Verdict.FENCED
    (answer,) = ingest.take(clone.batches()).answers
    assert answer is not None
    assert HelloAnswer.from_bytes(answer.payload).verdict is Verdict.AGAIN
    assert count(database, Receipt) == 0
    with database.sessions() as session:
        (alarm,) = session.scalars(sa.select(AlarmRaised))
        assert alarm.alarm == "identity-used-twice"


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


def test_a_restored_device_goes_on_under_a_new_epoch(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice(run="r1")
    till.say(receipt(1, cola()))
    ingest.take([till.hello(), *till.batches()])
    later = NOON + timedelta(hours=1)
    restored = TalkingDevice(run="r9")
    answer = answer_of(restored.hello(received_at=later), ingest)
    assert (answer.verdict, answer.epoch) == (Verdict.RENEW, 2)
    renewed = TalkingDevice(epoch=2, nonce="n9", run="r9")
    renewed.say(receipt(2, cola()))
    assert answer_of(renewed.hello(received_at=later), ingest).verdict is Verdict.WELCOME
    ingest.take(renewed.batches(received_at=later))
    assert count(database, Receipt) == 2


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


def test_declared_losses_balance_the_books(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice(kind="cooler")
    for _ in range(50):
        till.say_raw(Lane.METRIC, "cooler-of-tomorrow", b"{}")
    kept = till.records[Lane.METRIC][40:]
    loss = Loss(first=1, last=40, bytes=999, reason="quota")
    till.say(
        LossDeclared(
            lost_epoch=1, lost_lane=Lane.METRIC, first=1, last=40, bytes=999, reason="quota"
        )
    )
    batch = till.batch(Lane.METRIC, kept, lost=[loss], base=41)
    alert = till.batch(Lane.ALERT, till.records[Lane.ALERT])
    ingest.take([till.hello(), batch, batch, alert])
    with database.sessions() as session:
        audit = audit_link(session)
        metric = next(a for a in audit.accounts if a.lane == "metric")
        assert (metric.produced, metric.received, metric.lost, metric.waiting) == (50, 10, 40, 0)
        assert audit.is_balanced
        (row,) = session.scalars(sa.select(LostRange))
        assert (row.bytes, row.reason) == (999, "quota")


def test_a_hello_is_answered_with_what_arrived_though_the_device_gave_it_up(
    ingest: Ingest,
) -> None:
    till = TalkingDevice(kind="cooler")
    for _ in range(50):
        till.say_raw(Lane.METRIC, "cooler-of-tomorrow", b"{}")
    records = till.records[Lane.METRIC]
    loss = Loss(first=11, last=30, bytes=999, reason="quota")
    ingest.take([till.hello(), till.batch(Lane.METRIC, records[:20])])
    ingest.take([till.batch(Lane.METRIC, records[30:], lost=[loss], base=31)])
    metric = next(x for x in answer_of(till.hello(), ingest).lanes if x.lane is Lane.METRIC)
    assert (metric.watermark, metric.missing) == (50, ())
    assert metric.arrived == ((11, 20),)


def test_a_hole_that_the_device_no_longer_holds_is_not_balanced(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    till.say(*(receipt(n, cola()) for n in range(10)))
    records = till.records[Lane.SALE]
    ingest.take([till.hello(), till.batch(Lane.SALE, records[5:], base=6)])
    with database.sessions() as session:
        audit = audit_link(session)
        (account,) = audit.accounts
        assert (account.received, account.waiting, account.unaccounted) == (5, 0, 5)
        assert not audit.is_balanced


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


def test_minutes_that_two_events_share_add_up(ingest: Ingest, database: Database) -> None:
    door = TalkingDevice(kind="door")
    for entries in (3, 4):
        door.say(
            FootfallCounted(
                line_id="door", started_at=NOON, in_=(entries,), out=(0,), watched_s=(30.0,)
            )
        )
    ingest.take([door.hello(), *door.batches(size=1)])
    with database.sessions() as session:
        rows = session.execute(sa.text("SELECT entries, watched_s FROM footfall_minute")).all()
    assert rows == [(7, 60.0)]
