"""One ingest transaction: what its messages say, applied and kept at its end, or not at all."""

import json

from cloud_hub.core.projection import Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.tables import DeadLetter, RefusedMessage, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.sales.tables import Receipt
from sync.events import Lane
from tests.stage.hub_tables import count, rows
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def said(*more: tuple[str, bytes, int]) -> TalkingDevice:
    device = TalkingDevice()
    device.say(receipt(1, cola()))
    for kind, body, version in more:
        device.say_raw(Lane.SALE, kind, body, version=version)
    return device


def outcomes(database: Database) -> dict[int, str]:
    return {event.seq: event.outcome for event in rows(database, StoredEvent)}


def test_each_event_is_kept_with_what_became_of_it(ingest: Ingest, database: Database) -> None:
    device = said(
        ("receipt", b"{}", 1),
        ("hologram", b'{"of": "a can"}', 1),
        ("receipt", b'{"new": "shape"}', 99),
    )
    taken = ingest.take([device.hello(), *device.batches()])
    assert outcomes(database) == {
        1: Outcome.APPLIED.value,
        2: Outcome.DEAD.value,
        3: Outcome.UNKNOWN.value,
        4: Outcome.UNKNOWN.value,
    }
    assert (taken.tally.events, taken.tally.dead, taken.tally.unknown) == (4, 1, 2)
    assert taken.tally.by_kind["receipt"] == 3
    assert count(database, Receipt) == 1, "one bad event stops nobody"


def test_a_dead_event_is_kept_whole_with_what_is_wrong_with_it(
    ingest: Ingest, database: Database, projector: Projector
) -> None:
    device = said(("receipt", b'{"sequence": "many"}', 1))
    ingest.take([device.hello(), *device.batches()])
    (letter,) = rows(database, DeadLetter)
    assert letter.letter_id == "s01-till/1/0/2"
    assert json.loads(projector.identities.opened_letter(letter.raw)) == {"sequence": "many"}
    assert letter.error
    assert (letter.store_id, letter.received_at, letter.replayed_at) == ("s01", NOON, None)


def test_what_is_not_known_yet_is_kept_as_it_came(ingest: Ingest, database: Database) -> None:
    device = said(("hologram", b'{"of": "a can"}', 3))
    ingest.take([device.hello(), *device.batches()])
    event = next(each for each in rows(database, StoredEvent) if each.kind == "hologram")
    assert (event.body, event.schema_version) == ({"of": "a can"}, 3)
    assert count(database, DeadLetter) == 0


def test_equal_refusals_of_one_transaction_are_one_row(
    hub_database: Database, projector: Projector
) -> None:
    with hub_database.writing() as session:
        unit = projector.begin(session, NOON)
        for topic in ("a", "a", "b"):
            unit.refuse("linguang", topic, "no such device")
        unit.finish()
    assert {row.topic: row.messages for row in rows(hub_database, RefusedMessage)} == {
        "a": 2,
        "b": 1,
    }
    assert unit.tally.refused == 3


def test_a_batch_that_cannot_be_read_is_one_letter_and_a_dead_event_a_number(
    hub_database: Database, projector: Projector
) -> None:
    keys = [("linguang", "s01-till", 1, 0, seq) for seq in (4, 5, 6)]
    with hub_database.writing() as session:
        device = session.get_one(DeviceRow, ("linguang", "s01-till"))
        unit = projector.begin(session, NOON)
        unit.bury_batch(device, b"bytes", "x" * 5000, keys, NOON)
        unit.finish()
    (letter,) = rows(hub_database, DeadLetter)
    assert (letter.seq, len(letter.error)) == (4, 1000)
    assert projector.identities.opened_letter(letter.raw) == b"bytes"
    assert b"bytes" not in letter.raw, "nobody knows where in it a handle stands"
    assert outcomes(hub_database) == dict.fromkeys((4, 5, 6), Outcome.DEAD.value)
    assert unit.tally.dead == 3


def test_a_transaction_that_is_not_finished_leaves_nothing(
    hub_database: Database, projector: Projector
) -> None:
    with hub_database.writing() as session:
        unit = projector.begin(session, NOON)
        unit.refuse("linguang", "a", "no such device")
    assert count(hub_database, RefusedMessage) == 0
