"""What one message says, and what is answered."""

from dataclasses import replace

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message, Outgoing
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.tables import DeadLetter, Epoch, StoredEvent
from sync.events import Lane
from sync.wire.messages import Ack, HelloAnswer, Verdict
from sync.wire.topics import Downlink, parse_dn
from tests.stage.hub_tables import count, rows
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def till(**more: str) -> TalkingDevice:
    device = TalkingDevice(**more)
    device.say(receipt(1, cola()), receipt(2, cola()))
    return device


def take(ingest: Ingest, *messages: Message) -> list[Outgoing | None]:
    return list(ingest.take(list(messages)).answers)


def ack_of(answer: Outgoing | None) -> Ack:
    assert answer is not None
    assert parse_dn(answer.topic).what is Downlink.ACK
    return Ack.from_bytes(answer.payload)


def hello_of(answer: Outgoing | None) -> HelloAnswer:
    assert answer is not None
    assert parse_dn(answer.topic).what is Downlink.HELLO
    return HelloAnswer.from_bytes(answer.payload)


def test_a_batch_is_acknowledged_to_its_sender_with_its_numbers(ingest: Ingest) -> None:
    device = till()
    greeting, answer = take(ingest, device.hello(), *device.batches())
    assert hello_of(greeting).verdict is Verdict.WELCOME
    ack = ack_of(answer)
    assert (ack.run, ack.epoch, ack.lane, ack.ranges) == (device.run, 1, Lane.SALE, ((1, 2),))
    assert ack.credit > 0


def test_a_batch_that_came_before_is_acknowledged_again_and_kept_once(
    ingest: Ingest, database: Database
) -> None:
    device = till()
    (batch,) = device.batches()
    answers = take(ingest, device.hello(), batch, batch)
    assert [ack_of(answer).ranges for answer in answers[1:]] == [((1, 2),), ((1, 2),)]
    assert count(database, StoredEvent) == 2


def test_what_its_sender_may_not_send_is_not_acknowledged(ingest: Ingest) -> None:
    (batch,) = till().batches()
    assert (
        take(
            ingest,
            replace(batch, topic="aisle/1/up/linguang/s01/s01-door/0"),
            replace(batch, topic="aisle/1/up/linguang/s02/s01-till/0"),
            replace(batch, topic="aisle/1/up/linguang/s01/s01-till/3"),
            replace(batch, topic="nonsense"),
            replace(batch, is_retained=True),
        )
        == [None] * 5
    )


def test_a_sender_of_another_run_is_asked_to_greet_again(ingest: Ingest) -> None:
    device, other = till(), till(run="another")
    _, answer = take(ingest, device.hello(), *other.batches())
    told = hello_of(answer)
    assert (told.verdict, told.run, told.epoch) == (Verdict.AGAIN, "another", 1)


def test_a_batch_without_a_greeting_begins_its_epoch(ingest: Ingest, database: Database) -> None:
    (answer,) = take(ingest, *till().batches())
    assert ack_of(answer).ranges == ((1, 2),)
    (epoch,) = rows(database, Epoch)
    assert (epoch.epoch, epoch.state, epoch.nonce) == (1, "live", "")


def test_a_batch_of_a_later_epoch_closes_the_one_before(ingest: Ingest, database: Database) -> None:
    device = till()
    renewed = TalkingDevice(epoch=2)
    renewed.say(receipt(3, cola()))
    take(ingest, device.hello(), *device.batches(), *renewed.batches())
    assert {each.epoch: each.state for each in rows(database, Epoch)} == {1: "past", 2: "live"}


def test_bytes_that_are_no_batch_are_kept_for_people_and_asked_for_again(
    ingest: Ingest, database: Database, projector: Projector
) -> None:
    device = till()
    (batch,) = device.batches()
    _, answer = take(ingest, device.hello(), replace(batch, payload=b"\x00" * 40))
    assert answer is None
    (letter,) = rows(database, DeadLetter)
    assert (letter.device_id, letter.seq) == ("s01-till", None)
    assert projector.identities.opened_letter(letter.raw) == b"\x00" * 40


def test_a_hello_that_cannot_be_read_is_refused(ingest: Ingest) -> None:
    device = till()
    taken = ingest.take([replace(device.hello(), payload=b"hello")])
    assert (taken.tally.refused, taken.tally.hellos, list(taken.answers)) == (1, 0, [None])


def test_when_a_message_came_is_kept_with_its_events(ingest: Ingest, database: Database) -> None:
    take(ingest, *till().batches())
    with database.sessions() as session:
        assert set(session.scalars(sa.select(StoredEvent.received_at))) == {NOON}
