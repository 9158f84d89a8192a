"""A real outbox under a clock that begins in 1970, and the hub's ingest: where its sales end up."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.clock_correction import corrected_clocks
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.tables import AlarmRaised, StoredEvent
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import Receipt
from cloud_hub.traffic.tables import FootfallMinute
from sync.core.clock import ManualClock
from sync.events import (
    Alarm,
    AlarmState,
    EventBody,
    FootfallCounted,
    Lane,
    StateReported,
)
from sync.outbox.outbox import Outbox
from sync.wire.batch import BatchOrigin, encode_batch
from sync.wire.messages import Hello
from sync.wire.topics import up_topic
from tests.talking_device import COLA, line, receipt

BOOTED = datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Twelve o'clock in the store."""
WHO = ("linguang", "s01-till")


class Device:
    """A till with a real outbox, whose wall clock a test sets as it likes."""

    def __init__(self, folder: Path, *, boot_id: str, name: str = "agent") -> None:
        self.path = folder / f"{name}.db"
        self.clock = ManualClock(BOOTED, boot_id=boot_id, monotonic_s=10, trusted=False)
        self.outbox = self._open()

    def _open(self) -> Outbox:
        return Outbox.open(self.path, clock=self.clock, quota_bytes=8_000_000, rng=Random(1))

    def reboot(self, boot_id: str, *, trusted: bool = False, at: datetime = BOOTED) -> None:
        self.outbox.close()
        self.clock = ManualClock(at, boot_id=boot_id, monotonic_s=10, trusted=trusted)
        self.outbox = self._open()

    def sell(self, sequence: int) -> None:
        """A sale, timed and dated as a till does: by its own wall clock."""
        sold = receipt(sequence, line(1, COLA, "1", "3.50", "3.50"), ended_at=self.clock.now())
        self.outbox.append(sold)

    def say(self, *bodies: EventBody) -> None:
        self.outbox.append(*bodies)

    def hello(self, received_at: datetime) -> Message:
        epoch, nonce, runs_before = self.outbox.identity()
        stamp = self.clock.stamp()
        hello = Hello(
            device="s01-till",
            epoch=epoch,
            nonce=nonce,
            run=self.outbox.run,
            runs_before=runs_before,
            lanes=tuple(self.outbox.lane_states()),
            agent_version="0.1.0",
            boot_id=stamp.boot_id,
            monotonic_ms=stamp.monotonic_ms,
            wall_at=stamp.wall_at,
            clock=stamp.clock,
            anchors=self.outbox.anchors(),
        )
        topic = up_topic("linguang", "s01", "s01-till", None)
        return Message(topic=topic, payload=hello.to_bytes(), received_at=received_at)

    def batches(self, received_at: datetime) -> list[Message]:
        messages = []
        for (epoch, lane), spans in self.outbox.waiting().items():
            for first, last in spans:
                while first <= last:
                    outgoing = self.outbox.read((epoch, lane), first, last)
                    payload, count = encode_batch(
                        outgoing.records,
                        BatchOrigin(
                            device="s01-till",
                            run=self.outbox.run,
                            epoch=epoch,
                            lane=lane,
                            base=outgoing.base,
                            next_seq=outgoing.next_seq,
                        ),
                    )
                    topic = up_topic("linguang", "s01", "s01-till", lane)
                    messages.append(Message(topic=topic, payload=payload, received_at=received_at))
                    first += count
        return messages


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path, boot_id="boot-a")
    yield made
    made.outbox.close()


def receipts(database: Database) -> list[Receipt]:
    with database.sessions() as session:
        return list(session.scalars(sa.select(Receipt).order_by(Receipt.sequence)))


def test_a_sale_of_1970_is_booked_on_the_day_it_was_made(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.advance(3600)
    device.sell(2)
    device.clock.advance(1800)
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    first, second = receipts(database)
    assert first.ended_at == NOW - timedelta(seconds=5400)
    assert second.ended_at == NOW - timedelta(seconds=1800)
    assert {first.business_day, second.business_day} == {date(2026, 11, 22)}
    with database.sessions() as session:
        (told,) = corrected_clocks(session, *WHO)
        assert (told["boot_id"], told["source"]) == ("boot-a", "hub")
        assert told["corrected_events"] == 2
        event = session.scalars(sa.select(StoredEvent).order_by(StoredEvent.seq)).first()
        assert event is not None
        assert event.recorded_at == BOOTED
        assert event.body["ended_at"].startswith("1970-")
        assert event.occurred_at == first.ended_at
        assert audit_link(session).is_balanced


def test_a_sale_before_the_day_turned_stays_in_the_day_before(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.advance(9 * 3600)
    device.sell(2)
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    assert [sale.business_day for sale in receipts(database)] == [
        date(2026, 11, 21),
        date(2026, 11, 22),
    ]


def test_a_clock_that_was_set_right_before_the_hub_came_is_the_better_anchor(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.advance(600)
    device.clock.jump((NOW - device.clock.now()).total_seconds())
    device.clock.trusted = True
    device.sell(2)
    device.clock.advance(60)
    heard_at = NOW + timedelta(seconds=100)
    ingest.take([device.hello(heard_at), *device.batches(heard_at)])
    first, second = receipts(database)
    assert first.ended_at == NOW - timedelta(seconds=600)
    assert second.ended_at == NOW
    with database.sessions() as session:
        (told,) = corrected_clocks(session, *WHO)
        assert (told["source"], told["corrected_events"]) == ("device", 1)


def test_what_an_earlier_boot_sold_lies_before_the_present_one_in_its_own_order(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.advance(120)
    device.sell(2)
    device.reboot("boot-b")
    device.clock.advance(290)
    device.sell(3)
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    first, second, third = receipts(database)
    began = NOW - timedelta(seconds=300)
    assert second.ended_at == began
    assert first.ended_at == began - timedelta(seconds=120)
    assert third.ended_at == NOW
    with database.sessions() as session:
        sources = {one["boot_id"]: one["source"] for one in corrected_clocks(session, *WHO)}
    assert sources == {"boot-a": "bound", "boot-b": "hub"}


def test_an_earlier_boot_that_came_to_know_the_time_is_placed_by_that(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.advance(600)
    device.clock.jump((NOW - device.clock.now()).total_seconds())
    device.clock.trusted = True
    device.sell(2)
    device.reboot("boot-b")
    device.clock.advance(290)
    heard_at = NOW + timedelta(hours=5)
    ingest.take([device.hello(heard_at), *device.batches(heard_at)])
    first, second = receipts(database)
    assert first.ended_at == NOW - timedelta(seconds=600)
    assert second.ended_at == NOW
    with database.sessions() as session:
        sources = {one["boot_id"]: one["source"] for one in corrected_clocks(session, *WHO)}
    assert sources["boot-a"] == "device"


def test_an_anchor_in_the_future_is_not_believed(
    ingest: Ingest, database: Database, device: Device
) -> None:
    device.sell(1)
    device.clock.jump((NOW + timedelta(days=9) - device.clock.now()).total_seconds())
    device.clock.trusted = True
    device.say(StateReported(version=1, state={}))
    device.reboot("boot-b")
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    (sale,) = receipts(database)
    assert sale.ended_at <= NOW


def test_a_later_batch_of_an_earlier_boot_never_passes_the_present_one(
    ingest: Ingest, database: Database, device: Device
) -> None:
    for number in range(150):
        device.sell(number)
        device.clock.advance(1)
    device.reboot("boot-b")
    ingest.take([device.hello(NOW)])
    for batch in device.batches(NOW):
        ingest.take([batch])
    times = [sale.ended_at for sale in receipts(database)]
    assert times == sorted(times)
    assert max(times) <= NOW - timedelta(seconds=10)


def test_a_second_hello_moves_nothing(ingest: Ingest, database: Database, device: Device) -> None:
    device.sell(1)
    ingest.take([device.hello(NOW)])
    device.clock.advance(1000)
    device.sell(2)
    late = NOW + timedelta(seconds=1030)
    ingest.take([device.hello(late), *device.batches(late)])
    assert [sale.ended_at for sale in receipts(database)] == [NOW, NOW + timedelta(seconds=1000)]


def test_times_told_to_the_device_by_others_are_left_alone(
    ingest: Ingest, database: Database, device: Device
) -> None:
    told = NOW - timedelta(minutes=20)
    device.say(receipt(1, line(1, COLA, "1", "3.50", "3.50"), ended_at=told))
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    (sale,) = receipts(database)
    assert (sale.ended_at, sale.business_day) == (told, date(2026, 11, 22))


def test_every_kind_of_event_is_put_right(
    ingest: Ingest, database: Database, device: Device
) -> None:
    at = device.clock.now()
    device.say(
        Alarm(alarm="too-warm", subject="s01-a", state=AlarmState.RAISED, at=at),
        StateReported(version=1, state={"agent_version": "0.1.0"}),
        FootfallCounted.model_validate(
            {
                "line_id": "door",
                "started_at": at,
                "in": [3],
                "out": [1],
                "watched_s": [60.0],
            }
        ),
    )
    device.clock.advance(60)
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    happened = NOW - timedelta(seconds=60)
    with database.sessions() as session:
        (alarm,) = session.scalars(sa.select(AlarmRaised))
        (minute,) = session.scalars(sa.select(FootfallMinute))
        assert (alarm.raised_at, minute.minute_at) == (happened, happened)
        occurred = session.scalars(
            sa.select(StoredEvent.occurred_at).where(StoredEvent.lane == int(Lane.RESULT))
        ).one()
        assert occurred == happened


def test_a_trusted_clock_is_believed(ingest: Ingest, database: Database, device: Device) -> None:
    device.reboot("boot-c", trusted=True, at=NOW - timedelta(hours=5))
    device.sell(1)
    ingest.take([device.hello(NOW), *device.batches(NOW)])
    (sale,) = receipts(database)
    assert sale.ended_at == NOW - timedelta(hours=5)
    with database.sessions() as session:
        assert corrected_clocks(session, *WHO) == []
        (event,) = session.scalars(sa.select(StoredEvent))
        assert event.clock_shift_ms is None
