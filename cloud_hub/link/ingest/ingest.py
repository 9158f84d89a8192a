"""Messages from devices → facts and ledger, one transaction for several; then the answers.

Nothing is acknowledged before its commit. A group that cannot be committed is taken again message
by message, then in halves of one message's events, so that only what is bad is buried. Whatever a
message does, the others of its group are answered.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cloud_hub.core.projection import EventKey
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.core.storage.parts import PartsNotHeld, store_part
from cloud_hub.link.ingest.isolation import isolated
from cloud_hub.link.ingest.lane_state import Claim
from cloud_hub.link.ingest.message import Message, Outgoing
from cloud_hub.link.ingest.message_reader import MessageReader
from cloud_hub.link.ingest.offers import Offer
from cloud_hub.link.ingest.tally import Tally
from cloud_hub.link.ingest.unit_of_work import Projector, UnitOfWork
from sync.core.errors import InvalidTopic
from sync.core.sparing import sparing
from sync.wire.batch import claimed_range
from sync.wire.topics import dn_topic, parse_up

log = logging.getLogger(__name__)

TRIALS_MOST = 16
"""Transactions spent on finding what is bad in one message; what is still suspected then is buried
with it."""

Read = Callable[[UnitOfWork, Message], Outgoing | None]
"""Notes what one message says; the answer to publish after the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The answers, one or none a message, in the messages' order; what else devices are sent
    after them; and what was done."""

    answers: tuple[Outgoing | None, ...]
    tally: Tally
    offers: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """How some messages are to be taken: `condemned` events are buried unread; nothing of a trial
    stays."""

    read: Read
    condemned: frozenset[EventKey] = frozenset()
    is_trial: bool = False


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

    def take(self, messages: Sequence[Message], *, credit: int | None = None) -> Taken:
        """Commits the messages and says what to answer. Call it in a thread.

        `credit` is how many batches each sender may have on their way from now on.

        Raises what the database raises when it is out of order, and nothing else; then the same
        messages may be given again.
        """
        reader = MessageReader(
            settings=self._settings,
            after_greeting=self._after_greeting,
            credit=self._settings.credit_batches if credit is None else credit,
        )
        taken = self._tried(messages, _Attempt(read=reader.read))
        if taken is not None:
            return taken
        if len(messages) > 1:
            return _joined([self.take([message], credit=credit) for message in messages])
        return self._isolated(reader, messages[0])

    def _isolated(self, reader: MessageReader, message: Message) -> Taken:
        """What becomes of a message that breaks its transaction: its bad events are buried; where
        none can be told, all of it, under the numbers it claims; where not even that can be
        written, its bytes alone; else it is dropped, and its sender keeps it."""
        bad = self._poisonous(reader, message)
        attempts = [_Attempt(read=reader.read, condemned=bad)] if bad else []
        attempts += [_Attempt(read=reader.bury), _Attempt(read=reader.keep_bytes)]
        for attempt in attempts:
            if (taken := self._tried([message], attempt)) is not None:
                return taken
        log.error("a message of %s was dropped", message.topic, extra={"action": "dropped"})
        return Taken(answers=(None,), tally=Tally(refused=1))

    def _poisonous(self, reader: MessageReader, message: Message) -> frozenset[EventKey]:
        """The events of one batch that cannot be applied even without the others; none where they
        cannot be told."""
        everything = self._keys_of(reader, message)
        bad: set[EventKey] = set()
        suspects, trials = _halves(everything), 0
        while suspects:
            some = suspects.pop()
            others = frozenset(everything) - frozenset(some)
            attempt = _Attempt(read=reader.read, condemned=others, is_trial=True)
            if trials < TRIALS_MOST and self._tried([message], attempt) is not None:
                trials += 1
                continue
            trials += 1
            if len(some) == 1 or trials >= TRIALS_MOST:
                bad.update(some)
            else:
                suspects += _halves(some)
        return frozenset(bad)

    def _keys_of(self, reader: MessageReader, message: Message) -> list[EventKey]:
        """The events that a message brings; none where it cannot even be read."""
        keys: list[EventKey] = []
        with (
            sparing(log, "not read", action="poison-trial", level=logging.DEBUG),
            self._database.writing() as session,
        ):
            unit = self._projector.begin(session, message.received_at)
            reader.read(unit, message)
            keys = sorted(unit.rows)
            session.rollback()
        return keys

    def _tried(self, messages: Sequence[Message], attempt: _Attempt) -> Taken | None:
        """What was done; None where these messages, and not the database, are at fault."""
        level = logging.DEBUG if attempt.is_trial else logging.ERROR
        return isolated(
            lambda: self._commit(messages, attempt), len(messages), messages[0].topic, level=level
        )

    def _commit(self, messages: Sequence[Message], attempt: _Attempt) -> Taken:
        """What was done, in one transaction that holds every store it touches: begun again with
        those that only its facts name, such as where goods went."""
        stores = _stores(messages)
        while True:
            try:
                return self._written(messages, attempt, stores)
            except PartsNotHeld as error:
                stores |= error.parts

    def _written(
        self, messages: Sequence[Message], attempt: _Attempt, stores: frozenset[str]
    ) -> Taken:
        with self._database.writing(stores) as session:
            unit = self._projector.begin(session, messages[-1].received_at, attempt.condemned)
            unit.books.prefetch(_senders(messages), _claims(messages))
            answers = tuple(attempt.read(unit, message) for message in messages)
            unit.finish()
            offers = () if attempt.is_trial else self._offers(unit)
            if attempt.is_trial:
                session.rollback()
        return Taken(answers=answers, tally=unit.tally, offers=offers)

    def _offers(self, unit: UnitOfWork) -> tuple[Outgoing, ...]:
        """What the devices that have just said hello still lack."""
        session, now = unit.work.session, unit.work.now
        offers: list[Outgoing] = []
        for greeted in unit.greeted.values():
            device = greeted.device
            for offer in self._after_greeting:
                for where, payload in offer.lacking(session, greeted, now):
                    topic = dn_topic(device.tenant_id, device.store_id, device.device_id, where)
                    offers.append(Outgoing(topic=topic, payload=payload))
        session.flush()
        return tuple(offers)


def _halves(keys: Sequence[EventKey]) -> list[Sequence[EventKey]]:
    middle = (len(keys) + 1) // 2
    return [half for half in (keys[:middle], keys[middle:]) if half]


def _senders(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Tenant and device of every message that has a topic of ours."""
    names = []
    for message in messages:
        with suppress(InvalidTopic):
            topic = parse_up(message.topic)
            names.append((topic.tenant, topic.device))
    return names


def _claims(messages: Sequence[Message]) -> list[Claim]:
    """Lane, first and last number of every batch that says them: near what of its lane it is."""
    claims = []
    for message in messages:
        header = claimed_range(message.payload)
        if header is not None:
            with suppress(InvalidTopic):
                topic = parse_up(message.topic)
                key = (topic.tenant, topic.device, header.epoch, int(header.lane))
                claims.append((key, header.first, header.last))
    return claims


def _stores(messages: Sequence[Message]) -> frozenset[str]:
    """The parts of the senders' stores; a topic that is none of ours is a part of its own."""
    parts = set()
    for message in messages:
        try:
            topic = parse_up(message.topic)
            parts.add(store_part(topic.tenant, topic.store))
        except InvalidTopic:
            parts.add(message.topic)
    return frozenset(parts)


def _joined(taken: Sequence[Taken]) -> Taken:
    tally = Tally()
    for one in taken:
        tally.add(one.tally)
    return Taken(
        answers=tuple(answer for one in taken for answer in one.answers),
        tally=tally,
        offers=tuple(offered for one in taken for offered in one.offers),
    )
