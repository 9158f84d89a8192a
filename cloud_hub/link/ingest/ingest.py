"""Messages from devices → facts and ledger, one transaction for several; then the answers.

Nothing is acknowledged before its commit. A group that cannot be committed is taken again message
by message, then event by event, so that only what is bad is buried.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, StatementError

from cloud_hub.core.projection import EventKey
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.message import Message, Outgoing
from cloud_hub.link.ingest.message_reader import MessageReader
from cloud_hub.link.ingest.offers import Offer
from cloud_hub.link.ingest.tally import Tally
from cloud_hub.link.ingest.unit_of_work import Projector, UnitOfWork
from sync.core.errors import InvalidTopic
from sync.wire.topics import dn_topic, parse_up

log = logging.getLogger(__name__)

POISON = (ValueError, TypeError, ArithmeticError, KeyError, StatementError)
"""What one bad event may raise in a projection."""
OUTAGE = (OperationalError, InterfaceError, InternalError)
"""What a database raises that cannot go on; nothing is wrong with the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The answers, one or none a message, in the messages' order; what else devices are sent
    after them; and what was done."""

    answers: tuple[Outgoing | None, ...]
    tally: Tally
    offers: tuple[Outgoing, ...] = ()


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

        Raises what the database raises when it is out of order; then nothing was taken, and the
        same messages may be given again.
        """
        reader = MessageReader(
            settings=self._settings,
            after_greeting=self._after_greeting,
            credit=self._settings.credit_batches if credit is None else credit,
        )
        try:
            return self._commit(reader, messages)
        except OUTAGE:
            raise
        except POISON:
            if len(messages) > 1:
                return _joined([self.take([message], credit=credit) for message in messages])
            log.exception("an event could not be applied", extra={"action": "poison"})
            return self._commit(reader, messages, self._poisonous(reader, messages[0]))

    def _poisonous(self, reader: MessageReader, message: Message) -> frozenset[EventKey]:
        """The events of one batch that cannot be applied even alone."""
        everything: set[EventKey] = set()
        with self._database.writing() as session:
            turn = self._projector.begin(session, message.received_at)
            reader.read(turn, message)
            everything.update(turn.rows)
            session.rollback()
        bad: set[EventKey] = set()
        for key in sorted(everything):
            try:
                self._commit(reader, [message], frozenset(everything - {key}), is_trial=True)
            except OUTAGE:
                raise
            except POISON:
                bad.add(key)
        return frozenset(bad or everything)

    def _commit(
        self,
        reader: MessageReader,
        messages: Sequence[Message],
        condemned: frozenset[EventKey] = frozenset(),
        *,
        is_trial: bool = False,
    ) -> Taken:
        with self._database.writing(_stores(messages)) as session:
            turn = self._projector.begin(session, messages[-1].received_at, condemned)
            turn.books.prefetch(_senders(messages))
            answers = tuple(reader.read(turn, message) for message in messages)
            turn.finish()
            offers = () if is_trial else self._offers(turn)
            if is_trial:
                session.rollback()
        return Taken(answers=answers, tally=turn.tally, offers=offers)

    def _offers(self, turn: UnitOfWork) -> tuple[Outgoing, ...]:
        """What the devices that have just said hello still lack."""
        session, now = turn.work.session, turn.work.now
        offers: list[Outgoing] = []
        for greeted in turn.greeted.values():
            device = greeted.device
            for offer in self._after_greeting:
                for where, payload in offer.lacking(session, greeted, now):
                    topic = dn_topic(device.tenant_id, device.store_id, device.device_id, where)
                    offers.append(Outgoing(topic=topic, payload=payload))
        session.flush()
        return tuple(offers)


def _senders(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Tenant and device of every message that has a topic of ours."""
    names = []
    for message in messages:
        with suppress(InvalidTopic):
            topic = parse_up(message.topic)
            names.append((topic.tenant, topic.device))
    return names


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
