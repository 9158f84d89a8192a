"""What one message says, noted in the transaction that takes it; and what to answer.

An event that cannot be taken is kept as a dead letter, acknowledged and counted: one bad row must
not stop a store. A message that its sender may not send is refused and not acknowledged: it stays
in that device's outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_hub.core.settings import HubSettings
from cloud_hub.link.hub_alarms import FOREIGN_NAME, HubAlarm, raise_alarm
from cloud_hub.link.ingest.handshake import answer_hello
from cloud_hub.link.ingest.lane_state import LaneBooks, LaneKey, welcome_run
from cloud_hub.link.ingest.message import Message, Outgoing
from cloud_hub.link.ingest.offers import Greeted, Offer
from cloud_hub.link.ingest.sequence_conflicts import note_conflicts
from cloud_hub.link.ingest.unit_of_work import UnitOfWork
from cloud_hub.link.tables import Epoch
from cloud_hub.master_data.place_tables import DeviceRow
from sync.core.arrivals import RangeSet
from sync.core.errors import DamagedBatch, InvalidBatch, InvalidMessage, InvalidTopic
from sync.wire.batch import Arrived, Batch, BatchHeader, claimed_range, decode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer, Verdict
from sync.wire.topics import Downlink, UpTopic, dn_topic, parse_up, up_topic

RETAINED = "somebody left it retained at the broker; no device does that"
DISABLED = "this device was disabled at the hub"
UNUSABLE = "it could not be taken; the hub's log says why"
OTHER_RUN = "of another run than the last heard; its sender is asked to say hello again"


@dataclass(frozen=True, slots=True)
class _Refusal:
    answer: Outgoing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A message of a known device, on the topic that is its own."""

    topic: UpTopic
    device: DeviceRow
    message: Message

    def answer(self, what: Downlink, body: Ack | HelloAnswer) -> Outgoing:
        """What the device is told."""
        topic = self.topic
        return Outgoing(
            topic=dn_topic(topic.tenant, topic.store, topic.device, what), payload=body.to_bytes()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReader:
    """Reads messages into a transaction. `credit` is how many batches each sender may have on its
    way from now on; `after_greeting` tells what a device lacks that has just said hello."""

    settings: HubSettings
    after_greeting: Sequence[Offer]
    credit: int

    def read(self, unit: UnitOfWork, message: Message) -> Outgoing | None:
        """Notes what one message says in `unit`; the answer to publish after the commit."""
        said = _said(unit, message)
        if said is None:
            return None
        return self._greet(unit, said) if said.topic.lane is None else self._read_batch(unit, said)

    def bury(self, unit: UnitOfWork, message: Message) -> Outgoing | None:
        """Files a batch that breaks its transaction unread, under the numbers it claims, so that it
        does not come again; a hello of that kind is refused."""
        said = _said(unit, message)
        if said is None:
            return None
        if said.topic.lane is None:
            unit.refuse(said.topic.tenant, message.topic, UNUSABLE)
            return None
        return self._undecodable(unit, said, UNUSABLE)

    def keep_bytes(self, unit: UnitOfWork, message: Message) -> None:
        """Keeps what a message consists of for people, whatever numbers it claims."""
        said = _said(unit, message)
        if said is not None:
            unit.bury_batch(said.device, message.payload, UNUSABLE, [], message.received_at)

    def _greet(self, unit: UnitOfWork, said: _Said) -> Outgoing | None:
        device = said.device
        try:
            hello = Hello.from_bytes(said.message.payload)
        except InvalidMessage as error:
            unit.refuse(said.topic.tenant, said.message.topic, str(error))
            return None
        if hello.device != said.topic.device:
            return _foreign(unit, device, hello.device).answer
        unit.tally.hellos += 1
        answer = answer_hello(unit.books, device, hello, self.settings)
        if answer.verdict is not Verdict.FENCED:
            unit.clocks.hear(device, hello)
        if answer.verdict is Verdict.WELCOME:
            greeted = Greeted(device=device, known_version=hello.desired_version)
            unit.greeted[device.tenant_id, device.device_id] = greeted
            answer = self._with_version(unit, greeted, answer)
        return said.answer(Downlink.HELLO, answer)

    def _with_version(self, unit: UnitOfWork, greeted: Greeted, answer: HelloAnswer) -> HelloAnswer:
        for offer in self.after_greeting:
            if offer.version is not None:
                version = offer.version(unit.work.session, greeted, unit.work.now)
                answer = answer.model_copy(update={"desired_version": version})
        return answer

    def _read_batch(self, unit: UnitOfWork, said: _Said) -> Outgoing | None:
        payload, received_at = said.message.payload, said.message.received_at
        try:
            batch = decode_batch(payload)
        except DamagedBatch as error:
            # Not even its header can be believed: kept for people, and the device sends it again.
            unit.bury_batch(said.device, payload, str(error), [], received_at)
            return None
        except InvalidBatch as error:
            return self._undecodable(unit, said, str(error))
        if (refusal := self._admit(unit, said, batch.header)) is not None:
            return refusal.answer
        try:
            records = batch.records
        except InvalidBatch as error:
            return self._undecodable(unit, said, str(error))
        return self._take_batch(unit, said, batch, records)

    def _admit(self, unit: UnitOfWork, said: _Said, header: BatchHeader) -> _Refusal | None:
        """Why this batch may not be taken; None when it may."""
        device = said.device
        if header.device != said.topic.device or header.lane != said.topic.lane:
            return _foreign(unit, device, f"{header.device}, lane {int(header.lane)}")
        live = unit.books.live_epoch(device.tenant_id, device.device_id)
        if live is not None and header.run != next(iter(live.runs), ""):
            # Of a copy, of an earlier opening, or of a hub restored: its own hello will tell.
            topic = said.topic
            where = up_topic(topic.tenant, topic.store, topic.device, topic.lane)
            unit.refuse(topic.tenant, where, OTHER_RUN)
            answer = HelloAnswer(
                run=header.run,
                verdict=Verdict.AGAIN,
                epoch=live.epoch,
                hub_at=unit.books.now,
                spread_s=self.settings.reconnect_spread_s,
            )
            return _Refusal(said.answer(Downlink.HELLO, answer))
        if live is None or header.epoch > live.epoch:
            _begin_epoch(unit.books, device, live, header)
        return None

    def _take_batch(
        self, unit: UnitOfWork, said: _Said, batch: Batch, records: Sequence[Arrived]
    ) -> Outgoing:
        device, header = said.device, batch.header
        key = _lane_key(device, header)
        fresh = _book(unit, key, device, header)
        unit.clocks.meet(device, records)
        for record in records:
            if fresh.contains(record.seq):
                unit.note(key, device, record, said.message.received_at)
        repeats = [record for record in records if not fresh.contains(record.seq)]
        if repeats:
            note_conflicts(unit, key, device, repeats)
        return self._ack(said, header)

    def _undecodable(self, unit: UnitOfWork, said: _Said, error: str) -> Outgoing | None:
        """Files a batch that cannot be read under the numbers it claims, so that it does not come
        again; without such a claim it can only be kept."""
        device, payload, at = said.device, said.message.payload, said.message.received_at
        header = claimed_range(payload)
        if header is None or header.device != said.topic.device or header.lane != said.topic.lane:
            unit.bury_batch(device, payload, error, [], at)
            return None
        if (refusal := self._admit(unit, said, header)) is not None:
            return refusal.answer
        key = _lane_key(device, header)
        fresh = _book(unit, key, device, header)
        keys = [(*key, seq) for first, last in fresh for seq in range(first, last + 1)]
        if keys:
            unit.bury_batch(device, payload, error, keys, at)
        return self._ack(said, header)

    def _ack(self, said: _Said, header: BatchHeader) -> Outgoing:
        ack = Ack(
            run=header.run,
            epoch=header.epoch,
            lane=header.lane,
            ranges=((header.first, header.last),),
            credit=self.credit,
        )
        return said.answer(Downlink.ACK, ack)


def _said(unit: UnitOfWork, message: Message) -> _Said | None:
    """The message with who sent it; None, and it is refused, where nobody may send it."""
    try:
        topic = parse_up(message.topic)
    except InvalidTopic as error:
        unit.refuse("", message.topic, f"topic: {error}")
        return None
    if message.is_retained:
        unit.refuse(topic.tenant, message.topic, RETAINED)
        return None
    device = unit.books.device(topic.tenant, topic.device)
    if device is None or device.store_id != topic.store:
        unit.refuse(topic.tenant, message.topic, "no such device in that store")
        return None
    if device.disabled_at is not None:
        unit.refuse(topic.tenant, message.topic, DISABLED)
        return None
    return _Said(topic=topic, device=device, message=message)


def _lane_key(device: DeviceRow, header: BatchHeader) -> LaneKey:
    return (device.tenant_id, device.device_id, header.epoch, int(header.lane))


def _foreign(unit: UnitOfWork, device: DeviceRow, said: str) -> _Refusal:
    topic = f"{device.tenant_id}/{device.store_id}/{device.device_id}"
    unit.refuse(device.tenant_id, topic, f"it says that it is from {said}")
    alarm = HubAlarm(
        alarm=FOREIGN_NAME,
        subject=said,
        detail=f"a message on this device's topic says it is from {said}",
    )
    raise_alarm(unit.work.session, device, alarm, unit.books.now)
    return _Refusal(None)


def _begin_epoch(
    books: LaneBooks, device: DeviceRow, live: Epoch | None, header: BatchHeader
) -> None:
    """An epoch that no hello has named yet: a restored hub, or a device that was just renewed."""
    books.forget_live(device)
    if live is not None:
        live.state = "past"
    entry = Epoch(
        tenant_id=device.tenant_id,
        device_id=device.device_id,
        epoch=header.epoch,
        nonce="",
        state="live",
        runs=[],
        first_heard_at=books.now,
    )
    welcome_run(entry, header.run)
    books.session.add(entry)


def _book(unit: UnitOfWork, key: LaneKey, device: DeviceRow, header: BatchHeader) -> RangeSet:
    """Books a batch's range, claim and losses; the numbers that are new."""
    unit.books.hear(device)
    unit.books.lose(key, header.lost)
    unit.books.claim(key, next_seq=header.next, base=header.base)
    fresh = unit.books.receive(key, header.first, header.last)
    unit.tally.events += len(fresh)
    unit.tally.resent += header.n - len(fresh)
    return fresh
