"""Messages from devices → facts and ledger, one transaction for several; then the answers.

Nothing is acknowledged before its commit. An event that cannot be taken is kept as a dead letter,
acknowledged and counted: one bad row must not stop a store. A message that its sender may not send
is refused and not acknowledged: it stays in that device's outbox.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, StatementError

from cloud_hub.core.projection import EventKey
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.hub_alarms import FOREIGN_NAME, raise_alarm
from cloud_hub.link.ingest.handshake import answer_hello
from cloud_hub.link.ingest.lane_state import Books, LaneKey, welcome_run
from cloud_hub.link.ingest.offers import Greeted, Offer
from cloud_hub.link.ingest.sequence_conflicts import note_conflicts
from cloud_hub.link.ingest.unit_of_work import Projector, Tally, Turn
from cloud_hub.link.tables import Epoch
from cloud_hub.master_data.place_tables import Device
from sync.core.arrivals import RangeSet
from sync.core.errors import DamagedBatch, InvalidBatch, InvalidMessage, InvalidTopic
from sync.wire.batch import Arrived, Batch, BatchHeader, claimed_range, decode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer, Verdict
from sync.wire.topics import Downlink, UpTopic, dn_topic, parse_up, up_topic

log = logging.getLogger(__name__)

POISON = (ValueError, TypeError, ArithmeticError, KeyError, StatementError)
"""What one bad event may raise in a projection."""
RETAINED = "somebody left it retained at the broker; no device does that"
OTHER_RUN = "of another run than the last heard; its sender is asked to say hello again"
OUTAGE = (OperationalError, InterfaceError, InternalError)
"""What a database raises that cannot go on; nothing is wrong with the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One MQTT message, and when the hub received it."""

    topic: str
    payload: bytes
    received_at: datetime
    is_retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to publish once the transaction is committed."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The answers, one or none a message, in the messages' order; what else devices are sent
    after them; and what was done."""

    answers: tuple[Answer | None, ...]
    tally: Tally
    offers: tuple[Answer, ...] = ()


class Ingest:
    """Takes messages. One at a time uses it: the database has one writer."""

    def __init__(
        self,
        database: Database,
        settings: HubSettings,
        projector: Projector,
        *,
        after_greeting: Sequence[Offer] = (),
    ) -> None:
        self._database = database
        self._settings = settings
        self._projector = projector
        self._after_greeting = after_greeting
        self._credit = settings.credit_batches

    def take(self, messages: Sequence[Message], *, credit: int | None = None) -> Taken:
        """Commits the messages and says what to answer. Call it in a thread.

        `credit` is how many batches each sender may have on their way from now on.

        Raises what the database raises when it is out of order; then nothing was taken, and the
        same messages may be given again.
        """
        self._credit = self._settings.credit_batches if credit is None else credit
        try:
            return self._commit(messages)
        except OUTAGE:
            raise
        except POISON:
            if len(messages) > 1:
                return _joined([self.take([message], credit=credit) for message in messages])
            log.exception("an event could not be applied", extra={"action": "poison"})
            return self._commit(messages, self._poisonous(messages[0]))

    def _poisonous(self, message: Message) -> frozenset[EventKey]:
        """The events of one batch that cannot be applied even alone."""
        everything: set[EventKey] = set()
        with self._database.writing() as session:
            turn = self._projector.begin(session, message.received_at)
            self._read(turn, message)
            everything.update(turn.rows)
            session.rollback()
        bad: set[EventKey] = set()
        for key in sorted(everything):
            try:
                self._commit([message], frozenset(everything - {key}), is_trial=True)
            except OUTAGE:
                raise
            except POISON:
                bad.add(key)
        return frozenset(bad or everything)

    def _commit(
        self,
        messages: Sequence[Message],
        condemned: frozenset[EventKey] = frozenset(),
        *,
        is_trial: bool = False,
    ) -> Taken:
        with self._database.writing(_stores(messages)) as session:
            turn = self._projector.begin(session, messages[-1].received_at, condemned)
            turn.books.prefetch(_senders(messages))
            answers = tuple(self._read(turn, message) for message in messages)
            turn.finish()
            offers = () if is_trial else self._offers(turn)
            if is_trial:
                session.rollback()
        return Taken(answers=answers, tally=turn.tally, offers=offers)

    def _offers(self, turn: Turn) -> tuple[Answer, ...]:
        """What the devices that have just said hello still lack."""
        session, now = turn.work.session, turn.work.now
        offers: list[Answer] = []
        for greeted in turn.greeted.values():
            device = greeted.device
            for offer in self._after_greeting:
                for where, payload in offer.lacking(session, greeted, now):
                    topic = dn_topic(device.tenant_id, device.store_id, device.device_id, where)
                    offers.append(Answer(topic=topic, payload=payload))
        session.flush()
        return tuple(offers)

    def _read(self, turn: Turn, message: Message) -> Answer | None:
        """Notes what one message says in `turn`; the answer to publish after the commit."""
        try:
            topic = parse_up(message.topic)
        except InvalidTopic as error:
            turn.refuse("", message.topic, f"topic: {error}")
            return None
        if message.is_retained:
            turn.refuse(topic.tenant, message.topic, RETAINED)
            return None
        device = turn.books.device(topic.tenant, topic.device)
        if device is None or device.store_id != topic.store:
            turn.refuse(topic.tenant, message.topic, "no such device in that store")
            return None
        if topic.lane is None:
            return self._greet(turn, topic, device, message)
        try:
            batch = decode_batch(message.payload)
        except DamagedBatch as error:
            # Not even its header can be believed: kept for people, and the device sends it again.
            turn.bury_batch(device, message.payload, str(error), [], message.received_at)
            return None
        except InvalidBatch as error:
            return self._undecodable(turn, topic, device, message, str(error))
        if (refusal := self._admit(turn, topic, device, batch.header)) is not None:
            return refusal.answer
        try:
            records = batch.records
        except InvalidBatch as error:
            return self._undecodable(turn, topic, device, message, str(error))
        return self._take_batch(turn, topic, device, batch, records, message)

    def _greet(self, turn: Turn, topic: UpTopic, device: Device, message: Message) -> Answer | None:
        try:
            hello = Hello.from_bytes(message.payload)
        except InvalidMessage as error:
            turn.refuse(topic.tenant, message.topic, str(error))
            return None
        if hello.device != topic.device:
            return _foreign(turn, device, hello.device).answer
        turn.tally.hellos += 1
        answer = answer_hello(turn.books, device, hello, self._settings)
        if answer.verdict is not Verdict.FENCED:
            turn.clocks.hear(device, hello)
        if answer.verdict is Verdict.WELCOME:
            greeted = Greeted(device=device, known_version=hello.desired_version)
            turn.greeted[device.tenant_id, device.device_id] = greeted
            for offer in self._after_greeting:
                if offer.version is not None:
                    version = offer.version(turn.work.session, greeted, turn.work.now)
                    answer = answer.model_copy(update={"desired_version": version})
        return _answer(topic, Downlink.HELLO, answer)

    def _admit(
        self, turn: Turn, topic: UpTopic, device: Device, header: BatchHeader
    ) -> "_Refusal | None":
        """Why this batch may not be taken; None when it may."""
        if header.device != topic.device or header.lane != topic.lane:
            return _foreign(turn, device, f"{header.device}, lane {int(header.lane)}")
        live = turn.books.live_epoch(device.tenant_id, device.device_id)
        if live is not None and header.run != next(iter(live.runs), ""):
            # Of a copy, of an earlier opening, or of a hub restored: its own hello will tell.
            turn.refuse(topic.tenant, _text(topic), OTHER_RUN)
            answer = HelloAnswer(
                run=header.run,
                verdict=Verdict.AGAIN,
                epoch=live.epoch,
                hub_at=turn.books.now,
                spread_s=self._settings.reconnect_spread_s,
            )
            return _Refusal(_answer(topic, Downlink.HELLO, answer))
        if live is None or header.epoch > live.epoch:
            _begin_epoch(turn.books, device, live, header)
        return None

    def _take_batch(
        self,
        turn: Turn,
        topic: UpTopic,
        device: Device,
        batch: Batch,
        records: Sequence[Arrived],
        message: Message,
    ) -> Answer:
        header = batch.header
        key = (device.tenant_id, device.device_id, header.epoch, int(header.lane))
        fresh = _book(turn, key, device, header, message)
        turn.clocks.meet(device, records)
        for record in records:
            if fresh.contains(record.seq):
                turn.note(key, device, record, message.received_at)
        repeats = [record for record in records if not fresh.contains(record.seq)]
        if repeats:
            note_conflicts(turn, key, device, repeats)
        return self._ack(topic, header)

    def _undecodable(
        self, turn: Turn, topic: UpTopic, device: Device, message: Message, error: str
    ) -> Answer | None:
        """Files a batch that cannot be read under the numbers it claims, so that it does not come
        again; without such a claim it can only be kept."""
        header = claimed_range(message.payload)
        if header is None or header.device != topic.device or header.lane != topic.lane:
            turn.bury_batch(device, message.payload, error, [], message.received_at)
            return None
        if (refusal := self._admit(turn, topic, device, header)) is not None:
            return refusal.answer
        key = (device.tenant_id, device.device_id, header.epoch, int(header.lane))
        fresh = _book(turn, key, device, header, message)
        keys = [(*key, seq) for first, last in fresh for seq in range(first, last + 1)]
        if keys:
            turn.bury_batch(device, message.payload, error, keys, message.received_at)
        return self._ack(topic, header)

    def _ack(self, topic: UpTopic, header: BatchHeader) -> Answer:
        ack = Ack(
            run=header.run,
            epoch=header.epoch,
            lane=header.lane,
            ranges=((header.first, header.last),),
            credit=self._credit,
        )
        return _answer(topic, Downlink.ACK, ack)


@dataclass(frozen=True, slots=True)
class _Refusal:
    answer: Answer | None


def _senders(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Tenant and device of every message that has a topic of ours."""
    names = []
    for message in messages:
        with suppress(InvalidTopic):
            topic = parse_up(message.topic)
            names.append((topic.tenant, topic.device))
    return names


def _text(topic: UpTopic) -> str:
    return up_topic(topic.tenant, topic.store, topic.device, topic.lane)


def _answer(topic: UpTopic, what: Downlink, body: Ack | HelloAnswer) -> Answer:
    return Answer(
        topic=dn_topic(topic.tenant, topic.store, topic.device, what), payload=body.to_bytes()
    )


def _stores(messages: Sequence[Message]) -> set[str]:
    """Topics up to their store: everything that a transaction touches belongs to one of them."""
    return {message.topic.rpartition("/")[0].rpartition("/")[0] for message in messages}


def _joined(taken: Sequence[Taken]) -> Taken:
    tally = Tally()
    for one in taken:
        tally.add(one.tally)
    return Taken(
        answers=tuple(answer for one in taken for answer in one.answers),
        tally=tally,
        offers=tuple(offered for one in taken for offered in one.offers),
    )


def _foreign(turn: Turn, device: Device, said: str) -> _Refusal:
    topic = f"{device.tenant_id}/{device.store_id}/{device.device_id}"
    turn.refuse(device.tenant_id, topic, f"it says that it is from {said}")
    detail = f"a message on this device's topic says it is from {said}"
    now = turn.books.now
    raise_alarm(turn.work.session, device, FOREIGN_NAME, subject=said, detail=detail, now=now)
    return _Refusal(None)


def _begin_epoch(books: Books, device: Device, live: Epoch | None, header: BatchHeader) -> None:
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


def _book(
    turn: Turn, key: LaneKey, device: Device, header: BatchHeader, message: Message
) -> RangeSet:
    """Books a batch's range, claim and losses; the numbers that are new."""
    turn.books.hear(device)
    turn.books.lose(key, header.lost)
    turn.books.claim(key, next_seq=header.next, base=header.base)
    fresh = turn.books.receive(key, header.first, header.last)
    turn.tally.events += len(fresh)
    turn.tally.resent += header.n - len(fresh)
    return fresh
