"""Dead letters: what was acknowledged and could not be taken, looked at and taken again.

A replay changes only what became of numbers that were received long ago, so the link's accounts
stay as they were. Each letter is taken at most once.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.doors.reveals import Reveal, Revealed
from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.projection import CONFLICT, EventKey, Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.unit_of_work import UNDECODABLE, Projector, UnitOfWork
from cloud_hub.link.tables import DeadLetter, StoredEvent
from sync.core.errors import InvalidBatch
from sync.events import EVENT_TYPES, ClockState, Stamp
from sync.wire.batch import Arrived, decode_batch

log = logging.getLogger(__name__)

SHOWN = 500
POISON = (ValueError, TypeError, ArithmeticError, LookupError, RuntimeError, StatementError)
"""What an event that still cannot be applied may raise."""


def find_letters(
    session: Session, tenant_id: str, *, device_id: str | None = None, everything: bool = False
) -> Sequence[DeadLetter]:
    """The newest dead letters; those replayed already only with `everything`."""
    query = sa.select(DeadLetter).where(DeadLetter.tenant_id == tenant_id)
    if device_id is not None:
        query = query.where(DeadLetter.device_id == device_id)
    if not everything:
        query = query.where(DeadLetter.replayed_at.is_(None))
    return session.scalars(query.order_by(DeadLetter.received_at.desc()).limit(SHOWN)).all()


def letter_of(session: Session, tenant_id: str, letter_id: str) -> DeadLetter:
    """The letter. Raises Refused where there is none."""
    letter = session.get(DeadLetter, (tenant_id, letter_id))
    if letter is None:
        raise Refused(f"no dead letter {letter_id}", status=404)
    return letter


def said_by(letter: DeadLetter, keys: HandleKeys) -> Any:  # noqa: ANN401 - whatever was said
    """What the letter holds, as JSON data; None for bytes that are no JSON. Raises UnusableData."""
    try:
        return json.loads(keys.opened_letter(letter.raw))
    except ValueError:
        return None


def letter_revealed(letter: DeadLetter, actor: str, scope: str) -> Revealed:
    """For the audit log: that `actor` is shown what the letter holds."""
    return Revealed(
        tenant_id=letter.tenant_id,
        actor=actor,
        reveal=Reveal.LETTER_SHOWN,
        subject=letter.letter_id,
        scope=scope,
        rows=1,
    )


class DeadLetters:
    """Takes dead letters again."""

    def __init__(self, database: Database, projector: Projector) -> None:
        self._database = database
        self._projector = projector

    def replay(
        self,
        tenant_id: str,
        letter_id: str,
        *,
        body: Mapping[str, Any] | None,
        actor: str,
        now: datetime,
    ) -> int:
        """How many events of the letter are applied now; noted in the audit log.

        `body` corrects the one event it holds. Raises Refused, with what is still wrong, when it
        cannot be taken; then nothing has changed.
        """
        try:
            with self._database.writing() as session:
                letter = letter_of(session, tenant_id, letter_id)
                if letter.replayed_at is not None:
                    raise Refused(f"{letter_id} was taken again already", status=409)
                count = self._take(session, letter, body, now)
                letter.replayed_at = now
                record_act(
                    session,
                    Act(
                        tenant_id=tenant_id,
                        actor=actor,
                        action="dead-letter-replayed",
                        subject=letter_id,
                        detail={"events": count, "corrected": body is not None},
                    ),
                    now,
                )
        except POISON as error:
            log.exception("a dead letter still cannot be applied", extra={"action": "poison"})
            raise Refused(f"{letter_id} still cannot be applied: {error}", status=422) from error
        log.info("%s taken again", letter_id, extra={"action": "dead-letter-replayed"})
        return count

    def _take(
        self, session: Session, letter: DeadLetter, body: Mapping[str, Any] | None, now: datetime
    ) -> int:
        unit = self._projector.begin(session, now)
        device = unit.books.device(letter.tenant_id, letter.device_id)
        if device is None or letter.epoch is None or letter.lane is None or letter.seq is None:
            raise Refused(
                f"{letter.letter_id} cannot be taken again: {letter.error}; nobody knows which"
                " events it was, and a device sends what the hub did not acknowledge again"
            )
        if letter.error == CONFLICT:
            raise Refused(
                f"{letter.letter_id} cannot be taken: {CONFLICT}; book what it says by hand",
                status=409,
            )
        key = (letter.tenant_id, letter.device_id, letter.epoch, letter.lane)
        events = {event.seq: event for event in _dead_events(session, letter)}
        records = _records(letter, events, body, self._projector.identities)
        if events and any(event.kind == UNDECODABLE for event in events.values()):
            unit.clocks.meet(device, records)
        for record in records:
            event = events.get(record.seq)
            if event is None:
                continue
            shift = _known_shift(event) or unit.clocks.shift(device, record.stamp)
            unit.note_shifted(key, device, record, event.received_at, shift)
        unit.finish()
        return _settle(letter, unit, key, events)


def _dead_events(session: Session, letter: DeadLetter) -> Sequence[StoredEvent]:
    """The events that the letter stands for and that are still dead."""
    query = sa.select(StoredEvent).where(
        StoredEvent.tenant_id == letter.tenant_id,
        StoredEvent.device_id == letter.device_id,
        StoredEvent.epoch == letter.epoch,
        StoredEvent.lane == letter.lane,
        StoredEvent.outcome == Outcome.DEAD.value,
    )
    if _is_batch(letter):
        query = query.where(
            StoredEvent.kind == UNDECODABLE, StoredEvent.received_at == letter.received_at
        )
    else:
        query = query.where(StoredEvent.seq == letter.seq)
    return session.scalars(query).all()


def _is_batch(letter: DeadLetter) -> bool:
    return letter.letter_id != f"{letter.device_id}/{letter.epoch}/{letter.lane}/{letter.seq}"


def _records(
    letter: DeadLetter,
    events: Mapping[int, StoredEvent],
    body: Mapping[str, Any] | None,
    keys: HandleKeys,
) -> Sequence[Arrived]:
    """The events of the letter, as this hub reads them. Raises Refused for what it cannot read."""
    if _is_batch(letter):
        if body is not None:
            raise Refused("a whole batch cannot be corrected, only taken again", status=422)
        try:
            return decode_batch(keys.opened_letter(letter.raw)).records
        except InvalidBatch as error:
            raise Refused(f"{letter.letter_id} still cannot be read: {error}") from error
    return [_corrected(event, said_by(letter, keys), body) for event in events.values()]


def _corrected(
    event: StoredEvent,
    said: Any,  # noqa: ANN401 - whatever a device said
    body: Mapping[str, Any] | None,
) -> Arrived:
    kind, version = event.kind, event.schema_version
    if not kind and isinstance(said, dict) and isinstance(said.get("kind"), str):
        # The record itself was malformed: what stood there is the record, not its body.
        kind, said = said["kind"], said.get("body")
    content = dict(body) if body is not None else said
    if kind not in EVENT_TYPES or not isinstance(content, dict):
        raise Refused(f"an event of kind {kind or 'unknown'} needs a body: give a corrected one")
    return Arrived(
        seq=event.seq,
        kind=kind,
        schema_version=version,
        stamp=Stamp(
            boot_id="", monotonic_ms=0, wall_at=event.recorded_at, clock=ClockState(event.clock)
        ),
        body=content,
    )


def _known_shift(event: StoredEvent) -> timedelta | None:
    shift = event.clock_shift_ms
    return None if shift is None else timedelta(milliseconds=shift)


def _settle(
    letter: DeadLetter, unit: UnitOfWork, key: tuple[str, str, int, int], events: Mapping[int, Any]
) -> int:
    """Writes what became of the events; how many were applied. Raises Refused if one is dead."""
    count = 0
    for seq, event in events.items():
        event_key: EventKey = (*key, seq)
        row = unit.rows.get(event_key)
        if row is None or row["outcome"] == Outcome.DEAD.value:
            reason = next((one["error"] for one in unit.letters if one["seq"] == seq), "not in it")
            raise Refused(f"{letter.letter_id} still cannot be taken: {reason}", status=422)
        kept = row | {"body": unit.work.identities.sealed(row["body"])}
        for name, value in kept.items():
            if name not in ("received_at", "store_id"):
                setattr(event, name, value)
        count += 1
    if not count:
        raise Refused(f"{letter.letter_id}: its events are not dead any more", status=409)
    return count
