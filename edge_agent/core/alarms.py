"""The alarms of this device: raised once, cleared once, remembered over a restart, with no hub."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from edge_agent.core.alarm_reporting import Guarded, report_alarm
from edge_agent.core.writer import Writer
from sync.core.clock import Clock
from sync.core.errors import SyncError
from sync.events import AlarmState
from sync.outbox.outbox import Transaction

SOURCE_LOST = "source-lost"
PICTURE_COVERED = "picture-covered"
PICTURE_DARK = "picture-dark"
PICTURE_FROZEN = "picture-frozen"
PICTURE_MOVED = "picture-moved"
TOO_SLOW = "too-slow"
QUEUE_LONG = "queue-long"
QUEUE_SLOW = "queue-slow"
FRAME_SIZE = "frame-size"
SENSOR_LOST = "sensor-lost"
TOO_WARM = "too-warm"
TOO_HIGH = "-too-high"
"""Behind the kind of a sensor without a rule of its own."""
DOOR_OPEN = "door-open"
DISK_FULL = "disk-full"
PRINTER_LOST = "printer-lost"
HUB_REFUSES = "hub-refuses"

ALARMS_KEPT = 500

ALWAYS_TOLD = frozenset({DISK_FULL, HUB_REFUSES})
"""Alarms of the device itself: true whoever works at it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSeen:
    """An alarm as the local page shows it."""

    alarm: str
    subject: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    detail: str


@dataclass(slots=True)
class AlarmBook:
    """Which alarms stand. Setting one that stands already changes nothing; while it `is_quiet`,
    because somebody works here, none of what the device watches begins."""

    writer: Writer
    clock: Clock
    is_quiet: Callable[[], bool] = lambda: False
    _standing: set[tuple[str, str]] = field(default_factory=set)

    async def load(self) -> None:
        """Takes up the alarms that stood when the agent last stopped."""

        def job(transaction: Transaction) -> set[tuple[str, str]]:
            rows = transaction.connection.execute(
                "SELECT alarm, subject FROM alarm WHERE cleared_at IS NULL"
            )
            return {(str(row[0]), str(row[1])) for row in rows}

        self._standing = await self.writer.write(job)

    def stands(self, alarm: str, subject: str) -> bool:
        """Whether this alarm is raised now."""
        return (alarm, subject) in self._standing

    async def raise_alarm(self, guarded: Guarded) -> None:
        """The alarm stands, on disk and on its way."""
        key = (guarded.alarm, guarded.subject)
        if key in self._standing:
            return
        if guarded.alarm not in ALWAYS_TOLD and self.is_quiet():
            return
        self._standing.add(key)
        at = self.clock.now()

        def job(transaction: Transaction) -> None:
            transaction.connection.execute(
                "INSERT OR IGNORE INTO alarm(alarm, subject, raised_at, value, limit_value, detail)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*key, at.isoformat(), guarded.value, guarded.limit, guarded.detail),
            )
            transaction.append(report_alarm(guarded, state=AlarmState.RAISED, at=at))

        await self._write_or_forget(job, key, was_standing=False)
        log.warning("alarm %s of %s: %s", *key, guarded.detail, extra={"action": "alarm"})

    async def clear_alarm(self, guarded: Guarded) -> None:
        """The alarm stands no more."""
        key = (guarded.alarm, guarded.subject)
        if key not in self._standing:
            return
        self._standing.discard(key)
        at = self.clock.now()

        def job(transaction: Transaction) -> None:
            transaction.connection.execute(
                "UPDATE alarm SET cleared_at = ?"
                " WHERE alarm = ? AND subject = ? AND cleared_at IS NULL",
                (at.isoformat(), *key),
            )
            transaction.append(report_alarm(guarded, state=AlarmState.CLEARED, at=at))

        await self._write_or_forget(job, key, was_standing=True)
        log.info("alarm %s of %s is over", *key, extra={"action": "alarm"})

    async def set_alarm(self, guarded: Guarded, *, is_on: bool) -> None:
        """Raises or clears, whichever the rule says."""
        await (self.raise_alarm(guarded) if is_on else self.clear_alarm(guarded))

    async def _write_or_forget(
        self, job: Callable[[Transaction], None], key: tuple[str, str], *, was_standing: bool
    ) -> None:
        try:
            await self.writer.write(job)
        except (SyncError, sqlite3.Error):
            # Not on disk: the next look at the rule must try again.
            (self._standing.add if was_standing else self._standing.discard)(key)
            raise


def forget_old_alarms(connection: sqlite3.Connection) -> None:
    """Drops alarms that are over, beyond the newest; the hub has them all."""
    connection.execute(
        "DELETE FROM alarm WHERE cleared_at IS NOT NULL AND raised_at < ("
        "SELECT raised_at FROM alarm ORDER BY raised_at DESC LIMIT 1 OFFSET ?)",
        (ALARMS_KEPT,),
    )


def latest_alarms(connection: sqlite3.Connection, *, count: int) -> list[AlarmSeen]:
    """The standing alarms first, then the newest that are over."""
    rows = connection.execute(
        "SELECT alarm, subject, raised_at, cleared_at, value, limit_value, detail FROM alarm"
        " ORDER BY cleared_at IS NOT NULL, raised_at DESC LIMIT ?",
        (count,),
    )
    return [
        AlarmSeen(
            alarm=alarm,
            subject=subject,
            raised_at=datetime.fromisoformat(raised),
            cleared_at=datetime.fromisoformat(cleared) if cleared else None,
            value=value,
            limit=limit,
            detail=detail,
        )
        for alarm, subject, raised, cleared, value, limit, detail in rows
    ]
