"""The outbox's books: what was produced, acknowledged, lost and waits, per epoch and lane.

Functions over a connection; whoever calls them holds the transaction.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sync.core.arrivals import Range, RangeSet
from sync.events import Lane
from sync.outbox.outbox_file import BUSY_TIMEOUT_S
from sync.wire.batch import Loss

LaneKey = tuple[int, Lane]
"""epoch, lane"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBooks:
    """One lane of one epoch: produced = acknowledged + lost + waiting. `base` is the lowest
    number still waiting (the next one if none); `kept` of the acknowledged are still on disk."""

    epoch: int
    lane: Lane
    produced: int
    acknowledged: int
    lost: int
    waiting: int
    base: int
    kept: int

    @property
    def balanced(self) -> bool:
        """Whether every event is accounted for."""
        return self.produced == self.acknowledged + self.lost + self.waiting


def lane_keys(connection: sqlite3.Connection) -> list[LaneKey]:
    """Every (epoch, lane) in the file, oldest epoch first."""
    rows = connection.execute("SELECT epoch, lane FROM lane ORDER BY epoch, lane")
    return [(epoch, Lane(lane)) for epoch, lane in rows]


def acknowledged(connection: sqlite3.Connection, key: LaneKey) -> RangeSet:
    """What the hub has acknowledged."""
    return RangeSet.of(
        connection.execute("SELECT first, last FROM acknowledged WHERE epoch=? AND lane=?", key)
    )


def losses(connection: sqlite3.Connection, key: LaneKey, *, untold: bool = False) -> list[Loss]:
    """What was given up, in order; only what the hub has not confirmed when `untold`."""
    rows = connection.execute(
        "SELECT first, last, bytes, reason FROM loss WHERE epoch=? AND lane=? AND told<=?"
        " ORDER BY first",
        (*key, 0 if untold else 1),
    )
    return [Loss(first=f, last=n, bytes=size, reason=why) for f, n, size, why in rows]


def next_seq(connection: sqlite3.Connection, key: LaneKey) -> int:
    """The number the lane's next event will get; 1 for a lane that does not exist."""
    row = connection.execute("SELECT next_seq FROM lane WHERE epoch=? AND lane=?", key).fetchone()
    return row[0] if row else 1


def settled(connection: sqlite3.Connection, key: LaneKey) -> RangeSet:
    """Every number that need not be sent: acknowledged or lost."""
    done = acknowledged(connection, key)
    for loss in losses(connection, key):
        done.add(loss.first, loss.last)
    return done


def waiting_spans(connection: sqlite3.Connection, key: LaneKey) -> list[Range]:
    """The ranges still to be acknowledged, in order."""
    return settled(connection, key).missing(1, next_seq(connection, key) - 1)


def book(connection: sqlite3.Connection, key: LaneKey) -> LaneBooks:
    """One lane's books, each figure from its own record."""
    following, waiting = connection.execute(
        "SELECT next_seq, waiting FROM lane WHERE epoch=? AND lane=?", key
    ).fetchone()
    arrived = acknowledged(connection, key)
    lost = RangeSet.of((loss.first, loss.last) for loss in losses(connection, key))
    for first, last in arrived:
        # What arrived after it was given up has arrived.
        lost.subtract(first, last)
    done = arrived.copy()
    for first, last in lost:
        done.add(first, last)
    kept = connection.execute(
        "SELECT coalesce(sum(last - first + 1), 0) FROM kept WHERE epoch=? AND lane=?", key
    ).fetchone()[0]
    return LaneBooks(
        epoch=key[0],
        lane=key[1],
        produced=following - 1,
        acknowledged=len(arrived),
        lost=len(lost),
        waiting=waiting,
        base=done.watermark() + 1,
        kept=kept,
    )


def rows_waiting(connection: sqlite3.Connection, key: LaneKey) -> int:
    """Rows on disk that are not acknowledged, counted one by one: the slow check of `waiting`."""
    return int(
        connection.execute(
            "SELECT (SELECT count(*) FROM outbox WHERE epoch=:epoch AND lane=:lane)"
            " - (SELECT coalesce(sum(last - first + 1), 0) FROM kept"
            " WHERE epoch=:epoch AND lane=:lane)",
            {"epoch": key[0], "lane": key[1]},
        ).fetchone()[0]
    )


def save_acknowledged(
    connection: sqlite3.Connection, key: LaneKey, before: RangeSet, after: RangeSet
) -> None:
    """Write the difference between two states of the acknowledged ranges."""
    old, new = set(before), set(after)
    connection.executemany(
        "DELETE FROM acknowledged WHERE epoch=? AND lane=? AND first=?",
        [(*key, first) for first, _ in old - new],
    )
    connection.executemany(
        "INSERT INTO acknowledged VALUES(?,?,?,?)", [(*key, *pair) for pair in new - old]
    )


def record_loss(
    connection: sqlite3.Connection, key: LaneKey, spans: Iterable[Range], size: int, reason: str
) -> None:
    """Write down ranges that were given up; `size` bytes stand with the first."""
    for first, last in spans:
        _write_loss(connection, key, Loss(first=first, last=last, bytes=size, reason=reason))
        size = 0


def _write_loss(connection: sqlite3.Connection, key: LaneKey, loss: Loss) -> None:
    """Eviction takes the oldest first, so a loss usually continues the one before it."""
    row = connection.execute(
        "SELECT id FROM loss WHERE epoch=? AND lane=? AND last=? AND reason=? AND told=0",
        (*key, loss.first - 1, loss.reason),
    ).fetchone()
    if row:
        connection.execute(
            "UPDATE loss SET last=?, bytes=bytes+? WHERE id=?", (loss.last, loss.bytes, row[0])
        )
        return
    connection.execute(
        "INSERT INTO loss(epoch, lane, first, last, bytes, reason) VALUES(?,?,?,?,?,?)",
        (*key, loss.first, loss.last, loss.bytes, loss.reason),
    )


def read_books(path: Path) -> list[LaneBooks]:
    """The books of an outbox file that another process may be using; changes nothing in it.

    Raises sqlite3.Error if the file is no outbox.
    """
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
    try:
        return [book(connection, key) for key in lane_keys(connection)]
    finally:
        connection.close()
