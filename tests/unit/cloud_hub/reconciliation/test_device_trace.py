"""Where each record is, with every reason: the whole hub, one device, one record."""

from datetime import timedelta

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.device_trace import DevicePlaces, places_of
from cloud_hub.reconciliation.event_trace import RecordName, RecordPlace, place_of
from cloud_hub.register import PROJECTIONS
from sync.events import Lane
from sync.outbox.quota import QUOTA
from tests.talking_device import NOON, TalkingDevice, cola, receipt


def places(database: Database, device_id: str) -> DevicePlaces:
    with database.sessions() as session:
        device = session.get(DeviceRow, ("linguang", device_id))
        assert device is not None
        return places_of(session, device)


def record(database: Database, text: str) -> RecordPlace:
    name = RecordName.read(text)
    with database.sessions() as session:
        device = session.get(DeviceRow, ("linguang", name.device))
        assert device is not None
        return place_of(session, device, name, PROJECTIONS.traces)


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
