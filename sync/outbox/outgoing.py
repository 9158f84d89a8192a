"""What goes out: records of the outbox for a batch, and the lanes' state for a hello.

Functions over a connection that only reads.
"""

import sqlite3
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.events import ClockState, Stamp
from sync.outbox import lane_books
from sync.outbox.lane_books import LaneKey
from sync.outbox.quota import kept_spans
from sync.outbox.settling import live_epoch
from sync.wire.batch import MAX_RECORDS, Loss, Record
from sync.wire.messages import LaneState

LOSSES_IN_A_HEADER = 20
LOSSES_IN_A_HELLO = 500
EPOCH_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
"""Wall times are kept as milliseconds since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a batch needs: its records, and the lane's state to stand in its header."""

    records: tuple[Record, ...]
    base: int
    next_seq: int
    lost: tuple[Loss, ...]
    is_damaged: bool


def read_outgoing(connection: sqlite3.Connection, key: LaneKey, first: int, last: int) -> Outgoing:
    """The consecutive records from `first` up to `last`; fewer where one is gone or damaged."""
    rows = connection.execute(
        "SELECT seq, kind, schema_version, boot_id, monotonic_ms, wall_ms, trusted, crc, body"
        " FROM outbox JOIN boot ON boot.id = boot"
        " WHERE epoch=? AND lane=? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
        (*key, first, last, MAX_RECORDS),
    ).fetchall()
    records: list[Record] = []
    is_damaged = False
    for offset, row in enumerate(rows):
        is_damaged = zlib.crc32(row[8]) != row[7]
        if row[0] != first + offset or is_damaged:
            break
        records.append(_record(row))
    return Outgoing(
        records=tuple(records),
        base=lane_books.settled(connection, key).watermark() + 1,
        next_seq=lane_books.next_seq(connection, key),
        lost=tuple(lane_books.losses(connection, key, untold=True)[:LOSSES_IN_A_HEADER]),
        is_damaged=is_damaged and not records,
    )


def _record(row: tuple[Any, ...]) -> Record:
    stamp = Stamp(
        boot_id=row[3],
        monotonic_ms=row[4],
        wall_at=EPOCH_ZERO + timedelta(milliseconds=row[5]),
        clock=ClockState.TRUSTED if row[6] else ClockState.UNTRUSTED,
    )
    return Record(seq=row[0], kind=row[1], schema_version=row[2], stamp=stamp, body=row[8])


def lane_states(connection: sqlite3.Connection) -> list[LaneState]:
    """Every lane as a hello says it; finished ones of past epochs are left out, but for those that
    the hub must still be told of: somebody has decided about an outbox that was put aside."""
    told = {live_epoch(connection)}
    told.update(epoch for (epoch,) in connection.execute("SELECT epoch FROM to_settle"))
    states = [_lane_state(connection, key) for key in lane_books.lane_keys(connection)]
    return [
        state
        for state in states
        if state.epoch in told or state.oldest < state.next or _matters(connection, state)
    ]


def _lane_state(connection: sqlite3.Connection, key: LaneKey) -> LaneState:
    epoch, lane = key
    return LaneState(
        epoch=epoch,
        lane=lane,
        oldest=lane_books.settled(connection, key).watermark() + 1,
        next=lane_books.next_seq(connection, key),
        lost=tuple(lane_books.losses(connection, key)[:LOSSES_IN_A_HELLO]),
    )


def _matters(connection: sqlite3.Connection, state: LaneState) -> bool:
    """Whether a restored hub might ask for something of a past epoch."""
    return bool(state.lost) or bool(kept_spans(connection, (state.epoch, state.lane)))
