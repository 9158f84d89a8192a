"""The outbox: every event is on disk here before anybody is told so, until the hub has it.

One SQLite file per device, WAL, `synchronous=FULL`. Sequence numbers are gapless per lane and
assigned in the transaction of the business write.
"""

import logging
import secrets
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from sync.core.arrivals import Range
from sync.core.clock import Clock
from sync.core.errors import OutboxFull, OutboxUnusable, RecordTooBig
from sync.events import Alarm, AlarmState, ClockState, EventBody, Lane, LossDeclared, Stamp
from sync.outbox import lane_books, quota
from sync.outbox.boots import MILLISECOND, Boot, anchors_before, known_boots, note_boot
from sync.outbox.lane_books import LaneBooks, LaneKey
from sync.outbox.outbox_file import connect, last_epoch, prepare, remember_epoch
from sync.outbox.outgoing import EPOCH_ZERO, Outgoing, lane_states, read_outgoing
from sync.outbox.settling import (
    Settlement,
    acknowledge,
    apply_answer,
    begin_epoch,
    is_behind,
    live_epoch,
    renew_epoch,
)
from sync.wire.batch import MAX_PAYLOAD_BYTES, packed_bytes
from sync.wire.messages import RUNS_TOLD, BootAnchor, HelloAnswer, LaneState

log = logging.getLogger(__name__)

BODY_BYTES_UNCHECKED = MAX_PAYLOAD_BYTES - 2048
"""A body this small fits into a batch whatever zstd makes of it."""
OVERSIZE = "oversize"
DAMAGED_FILE = "the damaged file is kept beside the new one; see: aisle outbox list"
ROOM_CHECKED_EVERY_BYTES = 32 * 1024


class EventId(NamedTuple):
    """An event's identity within its device."""

    epoch: int
    lane: Lane
    seq: int

    def __str__(self) -> str:
        """`epoch/lane/seq`."""
        return f"{self.epoch}/{int(self.lane)}/{self.seq}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Ranges of a lane that the hub has committed, and up to where it now knows of losses."""

    key: LaneKey
    ranges: tuple[Range, ...]
    losses_until: int = 0


class Transaction:
    """One BEGIN IMMEDIATE … COMMIT. Business writes go through `connection`, events through
    `append`; both are kept or neither. A savepoint rolled back takes its numbers back too."""

    def __init__(self, outbox: "Outbox", connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._outbox = outbox
        self._unchecked_bytes = ROOM_CHECKED_EVERY_BYTES
        self.has_new_boot = False

    def append(self, body: EventBody) -> EventId:
        """The event's identity; it is durable once the transaction has ended.

        Raises OutboxFull if there is no room for a sale or a result, RecordTooBig for a sale that
        fits no batch. Other events without room are given up, with a loss record.
        """
        return self._append(body, _json(body), check_room=True)

    def extend(self, bodies: Sequence[EventBody]) -> list[EventId]:
        """Append several events under one stamp, at a fraction of the cost each.

        Raises as `append` does.
        """
        raws = [_json(body) for body in bodies]
        lanes = Counter(body.lane for body in bodies)
        size = sum(len(raw) for raw in raws)
        fits = all(len(raw) <= BODY_BYTES_UNCHECKED for raw in raws)
        if not bodies or not fits or not self._has_room(max(lanes), size):
            return [self.append(body) for body in bodies]
        following = {lane: self._number(lane, count=count) for lane, count in lanes.items()}
        ids: list[EventId] = []
        for body in bodies:
            ids.append(event := following[body.lane])
            following[body.lane] = EventId(event.epoch, event.lane, event.seq + 1)
        self._insert(ids, bodies, raws)
        return ids

    def _append(self, body: EventBody, raw: bytes, *, check_room: bool) -> EventId:
        if len(raw) > BODY_BYTES_UNCHECKED and packed_bytes(raw) > BODY_BYTES_UNCHECKED:
            return self._refuse_oversize(body, raw)
        if check_room and not self._has_room(body.lane, len(raw)):
            return self._give_up_new(body, raw)
        event = self._number(body.lane)
        self._insert([event], [body], [raw])
        return event

    def _insert(
        self, ids: Sequence[EventId], bodies: Sequence[EventBody], raws: Sequence[bytes]
    ) -> None:
        stamp = self._outbox.clock.stamp()
        recorded = (
            self._boot_number(stamp),
            stamp.monotonic_ms,
            (stamp.wall_at - EPOCH_ZERO) // MILLISECOND,
            stamp.clock is ClockState.TRUSTED,
        )
        self.connection.executemany(
            "INSERT INTO outbox VALUES(?,?,?,?,?,?,?,?,?,?,?)",
            [
                (*event, body.kind, body.schema_version, *recorded, zlib.crc32(raw), raw)
                for event, body, raw in zip(ids, bodies, raws, strict=True)
            ],
        )

    def _number(self, lane: Lane, *, count: int = 1, waits: bool = True) -> EventId:
        """The first of `count` new numbers, taken from the row, not from memory, so that a rolled
        back savepoint leaves no gap."""
        epoch, following = self.connection.execute(
            "UPDATE lane SET next_seq=next_seq+?, waiting=waiting+?"
            " WHERE epoch=(SELECT max(epoch) FROM epoch) AND lane=? RETURNING epoch, next_seq",
            (count, count if waits else 0, lane),
        ).fetchone()
        return EventId(epoch, lane, following - count)

    def _boot_number(self, stamp: Stamp) -> int:
        known = self._outbox.boots.get(stamp.boot_id)
        if known is not None and (known.is_anchored or stamp.clock is not ClockState.TRUSTED):
            return known.number
        # Remembered only once committed: a savepoint may still take the row back.
        self.has_new_boot = True
        return note_boot(self.connection, stamp)

    def _has_room(self, lane: Lane, size: int) -> bool:
        self._unchecked_bytes += size
        if self._unchecked_bytes < ROOM_CHECKED_EVERY_BYTES:
            return True
        wanted = size + ROOM_CHECKED_EVERY_BYTES
        has_room = quota.make_room(self.connection, lane, wanted, self.declare)
        # Without room the next event asks again.
        self._unchecked_bytes = 0 if has_room else ROOM_CHECKED_EVERY_BYTES
        return has_room

    def declare(self, loss: LossDeclared) -> EventId:
        """Append a loss record; it takes from the room kept spare for such."""
        raw = loss.model_dump_json().encode()
        return self._append(loss, raw, check_room=False)

    def _give_up_new(self, body: EventBody, raw: bytes) -> EventId:
        if body.lane in (Lane.SALE, Lane.RESULT):
            raise OutboxFull(
                f"no room for a {body.kind}: the outbox is full of sales that the hub has not"
                " acknowledged; connect the device, or raise outbox_quota_mb in its profile"
            )
        return self._lose_new(body.lane, len(raw), quota.QUOTA)

    def _lose_new(self, lane: Lane, size: int, reason: str) -> EventId:
        event = self._number(lane, waits=False)
        key, span = (event.epoch, lane), [(event.seq, event.seq)]
        lane_books.record_loss(self.connection, key, span, size, reason)
        return event

    def _refuse_oversize(self, body: EventBody, raw: bytes) -> EventId:
        """Before the transport sees it: a packet over the broker's limit stops all behind it."""
        if body.lane is Lane.SALE:
            raise RecordTooBig(f"a {body.kind} of {len(raw)} bytes fits into no batch; split it")
        event = self._lose_new(body.lane, len(raw), OVERSIZE)
        self.connection.execute(
            "INSERT INTO dead_letter VALUES(?,?,?,?,?,?)",
            (event.epoch, event.lane, event.seq, body.kind, OVERSIZE, raw[:MAX_PAYLOAD_BYTES]),
        )
        if body.kind != LossDeclared.kind:
            self.declare(
                LossDeclared(
                    lost_epoch=event.epoch,
                    lost_lane=event.lane,
                    first=event.seq,
                    last=event.seq,
                    bytes=len(raw),
                    reason=OVERSIZE,
                )
            )
        return event


def _json(body: EventBody) -> bytes:
    return body.model_dump_json(by_alias=True, exclude_none=True).encode()


class Outbox:
    """One device's outbox. Safe to use from any thread; writers take turns."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, clock: Clock, rng: Random
    ) -> None:
        self.path = path
        self.clock = clock
        self.run = ""
        self.boots: dict[str, Boot] = {}
        self._connection = connection
        self._reader = connect(path)
        self._lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._rng = rng
        self._aged_at_s = clock.monotonic_s()
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def open(cls, path: Path, *, clock: Clock, quota_bytes: int, rng: Random) -> "Outbox":
        """The outbox in the file at `path`, made if there is none.

        A damaged file is put aside, and a new one under a new epoch says so by an alarm.
        Raises NewerOutbox, OutboxUnusable.
        """
        was_damaged = prepare(path)
        outbox = cls(path, connect(path, quota_bytes=quota_bytes), clock, rng)
        with ExitStack() as opened:
            opened.callback(outbox.close)
            with outbox.transaction() as transaction:
                outbox._begin_run(transaction.connection)
                if was_damaged:
                    transaction.append(outbox._damage_alarm(AlarmState.RAISED, DAMAGED_FILE))
            opened.pop_all()
        return outbox

    def _damage_alarm(self, state: AlarmState, detail: str) -> Alarm:
        return Alarm(
            alarm="outbox-damaged",
            subject="outbox",
            state=state,
            at=self.clock.now(),
            detail=detail,
        )

    def _begin_run(self, connection: sqlite3.Connection) -> None:
        """Every opening has a name of its own, by which a copied file is told from this one."""
        self.run = f"{self._rng.getrandbits(64):016x}"
        connection.execute("INSERT INTO run(run) VALUES(?)", (self.run,))
        connection.execute(
            "DELETE FROM run WHERE id <= (SELECT max(id) FROM run) - ?", (RUNS_TOLD,)
        )
        if connection.execute("SELECT max(epoch) FROM epoch").fetchone()[0] is None:
            epoch = last_epoch(self.path) + 1
            remember_epoch(self.path, epoch)
            begin_epoch(connection, epoch, secrets.token_hex(8))
        connection.execute("UPDATE lane SET unmet_from=next_seq WHERE unmet_from IS NULL")

    def close(self) -> None:
        """Close the file; what is in it stays."""
        with self._lock, self._read_lock:
            self._reader.close()
            self._connection.close()

    # --- writing ---------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction; other writers wait, and `on_change` is told of its end.

        Raises OutboxFull when the disk itself is full, OutboxUnusable when the file fails.
        """
        with self._writing() as transaction:
            yield transaction
        for listener in self._listeners:
            listener()

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    transaction = Transaction(self, self._connection)
                    yield transaction
                    self._connection.execute("COMMIT")
                    if transaction.has_new_boot:
                        self.boots = known_boots(self._connection)
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                raise _named(error, self.path) from error

    def append(self, *bodies: EventBody) -> list[EventId]:
        """Append events in one transaction of their own; on disk when this returns."""
        with self.transaction() as transaction:
            return transaction.extend(bodies)

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every commit that may have appended something, in the writer's
        thread; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def acknowledge(self, *acks: Acknowledged) -> int:
        """Note what the hub has committed; how many events of it still waited."""
        with self._writing() as transaction:
            connection = transaction.connection
            age_s = self.age_s(connection)
            count = 0
            for ack in acks:
                count += acknowledge(connection, ack.key, list(ack.ranges), age_s)
                if ack.losses_until:
                    connection.execute(
                        "UPDATE loss SET told=1 WHERE epoch=? AND lane=? AND told=0 AND last<=?",
                        (*ack.key, ack.losses_until),
                    )
            return count

    def settle(self, answer: HelloAnswer) -> Settlement:
        """Bring the books in line with what the hub said it has; what that changed."""
        with self.transaction() as transaction:
            connection = transaction.connection
            behind = is_behind(connection, answer)
            if behind:
                self._renew(connection, max(live_epoch(connection), answer.epoch) + 1)
            settlement = apply_answer(connection, answer, self.age_s(connection), renewed=behind)
            if settlement.closed:
                transaction.append(self._damage_alarm(AlarmState.CLEARED, ""))
            return settlement

    def renew(self, epoch: int) -> None:
        """Go on under a new epoch. Events that no hub can have seen yet move into it."""
        with self.transaction() as transaction:
            self._renew(transaction.connection, epoch)

    def _renew(self, connection: sqlite3.Connection, epoch: int) -> None:
        remember_epoch(self.path, epoch)
        renew_epoch(connection, epoch, secrets.token_hex(8))
        log.warning("the outbox goes on under epoch %s", epoch, extra={"action": "epoch-renewed"})

    def give_up(self, key: LaneKey, seq: int, reason: str) -> None:
        """Put a record that can never be sent among the local dead letters, as a declared loss."""
        with self.transaction() as transaction:
            connection = transaction.connection
            row = connection.execute(
                "SELECT kind, body FROM outbox WHERE epoch=? AND lane=? AND seq=?", (*key, seq)
            ).fetchone()
            if row is None:
                return
            connection.execute(
                "INSERT INTO dead_letter VALUES(?,?,?,?,?,?)", (*key, seq, row[0], reason, row[1])
            )
            quota.give_up(connection, key, [(seq, len(row[1]))], reason, transaction.declare)

    def drop_expired(self) -> int:
        """Delete acknowledged rows whose time is over; how many. Call it now and then."""
        with self.transaction() as transaction:
            connection = transaction.connection
            return quota.drop_expired(connection, self.age_s(connection))

    def age_s(self, connection: sqlite3.Connection) -> float:
        """The device's running time over all boots: the wall clock never decides what expires."""
        now_s = self.clock.monotonic_s()
        passed_s = max(0.0, now_s - self._aged_at_s)
        self._aged_at_s = now_s
        row = connection.execute("UPDATE age SET age_s=age_s+? RETURNING age_s", (passed_s,))
        return float(row.fetchone()[0])

    # --- reading ---------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for short reads, which never wait for writers. Fetch all, hold nothing:
        a long reader keeps the log from being recycled."""
        with self._read_lock:
            yield self._reader

    @property
    def epoch(self) -> int:
        """The live epoch."""
        with self.reading() as connection:
            return live_epoch(connection)

    def books(self) -> list[LaneBooks]:
        """The books of every epoch and lane."""
        with self.reading() as connection:
            return [lane_books.book(connection, key) for key in lane_books.lane_keys(connection)]

    def fullness(self) -> float:
        """How much of the quota is used, 0..1; producers of metrics and media slow down at 0.8."""
        with self._lock:
            return quota.fullness(self._connection)

    def lane_states(self) -> list[LaneState]:
        """Every lane as a hello says it; finished ones of past epochs are left out."""
        with self.reading() as connection:
            return lane_states(connection)

    def identity(self) -> tuple[int, str, tuple[str, ...]]:
        """The live epoch, its nonce, and the runs before this one, newest first."""
        with self.reading() as connection:
            epoch, nonce = connection.execute(
                "SELECT epoch, nonce FROM epoch ORDER BY epoch DESC LIMIT 1"
            ).fetchone()
            runs = connection.execute("SELECT run FROM run ORDER BY id DESC").fetchall()
        return epoch, nonce, tuple(run for (run,) in runs if run != self.run)

    def anchors(self) -> tuple[BootAnchor, ...]:
        """When the true time was known in boots before this one, the newest first."""
        boot_id = self.clock.stamp().boot_id
        with self.reading() as connection:
            return anchors_before(connection, boot_id)

    def waiting(self) -> dict[LaneKey, list[Range]]:
        """The ranges of each lane still to be acknowledged."""
        with self.reading() as connection:
            return {
                key: lane_books.waiting_spans(connection, key)
                for key in lane_books.lane_keys(connection)
            }

    def next_seqs(self) -> dict[LaneKey, int]:
        """The number of each lane's next event."""
        with self.reading() as connection:
            rows = connection.execute("SELECT epoch, lane, next_seq FROM lane").fetchall()
        return {(epoch, Lane(lane)): following for epoch, lane, following in rows}

    def read(self, key: LaneKey, first: int, last: int) -> Outgoing:
        """The consecutive records from `first` up to `last`; fewer where one is gone or damaged."""
        with self.reading() as connection:
            return read_outgoing(connection, key, first, last)


def _named(error: sqlite3.OperationalError, path: Path) -> Exception:
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return OutboxFull(f"the disk of {path} is full; free some room")
    return OutboxUnusable(f"outbox {path}: {error}")
