"""Events that an older hub could not read, read by this one: nothing a newer agent said is lost."""

import logging
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.projection import Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.unit_of_work import Projector, UnitOfWork
from cloud_hub.link.tables import StoredEvent
from sync.events import EVENT_TYPES, ClockState, Stamp
from sync.wire.batch import Arrived

log = logging.getLogger(__name__)

PAGE_EVENTS = 500


def replay_unknown(database: Database, projector: Projector, now: datetime) -> int:
    """How many events were kept as unknown and are understood now. Run at start."""
    count = 0
    while True:
        with database.writing() as session:
            page = _readable(session)
            if page:
                _replay(projector.begin(session, now), page, projector.identities)
        count += len(page)
        if len(page) < PAGE_EVENTS:
            break
    if count:
        log.info("%s events of newer agents are read now", count, extra={"action": "replayed"})
    return count


def _readable(session: Session) -> list[StoredEvent]:
    """Unknown events of kinds and versions that this hub knows."""
    known = [
        (StoredEvent.kind == kind) & (StoredEvent.schema_version <= model.schema_version)
        for kind, model in EVENT_TYPES.items()
    ]
    return list(
        session.scalars(
            sa.select(StoredEvent)
            .where(StoredEvent.outcome == Outcome.UNKNOWN.value, sa.or_(*known))
            .order_by(StoredEvent.received_at, StoredEvent.lane, StoredEvent.seq)
            .limit(PAGE_EVENTS)
        )
    )


def _replay(turn: UnitOfWork, page: list[StoredEvent], identities: HandleKeys) -> None:
    for event in page:
        device = turn.books.device(event.tenant_id, event.device_id)
        if device is not None:
            key = (event.tenant_id, event.device_id, event.epoch, event.lane)
            shift = event.clock_shift_ms
            known = None if shift is None else timedelta(milliseconds=shift)
            turn.note_shifted(key, device, _arrived(event, identities), event.received_at, known)
    turn.finish()
    for event in page:
        row: dict[str, Any] | None = turn.rows.get(
            (event.tenant_id, event.device_id, event.epoch, event.lane, event.seq)
        )
        if row is None:
            event.outcome = Outcome.DEAD.value
        else:
            event.outcome, event.occurred_at = row["outcome"], row["occurred_at"]


def _arrived(event: StoredEvent, identities: HandleKeys) -> Arrived:
    stamp = Stamp(
        boot_id="", monotonic_ms=0, wall_at=event.recorded_at, clock=ClockState(event.clock)
    )
    return Arrived(
        seq=event.seq,
        kind=event.kind,
        schema_version=event.schema_version,
        stamp=stamp,
        body=identities.opened(event.body),
    )
