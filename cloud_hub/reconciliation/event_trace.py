"""Where one record is, by its number: received and what became of it, lost and why, or waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.projection import Outcome
from cloud_hub.core.trace import KeptEvent, Traces
from cloud_hub.link.ingest.unit_of_work import UNDECODABLE
from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, declared_losses, with_times
from cloud_hub.reconciliation.device_trace import is_named
from cloud_hub.reconciliation.lane_accounts import LaneAccount, audit_link
from device_profiles.values.bounds import NUMBER_MAX
from sync.events import Lane

LETTERS_SHOWN = 20
MOST_TOGETHER = 100
"""A batch holds no more."""


class Fate(StrEnum):
    """Where a record is, or what became of it."""

    APPLIED = "applied"
    REPEATED = "repeated"
    KEPT_RAW = "kept-raw"
    DEAD_LETTER = "dead-letter"
    LOST = "lost"
    WAITING = "waiting"
    ASTRAY = "astray"
    NEVER_PRODUCED = "never-produced"


_OUTCOMES = {
    Outcome.APPLIED: Fate.APPLIED,
    Outcome.REPEATED: Fate.REPEATED,
    Outcome.UNKNOWN: Fate.KEPT_RAW,
    Outcome.DEAD: Fate.DEAD_LETTER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordName:
    """`device/epoch/lane/seq`: a record's identity within its chain."""

    device: str
    epoch: int
    lane: Lane
    seq: int

    def __str__(self) -> str:
        """As letters and facts name it."""
        return f"{self.device}/{self.epoch}/{int(self.lane)}/{self.seq}"

    @classmethod
    def read(cls, text: str) -> "RecordName":
        """From `s01-till/1/sale/17` or `s01-till/1/0/17`. Raises Refused."""
        try:
            device, epoch, lane, seq = text.strip().split("/")
            number = Lane(int(lane)) if lane.isdecimal() else Lane[lane.upper()]
            name = cls(device=device, epoch=int(epoch), lane=number, seq=int(seq))
        except (ValueError, KeyError):
            name = None
        if (
            name is None
            or not name.device
            or not 1 <= name.epoch <= NUMBER_MAX
            or not 1 <= name.seq <= NUMBER_MAX
        ):
            lanes = ", ".join(lane.name.lower() for lane in Lane)
            raise Refused(
                f"{text!r} names no record; write DEVICE/EPOCH/LANE/NUMBER, for example"
                f" s01-till/1/sale/17 (lanes: {lanes})",
                status=422,
            )
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class EventArrival:
    """How a record came: its kind, when it was recorded and received, the unbroken numbers that
    came in the same moment (its batch), and by name what was made of it."""

    kind: str
    recorded_at: datetime
    received_at: datetime
    first: int
    last: int
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """Where one record is. `letters` are the dead letters under its number (id, reason); `said_at`
    is when the device last spoke of the lane, `produced` the lane's last number as it said then;
    `is_named`: its latest hello still spoke of it."""

    name: RecordName
    place: Fate
    arrival: EventArrival | None = None
    loss: DeclaredLoss | None = None
    letters: tuple[tuple[str, str], ...] = ()
    said_at: datetime | None = None
    produced: int = 0
    is_named: bool = True


def place_of(session: Session, device: DeviceRow, name: RecordName, traces: Traces) -> RecordPlace:
    """Where the record `name` of `device` is; `traces` name what it became."""
    event = session.get(
        StoredEvent,
        (device.tenant_id, device.device_id, name.epoch, int(name.lane), name.seq),
    )
    letters = _letters(session, device, name, event)
    account = _account(session, device, name)
    said_at = account.claimed_at if account else None
    produced = account.produced if account else 0
    if event is not None:
        return RecordPlace(
            name=name,
            place=_OUTCOMES[Outcome(event.outcome)],
            arrival=_arrival(session, event, traces),
            letters=letters,
            said_at=said_at,
            produced=produced,
        )
    loss = _loss(session, device, name)
    return RecordPlace(
        name=name,
        place=_absent(account, name, loss),
        letters=letters,
        loss=loss,
        said_at=said_at,
        produced=produced,
        is_named=account is None or is_named(device, account),
    )


def _account(session: Session, device: DeviceRow, name: RecordName) -> LaneAccount | None:
    audit = audit_link(
        session,
        tenant_id=device.tenant_id,
        devices=[device.device_id],
        count_rows=False,
        by_epoch=True,
    )
    wanted = ((name.epoch,), int(name.lane))
    return next((one for one in audit.accounts if (one.epochs, one.lane_number) == wanted), None)


def _absent(account: LaneAccount | None, name: RecordName, loss: DeclaredLoss | None) -> Fate:
    if account is None or name.seq > account.produced:
        return Fate.NEVER_PRODUCED
    if loss is not None:
        return Fate.LOST
    waits = any(first <= name.seq <= last for _, first, last in account.waiting_ranges)
    return Fate.WAITING if waits else Fate.ASTRAY


def _arrival(session: Session, event: StoredEvent, traces: Traces) -> EventArrival:
    first, last = _together(session, event)
    return EventArrival(
        kind=event.kind,
        recorded_at=event.recorded_at + timedelta(milliseconds=event.clock_shift_ms or 0),
        received_at=event.received_at,
        first=first,
        last=last,
        facts=tuple(_facts(session, event, traces)),
    )


def _loss(session: Session, device: DeviceRow, name: RecordName) -> DeclaredLoss | None:
    losses = declared_losses(session, tenant_id=device.tenant_id, devices=[device.device_id])
    for loss in losses:
        is_here = (loss.epoch, loss.lane_number) == (name.epoch, int(name.lane))
        if is_here and loss.first <= name.seq <= loss.last:
            return with_times(session, [loss])[0]
    return None


def _letters(
    session: Session, device: DeviceRow, name: RecordName, event: StoredEvent | None
) -> tuple[tuple[str, str], ...]:
    """Letters under this number: the event's own, that of its batch, and of others that used it."""
    row = DeadLetter
    is_meant = row.seq == name.seq
    if event is not None and event.kind == UNDECODABLE:
        is_meant = sa.or_(is_meant, row.received_at == event.received_at)
    rows = session.execute(
        sa.select(row.letter_id, row.error)
        .where(
            row.tenant_id == device.tenant_id,
            row.device_id == device.device_id,
            row.epoch == name.epoch,
            row.lane == int(name.lane),
            row.replayed_at.is_(None),
            is_meant,
        )
        .order_by(row.letter_id)
        .limit(LETTERS_SHOWN)
    )
    return tuple((letter_id, error) for letter_id, error in rows)


def _together(session: Session, event: StoredEvent) -> tuple[int, int]:
    """The unbroken numbers around it that were received in the same moment: its batch."""
    row = StoredEvent
    seqs = session.scalars(
        sa.select(row.seq)
        .where(
            row.tenant_id == event.tenant_id,
            row.device_id == event.device_id,
            row.epoch == event.epoch,
            row.lane == event.lane,
            row.seq.between(event.seq - MOST_TOGETHER, event.seq + MOST_TOGETHER),
            row.received_at == event.received_at,
        )
        .order_by(row.seq)
    ).all()
    here = set(seqs)
    first = last = event.seq
    while first - 1 in here:
        first -= 1
    while last + 1 in here:
        last += 1
    return first, last


def _facts(session: Session, event: StoredEvent, traces: Traces) -> list[str]:
    """What the hub made of an applied event, by name."""
    if event.outcome != Outcome.APPLIED.value:
        return []
    kept = KeptEvent(
        tenant_id=event.tenant_id,
        store_id=event.store_id,
        event_id=f"{event.device_id}/{event.epoch}/{event.lane}/{event.seq}",
        body=event.body,
    )
    return traces[event.kind](session, kept) if event.kind in traces else []
