"""Bringing the outbox in line with the hub: acknowledgements, its answer to a hello, new epochs.

Functions over a connection; whoever calls them holds the transaction.
"""

import sqlite3
import zlib
from dataclasses import dataclass

from sync.core.arrivals import Range, RangeSet
from sync.events import Lane, LossDeclared
from sync.outbox.lane_books import (
    LaneKey,
    acknowledged,
    losses,
    next_seq,
    record_loss,
    save_acknowledged,
)
from sync.outbox.losses import FORGOTTEN, OLDER_COPY
from sync.outbox.quota import keep, kept_spans, unkeep
from sync.wire.messages import HelloAnswer, LaneKnown


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a hub's answer changed, in events. `renewed`: the file turned out to be an older copy,
    and goes on under a new epoch. `closed`: what had been put aside is settled with the hub."""

    acknowledged: int
    rewound: int
    lost: int
    renewed: bool
    closed: bool


def begin_epoch(connection: sqlite3.Connection, epoch: int, nonce: str) -> None:
    """A new incarnation, all lanes at 1."""
    connection.execute("INSERT INTO epoch VALUES(?,?)", (epoch, nonce))
    connection.executemany(
        "INSERT INTO lane(epoch, lane, next_seq, waiting, unmet_from) VALUES(?,?,1,0,1)",
        [(epoch, lane) for lane in Lane],
    )


def acknowledge(
    connection: sqlite3.Connection, key: LaneKey, ranges: list[Range], age_s: float
) -> int:
    """How many waiting rows the hub's `ranges` cover; they are kept for a while from now on."""
    before = acknowledged(connection, key)
    after = before.copy()
    lost = RangeSet.of((loss.first, loss.last) for loss in losses(connection, key))
    produced = next_seq(connection, key) - 1
    fresh: list[Range] = []
    for first, last in ranges:
        for gap_first, gap_last in after.missing(first, min(last, produced)):
            fresh += lost.missing(gap_first, gap_last)
            after.add(gap_first, gap_last)
    save_acknowledged(connection, key, before, after)
    keep(connection, key, fresh, age_s)
    count = sum(last - first + 1 for first, last in fresh)
    connection.execute("UPDATE lane SET waiting=waiting-? WHERE epoch=? AND lane=?", (count, *key))
    return count


def is_behind(connection: sqlite3.Connection, answer: HelloAnswer) -> bool:
    """Whether the hub knows later events of the live epoch than this file: an older copy."""
    return any(
        known.highest >= next_seq(connection, (known.epoch, known.lane))
        for known in answer.lanes
        if known.epoch == live_epoch(connection)
    )


def live_epoch(connection: sqlite3.Connection) -> int:
    """The epoch that new events get."""
    return int(connection.execute("SELECT max(epoch) FROM epoch").fetchone()[0])


def apply_answer(
    connection: sqlite3.Connection, answer: HelloAnswer, age_s: float, *, renewed: bool
) -> Settlement:
    """Acknowledge what the hub has, send again what it lacks, own up to what is gone."""
    done = rewound = lost = 0
    for known in answer.lanes:
        key = (known.epoch, known.lane)
        produced = next_seq(connection, key) - 1
        missing = RangeSet.of(known.missing)
        arrived = [*_received(connection, known, produced), *known.arrived]
        done += acknowledge(connection, key, arrived, age_s)
        again, gone = _take_back(connection, key, missing)
        rewound += again
        lost += gone + _own_up(connection, known, produced)
    if rewound:
        # A hub that was put back lacks pictures, too: those still here are offered once more.
        connection.execute("UPDATE media SET uploaded=0 WHERE uploaded=1")
    connection.execute("UPDATE lane SET unmet_from=NULL")
    closed = connection.executemany(
        "DELETE FROM to_settle WHERE epoch=?",
        [(epoch,) for epoch in {k.epoch for k in answer.lanes}],
    ).rowcount
    return Settlement(
        acknowledged=done, rewound=rewound, lost=lost, renewed=renewed, closed=closed > 0
    )


def _received(connection: sqlite3.Connection, known: LaneKnown, produced: int) -> list[Range]:
    """What of this file the hub has. It counts what it was told is lost as not missing, too."""
    last = min(produced, known.highest)
    if last < 1:
        return []
    not_here = RangeSet.of(known.missing)
    for loss in losses(connection, (known.epoch, known.lane)):
        not_here.add(loss.first, loss.last)
    return not_here.missing(1, last)


def _take_back(connection: sqlite3.Connection, key: LaneKey, missing: RangeSet) -> tuple[int, int]:
    """A restored hub lacks what it had acknowledged: rows still kept wait again, the rest is lost.
    Counts of both."""
    before = acknowledged(connection, key)
    after = before.copy()
    kept = kept_spans(connection, key)
    again: list[Range] = []
    gone: list[Range] = []
    for first, last in missing:
        for known_first, known_last in before.inside(first, last):
            after.subtract(known_first, known_last)
            again += kept.inside(known_first, known_last)
            gone += kept.missing(known_first, known_last)
    if not again and not gone:
        return 0, 0
    save_acknowledged(connection, key, before, after)
    unkeep(connection, key, again)
    count = sum(last - first + 1 for first, last in again)
    connection.execute("UPDATE lane SET waiting=waiting+? WHERE epoch=? AND lane=?", (count, *key))
    record_loss(connection, key, gone, 0, FORGOTTEN)
    return count, sum(last - first + 1 for first, last in gone)


def _own_up(connection: sqlite3.Connection, known: LaneKnown, produced: int) -> int:
    """Declare lost what the hub heard of and this file never had: it was damaged or restored."""
    key = (known.epoch, known.lane)
    beyond = [(max(first, produced + 1), last) for first, last in known.missing if last > produced]
    if not beyond:
        return 0
    # The device did produce them: its books of that epoch end where the hub's do.
    connection.execute(
        "INSERT INTO lane(epoch, lane, next_seq, waiting) VALUES(?,?,?,0)"
        " ON CONFLICT DO UPDATE SET next_seq=excluded.next_seq",
        (*key, known.highest + 1),
    )
    received = RangeSet.of(known.missing).missing(produced + 1, known.highest)
    before = acknowledged(connection, key)
    after = before.copy()
    for first, last in received:
        after.add(first, last)
    save_acknowledged(connection, key, before, after)
    put_aside = connection.execute("SELECT reason FROM to_settle WHERE epoch=?", key[:1]).fetchone()
    record_loss(connection, key, beyond, 0, put_aside[0] if put_aside else OLDER_COPY)
    return sum(last - first + 1 for first, last in beyond)


def renew_epoch(connection: sqlite3.Connection, epoch: int, nonce: str) -> None:
    """Begin `epoch` and move into it, renumbered from 1, what was appended since the hub was last
    met: nobody can have seen those events under their old numbers."""
    old = live_epoch(connection)
    rows = connection.execute(
        "SELECT lane, unmet_from, next_seq FROM lane WHERE epoch=? AND unmet_from<next_seq", (old,)
    ).fetchall()
    begin_epoch(connection, epoch, nonce)
    for lane, unmet_from, following in rows:
        _move(connection, (old, Lane(lane)), epoch, unmet_from, following)
    _renumber_declared(connection, old, epoch, {lane: start for lane, start, _ in rows})
    connection.execute("UPDATE lane SET unmet_from=NULL WHERE epoch<?", (epoch,))


def _move(
    connection: sqlite3.Connection, key: LaneKey, epoch: int, start: int, following: int
) -> None:
    moved = connection.execute(
        "UPDATE outbox SET epoch=?, seq=seq-? WHERE epoch=? AND lane=? AND seq>=?",
        (epoch, start - 1, *key, start),
    ).rowcount
    connection.execute(
        "UPDATE dead_letter SET epoch=?, seq=seq-? WHERE epoch=? AND lane=? AND seq>=?",
        (epoch, start - 1, *key, start),
    )
    spans = connection.execute(
        "SELECT id, first, last, bytes, reason FROM loss WHERE epoch=? AND lane=? AND last>=?",
        (*key, start),
    ).fetchall()
    for row_id, first, last, size, reason in spans:
        connection.execute("DELETE FROM loss WHERE id=?", (row_id,))
        if first < start:
            record_loss(connection, key, [(first, start - 1)], 0, reason)
        shifted = (max(first, start) - start + 1, last - start + 1)
        record_loss(connection, (epoch, key[1]), [shifted], size, reason)
    connection.execute(
        "UPDATE lane SET next_seq=?, waiting=waiting-? WHERE epoch=? AND lane=?",
        (start, moved, *key),
    )
    connection.execute(
        "UPDATE lane SET next_seq=?, waiting=waiting+? WHERE epoch=? AND lane=?",
        (following - start + 1, moved, epoch, key[1]),
    )


def _renumber_declared(
    connection: sqlite3.Connection, old: int, epoch: int, starts: dict[int, int]
) -> None:
    """Loss records that moved speak of numbers that moved too."""
    rows = connection.execute(
        "SELECT lane, seq, body FROM outbox WHERE epoch=? AND kind=?", (epoch, LossDeclared.kind)
    ).fetchall()
    for lane, seq, raw in rows:
        loss = LossDeclared.model_validate_json(raw)
        start = starts.get(loss.lost_lane)
        if loss.lost_epoch != old or start is None or loss.last < start:
            continue
        moved = {
            "lost_epoch": epoch,
            "first": max(loss.first, start) - start + 1,
            "last": loss.last - start + 1,
        }
        body = loss.model_copy(update=moved).model_dump_json().encode()
        connection.execute(
            "UPDATE outbox SET body=?, crc=? WHERE epoch=? AND lane=? AND seq=?",
            (body, zlib.crc32(body), epoch, lane, seq),
        )
