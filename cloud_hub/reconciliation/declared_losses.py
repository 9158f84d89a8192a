"""What devices declared lost: which numbers, why, when, how many, from which time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.text import Said, Text
from cloud_hub.link.tables import LostRange, ReceivedRange, StoredEvent
from device_profiles.names import Names
from sync.core.arrivals import RangeSet
from sync.events import Lane
from sync.outbox.losses import LOSS_REASONS, loss_words

TIMED_AT_MOST = 200
"""Losses whose neighbours are looked up; each costs two reads."""

LaneKey = tuple[str, str, int, int]
"""tenant, device, epoch, lane."""


def loss_reason(reason: str) -> Said:
    """What people call the reason that a device gave for a loss."""
    known = LOSS_REASONS.get(reason)
    return Text(known) if known else Names.same(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLoss:
    """One stretch of a lane that was given up for one reason, from its first declaration to its
    last. `events` of its numbers never came;
    what did come all the same is not counted. `after_at` and `before_at` are when the neighbours
    were recorded that are here: everything lost was recorded between them; None where none is."""

    tenant: str
    device: str
    epoch: int
    lane_number: int
    first: int
    last: int
    events: int
    bytes: int
    reason: str
    declared_at: datetime
    last_declared_at: datetime
    after_at: datetime | None = None
    before_at: datetime | None = None

    @property
    def lane(self) -> str:
        """The lane's name."""
        return Lane(self.lane_number).name.lower()

    @property
    def key(self) -> LaneKey:
        """Where its numbers count."""
        return self.tenant, self.device, self.epoch, self.lane_number

    def as_json(self) -> dict[str, Any]:
        """The shape that `aisle audit --json` prints and the API serves."""
        times = {"declared_at": self.declared_at, "after_at": self.after_at}
        times["before_at"] = self.before_at
        return {
            "device": self.device,
            "epoch": self.epoch,
            "lane": self.lane,
            "first": self.first,
            "last": self.last,
            "events": self.events,
            "bytes": self.bytes,
            "reason": self.reason,
            "reason_text": loss_words(self.reason),
            **{name: None if at is None else at.isoformat() for name, at in times.items()},
        }


def declared_losses(
    session: Session, *, tenant_id: str | None = None, devices: Iterable[str] | None = None
) -> list[DeclaredLoss]:
    """Every loss that still is one, by device, epoch, lane and number. A device may tell a loss
    again, and longer: what overlaps or touches for the same reason is one loss."""
    only = None if devices is None else list(devices)
    told: dict[LaneKey, list[LostRange]] = defaultdict(list)
    query = sa.select(LostRange).order_by(LostRange.first, LostRange.last.desc())
    for row in session.scalars(_narrow(query, LostRange, tenant_id, only)):
        told[row.tenant_id, row.device_id, row.epoch, row.lane].append(row)
    arrived = _arrived(session, told, tenant_id, only)
    return [loss for key in sorted(told) for loss in _lane_losses(told[key], arrived[key])]


def with_times(session: Session, losses: Sequence[DeclaredLoss]) -> list[DeclaredLoss]:
    """The losses with the times between which they were recorded; of the first few hundred."""
    return [
        replace(
            loss,
            after_at=_recorded_at(session, loss.key, before=loss.first),
            before_at=_recorded_at(session, loss.key, after=loss.last),
        )
        if number < TIMED_AT_MOST
        else loss
        for number, loss in enumerate(losses)
    ]


def _narrow(
    query: sa.Select[Any],
    table: type[LostRange] | type[ReceivedRange],
    tenant_id: str | None,
    only: list[str] | None,
) -> sa.Select[Any]:
    if tenant_id is not None:
        query = query.where(table.tenant_id == tenant_id)
    return query if only is None else query.where(table.device_id.in_(only))


def _arrived(
    session: Session,
    keys: Iterable[LaneKey],
    tenant_id: str | None,
    only: list[str] | None,
) -> dict[LaneKey, RangeSet]:
    """What was received of the lanes that lost something."""
    arrived = {key: RangeSet() for key in keys}
    if not arrived:
        return arrived
    query: sa.Select[Any] = sa.select(ReceivedRange)
    for row in session.scalars(_narrow(query, ReceivedRange, tenant_id, only)):
        known = arrived.get((row.tenant_id, row.device_id, row.epoch, row.lane))
        if known is not None:
            known.add(row.first, row.last)
    return arrived


def _lane_losses(rows: Sequence[LostRange], arrived: RangeSet) -> Iterator[DeclaredLoss]:
    settled = arrived.copy()
    for loss in _merged(rows):
        gone = settled.missing(loss.first, loss.last)
        settled.add(loss.first, loss.last)
        if gone:
            yield replace(loss, events=sum(last - first + 1 for first, last in gone))


def _merged(rows: Sequence[LostRange]) -> list[DeclaredLoss]:
    merged: list[DeclaredLoss] = []
    for row in rows:
        before = merged[-1] if merged else None
        if before is None or before.reason != row.reason or row.first > before.last + 1:
            merged.append(_loss(row))
            continue
        is_new = row.first > before.last
        merged[-1] = replace(
            before,
            last=max(before.last, row.last),
            bytes=before.bytes + row.bytes if is_new else max(before.bytes, row.bytes),
            declared_at=min(before.declared_at, row.declared_at),
            last_declared_at=max(before.last_declared_at, row.declared_at),
        )
    return merged


def _loss(row: LostRange) -> DeclaredLoss:
    return DeclaredLoss(
        tenant=row.tenant_id,
        device=row.device_id,
        epoch=row.epoch,
        lane_number=row.lane,
        first=row.first,
        last=row.last,
        events=row.last - row.first + 1,
        bytes=row.bytes,
        reason=row.reason,
        declared_at=row.declared_at,
        last_declared_at=row.declared_at,
    )


def _recorded_at(
    session: Session, key: LaneKey, *, before: int | None = None, after: int | None = None
) -> datetime | None:
    """When the nearest event that is here was recorded, its clock put right."""
    event = StoredEvent
    query = sa.select(event.recorded_at, event.clock_shift_ms).where(
        event.tenant_id == key[0],
        event.device_id == key[1],
        event.epoch == key[2],
        event.lane == key[3],
    )
    if before is not None:
        query = query.where(event.seq < before).order_by(event.seq.desc())
    else:
        query = query.where(event.seq > after).order_by(event.seq)
    row = session.execute(query.limit(1)).first()
    if row is None:
        return None
    recorded_at: datetime = row[0]
    return recorded_at + timedelta(milliseconds=row[1] or 0)
