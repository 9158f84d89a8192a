"""Where a device's records are: what it lost and why, what waits where, where one record is."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cloud_hub.core import wording
from cloud_hub.core.errors import Refused
from cloud_hub.core.text import Said
from cloud_hub.core.trace import Traces
from cloud_hub.master_data import place_tables as place
from cloud_hub.reconciliation.declared_losses import DeclaredLoss, loss_reason
from cloud_hub.reconciliation.device_trace import DevicePlaces, LanePlaces
from cloud_hub.reconciliation.event_trace import RecordName, place_of
from cloud_hub.reconciliation.event_trace_text import record_sentences
from cloud_hub.reconciliation.findings import LANE_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """A declared loss; `events` of its numbers never came. What was lost was recorded between
    `after_at` and `before_at`; None where nothing of that side is here."""

    epoch: int
    lane: int
    lane_name: Said
    first: int
    last: int
    events: int
    bytes: int
    reason: str
    reason_text: Said
    declared_at: datetime
    after_at: datetime | None
    before_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """Records of one lane that are not here. `is_named`: the device's last hello spoke of them;
    else they are in an outbox that it has put aside."""

    epoch: int
    lane_name: Said
    ranges: str
    events: int
    said_at: datetime | None
    is_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """Records that are here and that somebody should know of (`kept-raw`, `conflict`), or that are
    nowhere (`unaccounted`, `missing`)."""

    kind: str
    epoch: int
    lane_name: Said
    ranges: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuestion:
    """The record that a person asks for, `1/sale/17` or with the device before it, and what names
    that which the hub made of it."""

    text: str
    traces: Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAsked:
    """The record that was asked for and where it is, in words; or why that has no answer."""

    asked: str
    sentences: tuple[Said, ...]
    problem: str = ""


def loss_rows(places: DevicePlaces) -> tuple[LossRow, ...]:
    """Declared losses, the newest first."""
    rows = [_loss(loss) for loss in places.losses]
    return tuple(sorted(rows, key=lambda row: row.declared_at, reverse=True))


def _loss(loss: DeclaredLoss) -> LossRow:
    return LossRow(
        epoch=loss.epoch,
        lane=loss.lane_number,
        lane_name=LANE_NAMES[loss.lane_number],
        first=loss.first,
        last=loss.last,
        events=loss.events,
        bytes=loss.bytes,
        reason=loss.reason,
        reason_text=loss_reason(loss.reason),
        declared_at=loss.declared_at,
        after_at=loss.after_at,
        before_at=loss.before_at,
    )


def waiting_rows(places: DevicePlaces) -> tuple[WaitingRow, ...]:
    """What waits, by lane."""
    return tuple(
        WaitingRow(
            epoch=lane.epoch,
            lane_name=LANE_NAMES[lane.account.lane_number],
            ranges=_ranges(lane.account.waiting_ranges),
            events=lane.account.waiting,
            said_at=lane.account.claimed_at,
            is_named=lane.is_named,
        )
        for lane in places.lanes
        if lane.account.waiting
    )


def odd_rows(places: DevicePlaces) -> tuple[OddRow, ...]:
    """What adds up and yet should be known, and what does not add up."""
    rows = []
    for lane in places.lanes:
        account = lane.account
        for kind, events, ranges in (
            ("unaccounted", account.unaccounted, _ranges(account.unaccounted_ranges)),
            ("missing", account.missing_rows, ""),
            ("conflict", account.conflicts, ""),
            ("kept-raw", account.unknown, ""),
        ):
            if events:
                rows.append(_odd(lane, kind, events, ranges))
    return tuple(rows)


def _odd(lane: LanePlaces, kind: str, events: int, ranges: str) -> OddRow:
    name = LANE_NAMES[lane.account.lane_number]
    return OddRow(kind=kind, epoch=lane.epoch, lane_name=name, ranges=ranges, events=events)


RANGES_SHOWN = 6


def _ranges(ranges: tuple[tuple[int, int, int], ...]) -> str:
    told = [
        f"{first:,}" if first == last else f"{first:,}–{last:,}"
        for _, first, last in ranges[:RANGES_SHOWN]
    ]
    return ", ".join(told) + (" …" if len(ranges) > RANGES_SHOWN else "")


def asked_record(
    session: Session,
    device: place.DeviceRow,
    question: RecordQuestion | None,
    zone: ZoneInfo,
    now: datetime,
) -> RecordAsked | None:
    """Where the record is that a person asked for."""
    if question is None or not question.text.strip():
        return None
    asked = question.text.strip()
    is_whole = asked.startswith(f"{device.device_id}/")
    try:
        name = RecordName.read(asked if is_whole else f"{device.device_id}/{asked}")
    except Refused:
        return RecordAsked(asked=asked, sentences=(), problem="no-such-name")
    found = place_of(session, device, name, question.traces)
    told = record_sentences(found, lambda at: wording.clock(at, zone, now))
    return RecordAsked(asked=asked, sentences=tuple(told))
