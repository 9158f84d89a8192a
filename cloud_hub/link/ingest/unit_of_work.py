"""One ingest transaction in the making: what its messages say, applied and kept at its end."""

import hashlib
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from cloud_hub.core.hub import Hub
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.projection import EventKey, Fact, Outcome, Projecting, Projections
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.link.ingest.clock_correction import MILLISECOND, Clocks, moved_body, moved_stamp
from cloud_hub.link.ingest.lane_state import LaneBooks, LaneKey
from cloud_hub.link.ingest.offers import Greeted
from cloud_hub.link.ingest.rejections import RejectionKey, note_refusals, refusal
from cloud_hub.link.ingest.tally import Tally
from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.master_data.lookups import known_zones
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.device import first_problem
from device_profiles.values.bounds import keepable
from sync.events import EVENT_TYPES, EventBody, LossDeclared, occurred_at
from sync.wire.batch import Arrived, Loss

log = logging.getLogger(__name__)

UNAPPLIED = "it could not be applied; the hub's log says why"
UNDECODABLE = "undecodable"
"""Kind under which the events of a batch that could not be unpacked are kept."""


@dataclass(slots=True, kw_only=True)
class UnitOfWork:
    """The transaction. `condemned` events are buried unread: they are known to break it."""

    books: LaneBooks
    work: Projecting
    projections: Projections
    condemned: frozenset[EventKey]
    tally: Tally = field(default_factory=Tally)
    facts: dict[str, list[Fact[Any]]] = field(default_factory=dict)
    rows: dict[EventKey, dict[str, Any]] = field(default_factory=dict)
    letters: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[RejectionKey, int] = field(default_factory=dict)
    greeted: dict[tuple[str, str], Greeted] = field(default_factory=dict)
    """Devices welcomed in this transaction, by tenant and device."""
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        """The devices' clocks belong to the same transaction."""
        self.clocks = Clocks(self.work.session, self.work.now)

    def note(self, key: LaneKey, device: DeviceRow, record: Arrived, received_at: datetime) -> None:
        """Notes one new event: as a fact, as unknown, or as a dead letter."""
        self.note_shifted(key, device, record, received_at, self.clocks.shift(device, record.stamp))

    def note_shifted(
        self,
        key: LaneKey,
        device: DeviceRow,
        record: Arrived,
        received_at: datetime,
        shift: timedelta | None,
    ) -> None:
        """Notes one event whose device's clock was off by `shift`, if that is known."""
        event_key = (*key, record.seq)
        self.rows[event_key] = row = _row(key, device, record, received_at)
        if shift is not None:
            row["occurred_at"] += shift
            row["clock_shift_ms"] = shift // MILLISECOND
        self.tally.by_kind[record.kind] = self.tally.by_kind.get(record.kind, 0) + 1
        if record.problem is not None:
            self._bury(event_key, record.problem, record.raw)
        elif event_key in self.condemned:
            self._bury(event_key, UNAPPLIED, record.body)
        else:
            self._understand(key, record, row, shift)

    def _understand(
        self, key: LaneKey, record: Arrived, row: dict[str, Any], shift: timedelta | None
    ) -> None:
        model = EVENT_TYPES.get(record.kind)
        if model is None or record.schema_version > model.schema_version:
            row["outcome"] = Outcome.UNKNOWN.value
            self.tally.unknown += 1
            return
        try:
            body = model.model_validate(record.body)
        except ValidationError as error:
            self._bury((*key, record.seq), first_problem(error), record.body)
            return
        stamp = record.stamp
        if shift is not None:
            zone = self.work.zones[row["tenant_id"], row["store_id"]]
            body = moved_body(body, stamp.wall_at, shift, zone)
            stamp = moved_stamp(stamp, shift)
        row["occurred_at"] = occurred_at(body, stamp)
        if isinstance(body, LossDeclared):
            self.books.lose((*key[:2], body.lost_epoch, int(body.lost_lane)), [_loss(body)])
        is_history = record.seq < self.books.opening(key)
        fact = _fact(row, body, is_history=is_history)
        self.facts.setdefault(record.kind, []).append(fact)

    def _bury(self, key: EventKey, error: str, said: object) -> None:
        """The event is kept as a dead letter, whole, with what is wrong with it."""
        row = self.rows[key]
        row["outcome"], row["body"] = Outcome.DEAD.value, {}
        self.tally.dead += 1
        raw = json.dumps(said, default=str).encode()
        self.letters.append(_letter(key, row["store_id"], raw, error, row["received_at"]))

    def bury_kept(
        self, key: EventKey, store_id: str, raw: bytes, error: str, received_at: datetime
    ) -> None:
        """An event whose row is here already becomes a dead letter; its row is the caller's."""
        self.tally.dead += 1
        self.letters.append(_letter(key, store_id, raw, error, received_at))

    def refuse(self, tenant_id: str, topic: str, reason: str) -> None:
        """Counts a message that its sender may not send, or that nobody can read."""
        self.tally.refused += 1
        name = refusal(tenant_id, topic, reason)
        self.refused[name] = self.refused.get(name, 0) + 1
        log.warning("refused a message of %s: %s", topic, reason, extra={"action": "refused"})

    def bury_batch(
        self, device: DeviceRow, payload: bytes, error: str, keys: list[EventKey], at: datetime
    ) -> None:
        """A batch that cannot be read is one dead letter; `keys` are its numbers, if it has any."""
        first = keys[0] if keys else None
        self.letters.append(
            {
                "tenant_id": device.tenant_id,
                "letter_id": f"{device.device_id}/{hashlib.sha256(payload).hexdigest()}",
                "device_id": device.device_id,
                "store_id": device.store_id,
                "epoch": first[2] if first else None,
                "lane": first[3] if first else None,
                "seq": first[4] if first else None,
                "raw": payload,
                "error": keepable(error),
                "received_at": at,
                "replayed_at": None,
            }
        )
        self.tally.dead += max(1, len(keys))
        for key in keys:
            self.rows[key] = _empty_row(key, device, at)

    def finish(self) -> None:
        """Applies every fact, keeps every event, writes the books."""
        self.work.session.flush()
        self.projections.apply(self.work, self.facts)
        for key, outcome in self.work.outcomes.items():
            if outcome is Outcome.DEAD:
                self._bury(key, self.work.errors[key], self.rows[key]["body"])
            else:
                self.rows[key]["outcome"] = outcome.value
        seal = self.work.identities.sealed
        kept = [
            row if (body := seal(row["body"])) is row["body"] else row | {"body": body}
            for row in self.rows.values()
        ]
        insert_new(self.work.session, StoredEvent, kept)
        sealed = self.work.identities.sealed_letter
        letters = [letter | {"raw": sealed(letter["raw"])} for letter in self.letters]
        insert_new(self.work.session, DeadLetter, letters)
        if self.refused:
            note_refusals(self.work.session, self.refused, self.work.now)
        self.books.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class Projector:
    """What applying events needs beside a transaction."""

    identities: HandleKeys
    pictures: Pictures
    projections: Projections

    @classmethod
    def of(cls, hub: Hub, projections: Projections) -> "Projector":
        """With the hub's own keys and pictures."""
        return cls(
            identities=HandleKeys(hub.secrets), pictures=hub.pictures, projections=projections
        )

    def begin(
        self, session: Session, now: datetime, condemned: frozenset[EventKey] = frozenset()
    ) -> UnitOfWork:
        """A transaction in the making, in `session`."""
        work = Projecting(
            session=session,
            identities=self.identities,
            pictures=self.pictures,
            now=now,
            zones=known_zones(session),
        )
        return UnitOfWork(
            books=LaneBooks(session, now),
            work=work,
            projections=self.projections,
            condemned=condemned,
        )


def _letter(
    key: EventKey, store_id: str, raw: bytes, error: str, received_at: datetime
) -> dict[str, Any]:
    return {
        "tenant_id": key[0],
        "letter_id": "/".join(str(part) for part in key[1:]),
        "device_id": key[1],
        "store_id": store_id,
        "epoch": key[2],
        "lane": key[3],
        "seq": key[4],
        "raw": raw,
        "error": keepable(error),
        "received_at": received_at,
        "replayed_at": None,
    }


def _fact(row: dict[str, Any], body: EventBody, *, is_history: bool) -> Fact[Any]:
    """The fact that a kept event states."""
    return Fact(
        tenant_id=row["tenant_id"],
        store_id=row["store_id"],
        device_id=row["device_id"],
        epoch=row["epoch"],
        lane=row["lane"],
        seq=row["seq"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        body=body,
        is_history=is_history,
    )


def _loss(body: LossDeclared) -> Loss:
    return Loss(first=body.first, last=body.last, bytes=body.bytes, reason=body.reason)


def _row(key: LaneKey, device: DeviceRow, record: Arrived, received_at: datetime) -> dict[str, Any]:
    return {
        "tenant_id": key[0],
        "device_id": key[1],
        "epoch": key[2],
        "lane": key[3],
        "seq": record.seq,
        "store_id": device.store_id,
        "kind": record.kind,
        "schema_version": record.schema_version,
        "occurred_at": record.stamp.wall_at,
        "recorded_at": record.stamp.wall_at,
        "received_at": received_at,
        "clock": str(record.stamp.clock),
        "clock_shift_ms": None,
        "body": record.body,
        "outcome": Outcome.APPLIED.value,
    }


def _empty_row(key: EventKey, device: DeviceRow, at: datetime) -> dict[str, Any]:
    return {
        "tenant_id": key[0],
        "device_id": key[1],
        "epoch": key[2],
        "lane": key[3],
        "seq": key[4],
        "store_id": device.store_id,
        "kind": UNDECODABLE,
        "schema_version": 1,
        "occurred_at": at,
        "recorded_at": at,
        "received_at": at,
        "clock": "untrusted",
        "clock_shift_ms": None,
        "body": {},
        "outcome": Outcome.DEAD.value,
    }
