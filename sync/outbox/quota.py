"""Room in the outbox: what is given up when its quota is reached, and what is never.

Acknowledged rows go first, then media, metrics and alerts, oldest first, each with a loss record
in the same transaction. Sales and results are never given up.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.core.arrivals import Range, RangeSet
from sync.events import Lane, LossDeclared
from sync.outbox.lane_books import LaneKey, record_loss

log = logging.getLogger(__name__)

LOW_LANES_SHARE = 0.8
"""Metrics and media may fill the outbox so far; the rest is for sales, alerts and results."""
RETENTION_S = 72 * 3600.0
SALE_RETENTION_S = 30 * 24 * 3600.0
EVICTED_AT_ONCE = 200
"""Rows given up together, so that one loss record stands for many."""
SPARE_PAGES = 24
"""Left free for the transaction's own pages and its loss records."""
FEWEST_ALERTS_EVICTED = 10
"""Fewer are not worth their own loss record, which is an alert too."""
EVICTION_ORDER = (Lane.MEDIA, Lane.METRIC, Lane.ALERT)
QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Pages:
    """How full the file is, in pages."""

    used: int
    limit: int
    page_bytes: int


def pages(connection: sqlite3.Connection) -> Pages:
    """The file's pages in use (free ones inside it left out) and the quota."""

    def ask(pragma: str) -> int:
        return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    return Pages(ask("page_count") - ask("freelist_count"), ask("max_page_count"), ask("page_size"))


def fullness(connection: sqlite3.Connection) -> float:
    """How much of the quota is used, 0..1: producers of metrics and media slow down at 0.8."""
    now = pages(connection)
    return now.used / now.limit


Declare = Callable[[LossDeclared], object]


def make_room(connection: sqlite3.Connection, lane: Lane, size: int, declare: Declare) -> bool:
    """Whether `size` more bytes of `lane` fit now, after giving up what may be given up for them.

    `declare` appends the loss to the outbox itself, within the same transaction.
    """
    needed = size // pages(connection).page_bytes + SPARE_PAGES
    share = 1.0 if lane < Lane.METRIC else LOW_LANES_SHARE
    while (now := pages(connection)).used + needed > now.limit * share:
        if drop_oldest_kept(connection) or _evict_one_lane(connection, lane, declare):
            continue
        return False
    return True


def _evict_one_lane(connection: sqlite3.Connection, lane: Lane, declare: Declare) -> bool:
    for victim in EVICTION_ORDER:
        if victim >= lane and evict_oldest(connection, victim, declare):
            return True
    return False


def evict_oldest(connection: sqlite3.Connection, lane: Lane, declare: Declare) -> bool:
    """Give up the oldest waiting rows of a lane; False if none waits."""
    row = connection.execute(
        "SELECT min(epoch) FROM lane WHERE lane=? AND waiting>0", (lane,)
    ).fetchone()
    if row[0] is None:
        return False
    key = (int(row[0]), lane)
    rows = connection.execute(
        "SELECT seq, length(body) FROM outbox WHERE epoch=? AND lane=? ORDER BY seq LIMIT ?",
        (*key, EVICTED_AT_ONCE),
    ).fetchall()
    if lane is Lane.ALERT and len(rows) < FEWEST_ALERTS_EVICTED:
        return False
    give_up(connection, key, rows, QUOTA, declare)
    return True


def give_up(
    connection: sqlite3.Connection,
    key: LaneKey,
    rows: Sequence[tuple[int, int]],
    reason: str,
    declare: Declare,
) -> None:
    """Delete waiting rows, (seq, bytes) each, and write their loss down, here and as an event of
    lane 1."""
    epoch, lane = key
    spans = RangeSet.of((seq, seq) for seq, _ in rows).ranges()
    size = sum(size for _, size in rows)
    connection.executemany(
        "DELETE FROM outbox WHERE epoch=? AND lane=? AND seq BETWEEN ? AND ?",
        [(*key, *span) for span in spans],
    )
    connection.execute(
        "UPDATE lane SET waiting=waiting-? WHERE epoch=? AND lane=?", (len(rows), *key)
    )
    record_loss(connection, key, spans, size, reason)
    log.warning(
        "gave up %s events of lane %s: %s",
        len(rows),
        lane.name.lower(),
        reason,
        extra={"action": "events-lost"},
    )
    for first, last in spans:
        declare(
            LossDeclared(
                lost_epoch=epoch, lost_lane=lane, first=first, last=last, bytes=size, reason=reason
            )
        )
        size = 0


def drop_oldest_kept(connection: sqlite3.Connection) -> bool:
    """Delete the longest acknowledged rows still kept, sales last; False if none is kept."""
    row = connection.execute(
        "SELECT id, epoch, lane, first, last FROM kept ORDER BY lane=0, id LIMIT 1"
    ).fetchone()
    if row is None:
        return False
    _drop_kept(connection, [row])
    return True


def drop_expired(connection: sqlite3.Connection, age_s: float) -> int:
    """Delete acknowledged rows kept for their time (30 days for sales, 72 h else); how many.

    `age_s` is the device's running time, never its wall clock.
    """
    rows = connection.execute(
        "SELECT id, epoch, lane, first, last FROM kept WHERE age_s < CASE lane WHEN 0 THEN ? ELSE ?"
        " END",
        (age_s - SALE_RETENTION_S, age_s - RETENTION_S),
    ).fetchall()
    _drop_kept(connection, rows)
    return sum(last - first + 1 for _, _, _, first, last in rows)


def _drop_kept(connection: sqlite3.Connection, rows: list[tuple[int, int, int, int, int]]) -> None:
    connection.executemany(
        "DELETE FROM outbox WHERE epoch=? AND lane=? AND seq BETWEEN ? AND ?",
        [row[1:] for row in rows],
    )
    connection.executemany("DELETE FROM kept WHERE id=?", [(row[0],) for row in rows])


def kept_spans(connection: sqlite3.Connection, key: LaneKey) -> RangeSet:
    """Acknowledged rows that are still on disk."""
    return RangeSet.of(
        connection.execute("SELECT first, last FROM kept WHERE epoch=? AND lane=?", key)
    )


def keep(connection: sqlite3.Connection, key: LaneKey, spans: list[Range], age_s: float) -> None:
    """Note that rows just acknowledged stay for a while."""
    connection.executemany(
        "INSERT INTO kept(epoch, lane, first, last, age_s) VALUES(?,?,?,?,?)",
        [(*key, *span, age_s) for span in spans],
    )


def unkeep(connection: sqlite3.Connection, key: LaneKey, spans: list[Range]) -> None:
    """Take rows out of the kept ones: they wait again."""
    rows = connection.execute(
        "SELECT id, first, last, age_s FROM kept WHERE epoch=? AND lane=?", key
    ).fetchall()
    for row_id, first, last, age_s in rows:
        left = RangeSet.of([(first, last)])
        if not sum(left.subtract(*span) for span in spans):
            continue
        connection.execute("DELETE FROM kept WHERE id=?", (row_id,))
        keep(connection, key, left.ranges(), age_s)
