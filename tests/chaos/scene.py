"""What every case needs: events, processes that can be killed, and the audit after the fault."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import sqlalchemy as sa

from cloud_hub.link.tables import DeadLetter, StoredEvent
from cloud_hub.sales.tables import Receipt
from sync.core.clock import Clock, SystemClock
from sync.core.failpoints import VARIABLE, Failpoint
from sync.events import Alarm, AlarmState, CoolerRead, EventBody, Lane
from sync.outbox.outbox import Outbox
from tests.running_hub import RunningHub
from tests.talking_device import COLA, NOON, line, receipt

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0
TILL, DOOR, COOLER = "s01-till", "s01-door", "s01-cooler"


def sale(number: int) -> EventBody:
    return receipt(number, line(1, COLA, "1", "3.50", "3.50"))


def sales(first: int, count: int) -> list[EventBody]:
    return [sale(number) for number in range(first, first + count)]


def reading(value: float = 4.0) -> CoolerRead:
    return CoolerRead(fixture_id="s01-a", started_at=NOON, interval_s=60, temperature_c=(value,))


def alarm(detail: str = "") -> Alarm:
    return Alarm(alarm="too-warm", subject="a", state=AlarmState.RAISED, at=NOON, detail=detail)


async def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


def open_outbox(folder: Path, *, quota_bytes: int = 64 << 20, clock: Clock | None = None) -> Outbox:
    return Outbox.open(
        folder / "agent.db", clock=clock or SystemClock(), quota_bytes=quota_bytes, rng=Random()
    )


def waiting(outbox: Outbox) -> int:
    return sum(books.waiting for books in outbox.books())


def is_empty(outbox: Outbox) -> Callable[[], bool]:
    return lambda: waiting(outbox) == 0


@contextmanager
def process(
    *command: str, failpoint: Failpoint | None = None, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A process of the product, ended by its id."""
    surroundings = os.environ | environment
    if failpoint is not None:
        surroundings[VARIABLE] = failpoint.value
    running = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        for pipe in (running.stdin, running.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


async def said(running: subprocess.Popen[str], seconds: float = PATIENCE_S) -> str:
    """The next line a process says."""
    assert running.stdout is not None
    async with asyncio.timeout(seconds):
        return await asyncio.to_thread(running.stdout.readline)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the hub's database holds."""

    events: int
    receipts: int
    letters: int
    outcomes: dict[str, int]


def kept(hub: RunningHub) -> Kept:
    with hub.hub.database.sessions() as session:
        outcomes = session.execute(
            sa.select(StoredEvent.outcome, sa.func.count()).group_by(StoredEvent.outcome)
        )
        return Kept(
            events=session.scalar(sa.select(sa.func.count()).select_from(StoredEvent)) or 0,
            receipts=session.scalar(sa.select(sa.func.count()).select_from(Receipt)) or 0,
            letters=session.scalar(sa.select(sa.func.count()).select_from(DeadLetter)) or 0,
            outcomes={str(outcome): count for outcome, count in outcomes},
        )


async def assert_every_event_is_accounted_for(hub: RunningHub, *outboxes: Outbox) -> None:
    """Produced = received + declared lost + waiting, at the hub and in each device's own books."""
    audit, found = await _audited(hub)
    assert audit["balanced"], audit
    assert found.events == sum(row["received"] for row in audit["devices"])
    for outbox in outboxes:
        for books in outbox.books():
            assert books.balanced, books


async def _audited(hub: RunningHub):
    """The audit, and what the hub keeps, of one moment: a device that was just ended may have had a
    batch on its way, which is taken in between."""
    while True:
        before = await asyncio.to_thread(kept, hub)
        audit = await hub.audit()
        found = await asyncio.to_thread(kept, hub)
        if found.events == before.events:
            return audit, found


async def row_of(hub: RunningHub, lane: Lane, device: str = TILL) -> dict[str, int]:
    audit = await hub.audit()
    (row,) = (
        row
        for row in audit["devices"]
        if row["device"] == device and row["lane"] == lane.name.lower()
    )
    return row


async def drain(hub: RunningHub, outbox: Outbox, seconds: float = PATIENCE_S) -> None:
    """Wait until the device has everything acknowledged, then audit."""
    await until(is_empty(outbox), seconds)
    await assert_every_event_is_accounted_for(hub, outbox)
