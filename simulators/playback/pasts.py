"""A device's past, written into its outbox as if it had recorded all of it at the time."""

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random

from simulators.core.errors import SimulatorError
from simulators.playback.journal import Entry
from sync.core.clock import ManualClock
from sync.events import Lane
from sync.outbox.outbox import Outbox

OUTBOX_FILE = "agent.db"
PAGE_BYTES = 4096
USUAL_QUOTA_BYTES = 64 * 1024 * 1024
ENTRIES_A_COMMIT = 500
DISK_SIZES_PAGES = range(64, 128)
YEAR_S = 366 * 24 * 3600.0


class NoSuchDisk(SimulatorError):
    """No disk size makes a device give up exactly the events that the script asks for."""


def open_outbox(
    folder: Path, *, at: datetime, rng: Random, quota_bytes: int = USUAL_QUOTA_BYTES
) -> Outbox:
    """The outbox of the device whose folder this is, under a clock that stands at `at`."""
    clock = ManualClock(at, boot_id=f"demo-{folder.name}")
    return Outbox.open(folder / OUTBOX_FILE, clock=clock, quota_bytes=quota_bytes, rng=rng)


def write_past(outbox: Outbox, entries: Sequence[Entry]) -> None:
    """Append entries, each under the time at which it was recorded."""
    clock = manual_clock_of(outbox)
    for start in range(0, len(entries), ENTRIES_A_COMMIT):
        with outbox.transaction() as transaction:
            for entry in entries[start : start + ENTRIES_A_COMMIT]:
                clock.set(entry.at)
                transaction.append(entry.body)


def manual_clock_of(outbox: Outbox) -> ManualClock:
    """The outbox's clock, which a simulator sets.  Raises SimulatorError for a real one."""
    if not isinstance(outbox.clock, ManualClock):
        raise SimulatorError("a past can only be written under a clock that can be set")
    return outbox.clock


def lost_events(outbox: Outbox, lane: Lane) -> int:
    """How many events of a lane were given up."""
    return sum(books.lost for books in outbox.books() if books.lane is lane)


def write_past_on_small_disk(
    folder: Path, entries: Sequence[Entry], given_up: int, *, rng: Random
) -> None:
    """Append entries with so little room that exactly the first `given_up` of them are lost.

    The device's file must be sent and acknowledged. What it still keeps of that goes first, as on
    any device short of room; then the right size of disk is found by trying on a copy.
    Raises NoSuchDisk where there is none.
    """
    _forget_acknowledged(folder, at=entries[0].at, rng=rng)
    for disk_pages in DISK_SIZES_PAGES:
        with tempfile.TemporaryDirectory(dir=folder.parent) as copy:
            for path in folder.glob(f"{OUTBOX_FILE}*"):
                shutil.copy2(path, copy)
            lost = _write_short_of_room(
                Path(copy), entries, given_up, disk_pages, Random(rng.random())
            )
        if lost == given_up:
            _write_short_of_room(folder, entries, given_up, disk_pages, rng)
            return
    raise NoSuchDisk(f"no disk makes {folder.name} give up exactly {given_up} events")


def _write_short_of_room(
    folder: Path, entries: Sequence[Entry], given_up: int, disk_pages: int, rng: Random
) -> int:
    """How many metrics were lost when the disk shrank behind the first `given_up` entries."""
    outbox = open_outbox(folder, at=entries[0].at, rng=rng)
    try:
        write_past(outbox, entries[:given_up])
    finally:
        outbox.close()
    outbox = open_outbox(
        folder, at=entries[given_up - 1].at, rng=rng, quota_bytes=disk_pages * PAGE_BYTES
    )
    try:
        write_past(outbox, entries[given_up:])
        return lost_events(outbox, Lane.METRIC)
    finally:
        outbox.close()


def _forget_acknowledged(folder: Path, *, at: datetime, rng: Random) -> None:
    """What was acknowledged is kept for some days of running time: let them pass, then tidy up."""
    outbox = open_outbox(folder, at=at, rng=rng)
    try:
        manual_clock_of(outbox).advance(YEAR_S)
        outbox.drop_expired()
    finally:
        outbox.close()
    with closing(sqlite3.connect(folder / OUTBOX_FILE)) as connection:
        connection.execute("VACUUM")
