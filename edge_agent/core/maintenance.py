"""Maintenance: somebody works at this device, so that what it sees meanwhile means nothing.

No alarm of what it watches is raised, no photo is taken by plan, and what lies before and after is
not compared. It ends by itself, by whichever clock says so first, also over a restart.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from device_profiles.device import first_problem
from edge_agent.core.errors import EdgeError
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from sync.core.clock import Clock
from sync.core.pause import pause
from sync.downlink.shadow import State
from sync.outbox.outbox import Transaction

BEGIN: Final = "begin-maintenance"
END: Final = "end-maintenance"
MODE: Final = "maintenance"
"""The mode of readings that were taken meanwhile."""
UNTIL: Final = "maintenance_until"
"""Under this name the device reports it."""
MINUTES: Final = 30
"""So long where nobody says how long."""
MOST_MINUTES: Final = 480
LOOK_S: Final = 5.0

_Minutes: Final = TypeAdapter(Annotated[int, Field(ge=1, le=MOST_MINUTES)])

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The latest maintenance, by the device's wall clock."""

    begun_at: datetime
    ends_at: datetime


@dataclass(slots=True, kw_only=True)
class Maintenance:
    """Whether somebody works here. `on_change` is told when it begins and ends."""

    writer: Writer
    clock: Clock
    on_change: list[Callable[[], None]] = field(default_factory=list)
    _span: Span | None = None
    _ends_s: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether it lasts; a clock that was put back does not lengthen it."""
        return (
            self._span is not None
            and self.clock.monotonic_s() < self._ends_s
            and self.clock.now() < self._span.ends_at
        )

    @property
    def until(self) -> datetime | None:
        """When it ends by itself; None where it does not last."""
        return self._span.ends_at if self._span is not None and self.is_on else None

    def was_on(self, since: datetime, until: datetime) -> bool:
        """Whether somebody worked here at any time of that span."""
        span = self._span
        return span is not None and span.begun_at <= until and since <= span.ends_at

    async def load(self) -> None:
        """What lasted before a restart lasts on; never longer than it was meant to."""
        self._span = await self.writer.write(_kept)
        if self._span is not None:
            left = min(self._span.ends_at - self.clock.now(), _length(self._span))
            self._ends_s = self.clock.monotonic_s() + left.total_seconds()

    async def begin(self, minutes: int) -> datetime:
        """It lasts from now on, for `minutes`; when it ends. One that lasts is changed."""
        now = self.clock.now()
        begun_at = self._span.begun_at if self._span is not None and self.is_on else now
        span = Span(begun_at=begun_at, ends_at=now + timedelta(minutes=minutes))
        await self._keep(span)
        self._ends_s = self.clock.monotonic_s() + minutes * 60.0
        log.warning("maintenance for %s min", minutes, extra={"action": "maintenance"})
        self._tell()
        return span.ends_at

    async def end(self) -> bool:
        """It lasts no more; whether it did."""
        if self._span is None or not self.is_on:
            return False
        await self._keep(Span(begun_at=self._span.begun_at, ends_at=self.clock.now()))
        log.warning("maintenance is over", extra={"action": "maintenance"})
        self._tell()
        return True

    async def run(self, stop: asyncio.Event) -> None:
        """Tells when it ends by itself, until `stop`."""
        was_on = self.is_on
        while not stop.is_set():
            await pause(stop, LOOK_S)
            if was_on and not self.is_on:
                self._tell()
            was_on = self.is_on

    async def _keep(self, span: Span) -> None:
        def job(transaction: Transaction) -> None:
            transaction.connection.execute(
                "INSERT OR REPLACE INTO maintenance(one, begun_at, ends_at) VALUES (1, ?, ?)",
                (span.begun_at.isoformat(), span.ends_at.isoformat()),
            )

        await self.writer.write(job)
        self._span = span

    def _tell(self) -> None:
        for tell in self.on_change:
            tell()


def add_maintenance(remote: Remote, maintenance: Maintenance) -> None:
    """The hub may begin and end it, and is told while it lasts."""

    async def begin(arguments: Mapping[str, object]) -> str:
        try:
            minutes = _Minutes.validate_python(arguments.get("minutes", MINUTES))
        except ValidationError as error:
            raise EdgeError(f"minutes: {first_problem(error)}") from error
        ends_at = await maintenance.begin(minutes)
        return f"no alarms, planned photos and estimates until {ends_at:%Y-%m-%d %H:%M} UTC"

    async def end(arguments: Mapping[str, object]) -> str:
        return "it is over" if await maintenance.end() else "there was none"

    def facts() -> State:
        until = maintenance.until
        return {} if until is None else {UNTIL: until.isoformat(timespec="seconds")}

    remote.commands |= {BEGIN: begin, END: end}
    remote.more_facts.append(facts)
    maintenance.on_change.append(remote.report_again)


def _length(span: Span) -> timedelta:
    return span.ends_at - span.begun_at


def _kept(transaction: Transaction) -> Span | None:
    row = transaction.connection.execute("SELECT begun_at, ends_at FROM maintenance").fetchone()
    if row is None:
        return None
    return Span(begun_at=datetime.fromisoformat(row[0]), ends_at=datetime.fromisoformat(row[1]))
