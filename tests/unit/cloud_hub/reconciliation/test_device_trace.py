"""Where each record is, with every reason: the whole hub, one device, one record."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest, Message
from cloud_hub.link.tables import StoredEvent
from cloud_hub.master_data.place_tables import Device
from cloud_hub.reconciliation.declared_losses import declared_losses
from cloud_hub.reconciliation.device_trace import DevicePlaces, places_of
from cloud_hub.reconciliation.event_trace import Place, RecordName, RecordPlace, place_of
from cloud_hub.reconciliation.event_trace_text import iso, record_sentences
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.register import PROJECTIONS
from sync.events import EVENT_TYPES, FootfallCounted, Lane
from sync.outbox.losses import DAMAGED, LOSS_REASONS, OLDER_COPY
from sync.outbox.outbox import OVERSIZE
from sync.outbox.quota import QUOTA
from sync.wire.batch import Loss
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

CORPUS = Path(__file__).parents[2] / "sync" / "corpus"


def cola(number: int = 1) -> object:
    return line(number, COLA, "1", "3.50", "3.50")


def minute(number: int) -> FootfallCounted:
    return FootfallCounted(
        line_id="door",
        started_at=NOON + timedelta(minutes=number),
        in_=(1,),
        out=(0,),
        watched_s=(60.0,),
    )


@pytest.fixture
def door(ingest: Ingest) -> TalkingDevice:
    """A door of thirty minutes: 11 to 20 given up, 21 to 25 here, 26 to 30 still on the device."""
    device = TalkingDevice(kind="door")
    for number in range(1, 31):
        device.say(minute(number), at=NOON + timedelta(minutes=number))
    lost = [Loss(first=11, last=20, bytes=900, reason=QUOTA)]
    records = device.records[Lane.METRIC]
    ingest.take(
        [
            device.hello(),
            device.batch(Lane.METRIC, records[:10]),
            device.batch(Lane.METRIC, records[20:25], lost=lost, base=26),
        ]
    )
    return device


def places(database: Database, device_id: str) -> DevicePlaces:
    with database.sessions() as session:
        device = session.get(Device, ("linguang", device_id))
        assert device is not None
        return places_of(session, device)


def record(database: Database, text: str) -> RecordPlace:
    name = RecordName.read(text)
    with database.sessions() as session:
        device = session.get(Device, ("linguang", name.device))
        assert device is not None
        return place_of(session, device, name, PROJECTIONS)


def test_a_device_tells_what_is_lost_and_why_and_what_waits(
    door: TalkingDevice, database: Database
) -> None:
    found = places(database, "s01-door")
    (lane,) = found.lanes
    account = lane.account
    assert (account.produced, account.received, account.lost, account.waiting) == (30, 15, 10, 5)
    assert account.waiting_ranges == ((1, 26, 30),)
    assert (found.is_balanced, lane.is_named, lane.state) == (True, True, "live")
    (loss,) = found.losses
    assert (loss.first, loss.last, loss.events, loss.reason) == (11, 20, 10, QUOTA)
    assert loss.after_at == NOON + timedelta(minutes=10)
    assert loss.before_at == NOON + timedelta(minutes=21)


def test_what_arrived_after_it_was_given_up_is_not_lost(
    door: TalkingDevice, ingest: Ingest, database: Database
) -> None:
    ingest.take([door.batch(Lane.METRIC, door.records[Lane.METRIC][14:25])])
    (loss,) = places(database, "s01-door").losses
    assert (loss.first, loss.last, loss.events) == (11, 20, 4)


def test_a_loss_told_in_parts_is_one_loss(ingest: Ingest, database: Database) -> None:
    door = TalkingDevice(kind="door")
    for number in range(1, 31):
        door.say(minute(number))
    told = (
        Loss(first=1, last=10, bytes=10, reason=QUOTA),
        Loss(first=1, last=15, bytes=15, reason=QUOTA),
        Loss(first=11, last=15, bytes=5, reason=QUOTA),
        Loss(first=16, last=20, bytes=5, reason=QUOTA),
        Loss(first=25, last=25, bytes=1, reason=OVERSIZE),
    )
    records = door.records[Lane.METRIC]
    ingest.take([door.hello(), door.batch(Lane.METRIC, records[29:], lost=told)])
    with database.sessions() as session:
        losses = declared_losses(session)
    found = [(one.first, one.last, one.events, one.bytes, one.reason) for one in losses]
    assert found == [(1, 20, 20, 20, QUOTA), (25, 25, 1, 1, OVERSIZE)]


def test_every_reason_a_device_gives_has_words() -> None:
    assert {QUOTA, OVERSIZE, DAMAGED, OLDER_COPY} <= set(LOSS_REASONS)


def test_each_record_is_found_by_its_number(door: TalkingDevice, database: Database) -> None:
    def place(number: int) -> Place:
        return record(database, f"s01-door/1/metric/{number}").place

    assert [place(number) for number in (1, 10, 11, 20, 21, 25, 26, 30, 31)] == [
        Place.APPLIED,
        Place.APPLIED,
        Place.LOST,
        Place.LOST,
        Place.APPLIED,
        Place.APPLIED,
        Place.WAITING,
        Place.WAITING,
        Place.NEVER_PRODUCED,
    ]
    here = record(database, "s01-door/1/3/23").arrival
    assert here is not None
    assert (here.first, here.last, here.kind) == (21, 25, "footfall")
    gone = record(database, "s01-door/1/metric/12")
    (said,) = record_sentences(gone, iso)
    assert said.en.startswith("s01-door/1/3/12 is lost: its disk was full.")
    assert "磁盘已满" in said.zh


def test_a_receipt_tells_what_was_made_of_it(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    till.say(receipt(1, cola(1), cola(2)))
    till.say_raw(Lane.SALE, "receipt", b"{}")
    till.say_raw(Lane.SALE, "hologram", b'{"of": "a can"}', version=7)
    till.say(receipt(1, cola(1), cola(2)))
    ingest.take([till.hello(), *till.batches()])
    found = [record(database, f"s01-till/1/sale/{number}") for number in range(1, 5)]
    assert [one.place for one in found] == [
        Place.APPLIED,
        Place.DEAD_LETTER,
        Place.KEPT_RAW,
        Place.REPEATED,
    ]
    assert found[0].arrival is not None
    assert found[0].arrival.facts == ("receipt s01/till-1/2026-03-04/1", "2 stock moves")
    assert [name for name, _ in found[1].letters] == ["s01-till/1/0/2"]
    with database.sessions() as session:
        (account,) = audit_link(session).accounts
    assert (account.dead, account.unknown, account.received) == (1, 1, 4)


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


def test_another_event_under_a_known_number_is_counted_and_found(
    ingest: Ingest, database: Database
) -> None:
    till, other = TalkingDevice(), TalkingDevice()
    till.say(receipt(1, cola()))
    other.say(receipt(2, cola()))
    ingest.take([till.hello(), *till.batches(), *other.batches()])
    (lane,) = places(database, "s01-till").lanes
    assert (lane.account.conflicts, lane.account.is_balanced) == (1, True)
    (letter,) = record(database, "s01-till/1/sale/1").letters
    assert "two devices use one identity" in letter[1]


def test_what_waits_in_an_outbox_that_the_device_put_aside_is_told_as_such(
    ingest: Ingest, database: Database
) -> None:
    damaged = TalkingDevice()
    damaged.say(receipt(1, cola()), receipt(2, cola()))
    ingest.take([damaged.hello(), damaged.batch(Lane.SALE, damaged.records[Lane.SALE][:1])])
    later = NOON + timedelta(hours=1)
    ingest.take([TalkingDevice(epoch=2, nonce="n2", run="r2").hello(received_at=later)])
    (old,) = places(database, "s01-till").lanes
    assert (old.epoch, old.state, old.account.waiting, old.is_named) == (1, "past", 1, False)


@pytest.mark.parametrize("text", ["", "s01-till", "s01-till/1/sale/0", "a/1/5/1", "a/x/0/1", "a/1"])
def test_a_name_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="names no record"):
        RecordName.read(text)


def aisle(*words: object) -> Result:
    return CliRunner().invoke(build_app("audit"), [str(word) for word in words])


def test_the_command_tells_all_of_it(door: TalkingDevice, database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    place = ("--database", url)
    told = aisle("audit", *place).output
    assert "lost: 10 events of s01-door metric: its disk was full" in told
    assert "waiting: 5 events of s01-door metric, on the device" in told
    one = aisle("audit", "--device", "s01-door", *place)
    assert one.exit_code == 0
    assert (
        "lost: epoch 1 metric 11–20: 10 events, its disk was full; recorded between" in one.output
    )
    assert "waiting: epoch 1 metric 26–30: 5 events on the device" in one.output
    asked = aisle("audit", "--record", "s01-door/1/metric/11", *place)
    assert (asked.exit_code, "is lost" in asked.output) == (0, True)
    listed = json.loads(aisle("audit", "--json", *place).output)
    assert [loss["reason"] for loss in listed["losses"]] == [QUOTA]
    unknown = aisle("audit", "--device", "s09-door", *place)
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "aisle: no device s09-door in this hub; see: aisle audit\n",
    )
    assert aisle("audit", "--record", "s01-door", *place).exit_code == 1
