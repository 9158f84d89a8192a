"""Boots of a device as its outbox's file knows them: a short number each, and where the wall clock
came to be trusted, an anchor, by which the hub places what that boot recorded before."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from sync.events import ClockState, Stamp
from sync.outbox.outgoing import EPOCH_ZERO
from sync.wire.messages import BootAnchor

MILLISECOND = timedelta(milliseconds=1)
ANCHORS_TOLD = 16
"""Anchors of so many earlier boots are told in a hello; events of older ones are long sent."""


@dataclass(frozen=True, slots=True)
class Boot:
    """A boot's number in the file, and whether its anchor stands there."""

    number: int
    is_anchored: bool


def note_boot(connection: sqlite3.Connection, stamp: Stamp) -> int:
    """The number of the stamp's boot, made where it is new; its first trusted time is kept."""
    connection.execute("INSERT OR IGNORE INTO boot(boot_id) VALUES(?)", (stamp.boot_id,))
    if stamp.clock is ClockState.TRUSTED:
        connection.execute(
            "UPDATE boot SET anchor_ms=?, anchor_wall_ms=? WHERE boot_id=? AND anchor_ms IS NULL",
            (stamp.monotonic_ms, (stamp.wall_at - EPOCH_ZERO) // MILLISECOND, stamp.boot_id),
        )
    row = connection.execute("SELECT id FROM boot WHERE boot_id=?", (stamp.boot_id,))
    return int(row.fetchone()[0])


def known_boots(connection: sqlite3.Connection) -> dict[str, Boot]:
    """Every boot in the file by its id."""
    rows = connection.execute("SELECT boot_id, id, anchor_ms IS NOT NULL FROM boot")
    return {boot_id: Boot(number, bool(anchored)) for boot_id, number, anchored in rows.fetchall()}


def anchors_before(connection: sqlite3.Connection, boot_id: str) -> tuple[BootAnchor, ...]:
    """The anchors of the boots before this one, the newest first."""
    rows = connection.execute(
        "SELECT boot_id, anchor_ms, anchor_wall_ms FROM boot"
        " WHERE anchor_ms IS NOT NULL AND boot_id<>? ORDER BY id DESC LIMIT ?",
        (boot_id, ANCHORS_TOLD),
    )
    return tuple(
        BootAnchor(boot_id=name, monotonic_ms=monotonic, wall_at=EPOCH_ZERO + wall * MILLISECOND)
        for name, monotonic, wall in rows.fetchall()
    )
