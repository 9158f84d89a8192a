"""Events that an older hub could not read, read by this one: nothing a newer agent said is lost.

It runs before a hub starts. So one bad event costs only itself: it is buried with its reason, or
stays unread until the next start, and the rest is read.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.projection import EventKey, Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.isolation import isolated
from cloud_hub.link.ingest.unit_of_work import UNAPPLIED, Projector, UnitOfWork
from cloud_hub.link.tables import StoredEvent
from sync.events import EVENT_TYPES, ClockState, Stamp
from sync.wire.batch import Arrived

log = logging.getLogger(__name__)

PAGE_EVENTS = 500
NO_DEVICE = "its device is not in the master data any more"
KEY = (
    StoredEvent.tenant_id,
    StoredEvent.device_id,
    StoredEvent.epoch,
    StoredEvent.lane,
    StoredEvent.seq,
)


def replay_unknown(database: Database, projector: Projector, now: datetime) -> int:
    """How many events were kept as unknown and are understood now. Run at start.

    Raises what a database raises that is out of order, and nothing else.
    """
    replay = _Replay(database=database, projector=projector, now=now)
    while page := replay.readable():
        replay.take(page)
    if replay.understood:
        extra = {"action": "replayed"}
        log.info("%s events of newer agents are read now", replay.understood, extra=extra)
    return replay.understood


@dataclass(slots=True, kw_only=True)
class _Replay:
    """One going through of what is kept unread; `left` is how many events stay so."""

    database: Database
    projector: Projector
    now: datetime
    understood: int = 0
    left: int = 0

    def readable(self) -> Sequence[EventKey]:
        """The next unknown events of kinds and versions that this hub knows. Their keys alone are
        read: what else stands in a row may be what is bad."""
        known = [
            (StoredEvent.kind == kind) & (StoredEvent.schema_version <= model.schema_version)
            for kind, model in EVENT_TYPES.items()
        ]
        query = (
            sa.select(*KEY)
            .where(StoredEvent.outcome == Outcome.UNKNOWN.value, sa.or_(*known))
            .order_by(StoredEvent.received_at, StoredEvent.lane, StoredEvent.seq, *KEY[:3])
            # Whatever was settled is unknown no more, so those left stand before all others.
            .offset(self.left)
            .limit(PAGE_EVENTS)
        )
        with self.database.sessions() as session:
            found = session.execute(query)
            return [(chain, device, epoch, lane, seq) for chain, device, epoch, lane, seq in found]

    def take(self, keys: Sequence[EventKey]) -> None:
        """Reads some events; where they cannot be committed, each alone."""
        done = isolated(partial(self._read, keys), len(keys), "kept events")
        if done is not None:
            self.understood += done
        elif len(keys) > 1:
            for key in keys:
                self.take([key])
        else:
            self._put_away(keys[0])

    def _put_away(self, key: EventKey) -> None:
        """Buries an event that breaks its transaction: what its body says; where not even that can
        be read, what stands in its row."""
        what = "/".join(str(part) for part in key)
        for attempt in (partial(self._read, [key], frozenset([key])), partial(self._keep, key)):
            if isolated(attempt, 1, what) is not None:
                return
        self.left += 1
        log.error("event %s stays unread until the next start", what, extra={"action": "dropped"})

    def _read(self, keys: Sequence[EventKey], condemned: frozenset[EventKey] = frozenset()) -> int:
        """How many of these are understood; the others are buried."""
        with self.database.writing() as session:
            events = session.scalars(sa.select(StoredEvent).where(sa.tuple_(*KEY).in_(keys))).all()
            by_key = {_key(event): event for event in events}
            unit = self.projector.begin(session, self.now, condemned)
            _replay(unit, [by_key[key] for key in keys], self.projector.identities)
        return len(keys) - unit.tally.dead

    def _keep(self, key: EventKey) -> bool:
        is_it = sa.tuple_(*KEY) == key
        with self.database.writing() as session:
            kept = sa.select(StoredEvent.store_id, sa.cast(StoredEvent.body, sa.Text)).where(is_it)
            store_id, body = session.execute(kept).one()
            unit = self.projector.begin(session, self.now)
            unit.bury_kept(key, store_id, str(body).encode(), UNAPPLIED, self.now)
            unit.finish()
            dead = {"outcome": Outcome.DEAD.value, "body": {}}
            session.execute(sa.update(StoredEvent).where(is_it).values(dead))
        return True


def _key(event: StoredEvent) -> EventKey:
    return (event.tenant_id, event.device_id, event.epoch, event.lane, event.seq)


def _replay(unit: UnitOfWork, page: Sequence[StoredEvent], identities: HandleKeys) -> None:
    for event in page:
        device = unit.books.device(event.tenant_id, event.device_id)
        arrived = _arrived(event, identities)
        if device is None:
            raw = json.dumps(arrived.body).encode()
            unit.bury_kept(_key(event), event.store_id, raw, NO_DEVICE, event.received_at)
            continue
        shift = event.clock_shift_ms
        known = None if shift is None else timedelta(milliseconds=shift)
        unit.note_shifted(_key(event)[:4], device, arrived, event.received_at, known)
    unit.finish()
    for event in page:
        row = unit.rows.get(_key(event))
        if row is None or row["outcome"] == Outcome.DEAD.value:
            event.outcome, event.body = Outcome.DEAD.value, {}
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
