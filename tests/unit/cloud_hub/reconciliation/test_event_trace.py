"""Where one record is."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.tables import StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.event_trace import Fate, RecordName, RecordPlace, place_of
from cloud_hub.reconciliation.event_trace_text import iso, record_sentences
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.register import PROJECTIONS
from sync.events import EVENT_TYPES, Lane
from tests.talking_device import NOON, TalkingDevice, cola, receipt

CORPUS = Path(__file__).parents[2] / "sync" / "corpus"


def record(database: Database, text: str) -> RecordPlace:
    name = RecordName.read(text)
    with database.sessions() as session:
        device = session.get(DeviceRow, ("linguang", name.device))
        assert device is not None
        return place_of(session, device, name, PROJECTIONS.traces)


def test_each_record_is_found_by_its_number(door: TalkingDevice, database: Database) -> None:
    def place(number: int) -> Fate:
        return record(database, f"s01-door/1/metric/{number}").place

    assert [place(number) for number in (1, 10, 11, 20, 21, 25, 26, 30, 31)] == [
        Fate.APPLIED,
        Fate.APPLIED,
        Fate.LOST,
        Fate.LOST,
        Fate.APPLIED,
        Fate.APPLIED,
        Fate.WAITING,
        Fate.WAITING,
        Fate.NEVER_PRODUCED,
    ]
    here = record(database, "s01-door/1/3/23").arrival
    assert here is not None
    assert (here.first, here.last, here.kind) == (21, 25, "footfall")
    gone = record(database, "s01-door/1/metric/12")
    (said,) = record_sentences(gone, iso)
    assert said.text("en").startswith("s01-door/1/3/12 is lost: its disk was full.")
    assert "磁盘已满" in said.text("zh")


def test_a_receipt_tells_what_was_made_of_it(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola(1), cola(2)))
    till.say_raw(Lane.SALE, "receipt", b"{}")
    till.say_raw(Lane.SALE, "hologram", b'{"of": "a can"}', version=7)
    till.say(receipt(1, cola(1), cola(2)))
    ingest.take([till.hello(), *till.batches()])
    found = [record(database, f"s01-till/1/sale/{number}") for number in range(1, 5)]
    assert [one.place for one in found] == [
        Fate.APPLIED,
        Fate.DEAD_LETTER,
        Fate.KEPT_RAW,
        Fate.REPEATED,
    ]
    assert found[0].arrival is not None
    assert found[0].arrival.facts == ("receipt s01/till-1/2026-03-04/1", "2 stock moves")
    assert [name for name, _ in found[1].letters] == ["s01-till/1/0/2"]
    with database.sessions() as session:
        (account,) = audit_link(session).accounts
    assert (account.dead, account.unknown, account.received) == (1, 1, 4)


@pytest.mark.parametrize("text", ["", "s01-till", "s01-till/1/sale/0", "a/1/5/1", "a/x/0/1", "a/1"])
def test_a_name_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="names no record"):
        RecordName.read(text)


def test_an_event_of_every_kind_tells_what_was_made_of_it(
    ingest: Ingest, database: Database
) -> None:
    newest = max(path for path in CORPUS.iterdir() if path.is_dir())
    files = {"hello": newest / "hello.json"}
    files |= {str(int(lane)): newest / f"lane-{int(lane)}.batch" for lane in Lane}
    messages = [
        Message(
            topic=f"aisle/1/up/linguang/s01/s01-till/{level}",
            payload=path.read_bytes(),
            received_at=NOON,
        )
        for level, path in files.items()
    ]
    ingest.take(messages)
    with database.sessions() as session:
        events = session.scalars(sa.select(StoredEvent)).all()
    told: dict[str, tuple[str, ...]] = {}
    for event in events:
        found = record(database, f"s01-till/{event.epoch}/{event.lane}/{event.seq}")
        assert found.arrival is not None
        told[event.kind] = found.arrival.facts
    assert told.keys() == EVENT_TYPES.keys()
    assert all(told.values()), told
    assert told["opening"][0].startswith("cooler opening s01-till/1/3/")
    assert told["heat"][0].startswith("where people stood before ")
    assert told["footfall-audit"][0].startswith("hand count of ")
