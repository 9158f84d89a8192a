"""Outboxes that were put aside: damaged files, or gone with their disk. What can still be read of
them is sent after all, the rest is declared lost, so that every number the hub waits for is
accounted for.

Works on the agent's files, also beside a running agent: SQLite lets writers take turns.
"""

import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.core.arrivals import Range, RangeSet
from sync.core.errors import OutboxFull, OutboxUnusable
from sync.events import Lane
from sync.outbox.lane_books import (
    LaneKey,
    acknowledged,
    lane_keys,
    losses,
    next_seq,
    record_loss,
    waiting_spans,
)
from sync.outbox.losses import DAMAGED, GIVEN_UP
from sync.outbox.outbox_file import connect, migrate
from sync.outbox.quota import LOW_LANES_SHARE, fullness
from sync.outbox.settling import live_epoch
from sync.wire.batch import Loss

SETTLED = ".settled"
"""Ends the name of a file that was decided about; it is kept as evidence."""
READ_AT_ONCE = 500
NO_ROOM = (
    "what can still be read leaves too little room in {path}; let the agent send what waits first,"
    " or give a larger --quota-mb here and outbox_quota_mb in the device's profile"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideLane:
    """One lane of a file put aside: so many events were neither acknowledged nor lost, and of so
    many of these the bytes are whole."""

    epoch: int
    lane: Lane
    waiting: int
    readable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideFile:
    """A file put aside, with the lanes in which something waits. `is_readable`: it still says what
    its numbers were."""

    path: Path
    bytes: int
    lanes: tuple[AsideLane, ...]
    is_readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of what was put aside, in events: those that are sent now, those declared lost
    by the device's own books. The hub's answer may name more that are lost."""

    sent: int
    lost: int


def files_put_aside(path: Path) -> list[Path]:
    """The damaged files kept beside the outbox at `path` that nobody has decided about."""
    name = re.compile(re.escape(path.name) + r"\.damaged-\d+")
    return sorted(file for file in path.parent.iterdir() if name.fullmatch(file.name))


def look_aside(file: Path) -> AsideFile:
    """What a file put aside holds; changes nothing."""
    with closing(_open(file)) as source:
        books = _lane_books(source)
        lanes = tuple(
            AsideLane(
                epoch=book.key[0],
                lane=book.key[1],
                waiting=len(book.waiting),
                readable=sum(1 for _ in _whole_rows(source, book)),
            )
            for book in books
            if book.waiting
        )
    return AsideFile(path=file, bytes=file.stat().st_size, lanes=lanes, is_readable=bool(books))


def retry_aside(path: Path, *, quota_bytes: int) -> Decided:
    """Takes what can be read of the files put aside into the outbox at `path`, under the numbers
    it has, and declares the rest of them lost. A file of which nothing can be read stays.

    Raises OutboxFull where the room is needed for what is sold meanwhile; then nothing is changed.
    """
    return _decide(path, quota_bytes, keeps=True)


def give_up_aside(path: Path, *, quota_bytes: int) -> Decided:
    """Declares lost what waits in the files put aside, and whatever else the hub waits for from
    earlier outboxes of this device that this one does not hold."""
    return _decide(path, quota_bytes, keeps=False)


def _decide(path: Path, quota_bytes: int, *, keeps: bool) -> Decided:
    _require_sound(path)
    files = [file for file in files_put_aside(path) if not keeps or look_aside(file).is_readable]
    sent = lost = 0
    with closing(connect(path, quota_bytes=quota_bytes)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for file in files:
                taken = _take(connection, file, keeps=keeps)
                sent, lost = sent + taken.sent, lost + taken.lost
            if not keeps:
                _give_up_the_rest(connection)
            if sent and fullness(connection) > LOW_LANES_SHARE:
                raise OutboxFull(NO_ROOM.format(path=path))
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise OutboxFull(NO_ROOM.format(path=path)) from error
            raise OutboxUnusable(f"outbox {path}: {error}") from error
    for file in files:
        for suffix in ("", "-wal", "-shm"):
            part = file.with_name(file.name + suffix)
            if part.exists():
                part.rename(file.with_name(file.name + SETTLED + suffix))
    return Decided(sent=sent, lost=lost)


def _require_sound(path: Path) -> None:
    """Only the agent itself puts a file aside, and says so by an alarm."""
    try:
        migrate(path)
    except sqlite3.DatabaseError as error:
        raise OutboxUnusable(
            f"{path} cannot be used: {error}; if it is damaged, start the agent, which puts it"
            " aside, and try again"
        ) from error


def _take(connection: sqlite3.Connection, file: Path, *, keeps: bool) -> Decided:
    """Enters each lane of the file that the outbox does not know yet."""
    sent = lost = 0
    with closing(_open(file)) as source:
        for book in _lane_books(source):
            if book.next_seq == 1 or _is_known(connection, book.key):
                continue
            _mark(connection, book.key[0], DAMAGED if keeps else GIVEN_UP)
            rows = _whole_rows(source, book) if keeps else iter(())
            count = _take_lane(connection, book, rows, DAMAGED if keeps else GIVEN_UP)
            sent, lost = sent + count, lost + len(book.waiting) - count
    return Decided(sent=sent, lost=lost)


def _take_lane(
    connection: sqlite3.Connection,
    book: "_LaneBook",
    rows: Iterator[tuple[Any, ...]],
    reason: str,
) -> int:
    """How many of `rows` wait from now on; what else waited is lost."""
    key, waits, count = book.key, book.waiting.copy(), 0
    for row in rows:
        connection.execute(
            "INSERT INTO outbox VALUES(?,?,?,?,?,?,?,?,?,?,?)",
            (*key, *row[:3], _boot(connection, row[3:6]), *row[6:]),
        )
        count += waits.subtract(row[0], row[0])
    connection.execute(
        "INSERT INTO lane(epoch, lane, next_seq, waiting) VALUES(?,?,?,?)",
        (*key, book.next_seq, count),
    )
    connection.executemany(
        "INSERT INTO acknowledged VALUES(?,?,?,?)",
        [(*key, first, last) for first, last in book.acknowledged],
    )
    for loss in book.losses:
        record_loss(connection, key, [(loss.first, loss.last)], loss.bytes, loss.reason)
    record_loss(connection, key, waits.ranges(), 0, reason)
    return count


def _give_up_the_rest(connection: sqlite3.Connection) -> None:
    """Whatever the hub waits for of an epoch before the live one, it is told to wait no more: the
    next hello names every lane, the answer says what is missing, and that is declared lost."""
    for epoch in range(1, live_epoch(connection)):
        _mark(connection, epoch, GIVEN_UP)
        connection.executemany(
            "INSERT OR IGNORE INTO lane(epoch, lane, next_seq, waiting) VALUES(?,?,1,0)",
            [(epoch, lane) for lane in Lane],
        )


def _mark(connection: sqlite3.Connection, epoch: int, reason: str) -> None:
    connection.execute("INSERT OR IGNORE INTO to_settle VALUES(?,?)", (epoch, reason))


def _is_known(connection: sqlite3.Connection, key: LaneKey) -> bool:
    row = connection.execute("SELECT 1 FROM lane WHERE epoch=? AND lane=?", key).fetchone()
    return row is not None


def _boot(connection: sqlite3.Connection, boot: tuple[Any, ...]) -> int:
    """The number of a boot in this file, by its id and its anchor."""
    connection.execute(
        "INSERT OR IGNORE INTO boot(boot_id, anchor_ms, anchor_wall_ms) VALUES(?,?,?)", boot
    )
    row = connection.execute("SELECT id FROM boot WHERE boot_id=?", boot[:1]).fetchone()
    return int(row[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _LaneBook:
    """What a file says of one lane."""

    key: LaneKey
    next_seq: int
    acknowledged: RangeSet
    losses: tuple[Loss, ...]
    waiting: RangeSet


def _lane_books(source: sqlite3.Connection) -> list[_LaneBook]:
    """The lanes whose books can be read; none where not even their list can."""
    try:
        keys = lane_keys(source)
    except sqlite3.DatabaseError:
        return []
    found = []
    for key in keys:
        with suppress(sqlite3.DatabaseError):
            found.append(
                _LaneBook(
                    key=key,
                    next_seq=next_seq(source, key),
                    acknowledged=acknowledged(source, key),
                    losses=tuple(losses(source, key)),
                    waiting=RangeSet.of(waiting_spans(source, key)),
                )
            )
    return found


def _whole_rows(source: sqlite3.Connection, book: _LaneBook) -> Iterator[tuple[Any, ...]]:
    """What waits and can be read: seq, kind, schema version, the boot's id and anchor, and the rest
    of the row. Where a page is damaged, the numbers around it are asked for by ever fewer."""
    for first, last in book.waiting:
        for start in range(first, last + 1, READ_AT_ONCE):
            spans = [(start, min(last, start + READ_AT_ONCE - 1))]
            while spans:
                span = spans.pop()
                rows = _rows(source, book.key, span)
                if rows is None and span[0] < span[1]:
                    middle = (span[0] + span[1]) // 2
                    spans += [(middle + 1, span[1]), (span[0], middle)]
                yield from (row for row in rows or () if zlib.crc32(row[-1]) == row[-2])


def _rows(source: sqlite3.Connection, key: LaneKey, span: Range) -> list[tuple[Any, ...]] | None:
    """None where a page of them is damaged."""
    try:
        return source.execute(
            "SELECT seq, kind, schema_version, boot_id, anchor_ms, anchor_wall_ms, monotonic_ms,"
            " wall_ms, trusted, crc, body FROM outbox JOIN boot ON boot.id = boot"
            " WHERE epoch=? AND lane=? AND seq BETWEEN ? AND ? ORDER BY seq",
            (*key, *span),
        ).fetchall()
    except sqlite3.DatabaseError:
        return None


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)
