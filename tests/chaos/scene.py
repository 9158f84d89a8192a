"""A real hub behind a real broker and database, real devices, and the audit after every fault."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import sqlalchemy as sa

from cloud_hub.model.facts import Receipt
from cloud_hub.model.link import DeadLetter, StoredEvent
from sync.clock import Clock, SystemClock
from sync.events import Alarm, AlarmState, CoolerRead, EventBody, Lane
from sync.failpoints import VARIABLE, Failpoint
from sync.link_state import LinkSettings, LinkStatus
from sync.mqtt import BrokerAddress
from sync.outbox import Outbox
from sync.sender import run_sender
from tests.running_hub import RunningHub, running_hub
from tests.talking_device import COLA, NOON, line, receipt, small_chain

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


def link_settings(device: str, *ports: int, **changes: object) -> LinkSettings:
    given: dict[str, object] = {"spread_s": 0.1, "reconnect_cap_s": 0.5} | changes
    brokers = tuple(BrokerAddress(host="127.0.0.1", port=port) for port in ports)
    return LinkSettings(
        tenant="linguang",
        store=device.partition("-")[0],
        device=device,
        **({"brokers": brokers} | given),
    )


@asynccontextmanager
async def sending(
    outbox: Outbox,
    *ports: int,
    device: str = TILL,
    on_status: Callable[[LinkStatus], None] = lambda _: None,
    on_down: Callable[[object], None] = lambda _: None,
    **changes: object,
) -> AsyncIterator[None]:
    """The product's own sender at work."""
    stop = asyncio.Event()
    task = asyncio.create_task(
        run_sender(
            outbox,
            link_settings(device, *ports, **changes),
            clock=outbox.clock,
            rng=Random(1),
            stop=stop,
            on_status=on_status,
            on_down=on_down,
        )
    )
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def hub_at(
    folder: Path, *ports: int, database: str | None = None, load: bool = True
) -> AsyncIterator[RunningHub]:
    """A hub on real brokers, with one store's devices known to it."""
    urls = ",".join(f"mqtt://127.0.0.1:{port}" for port in ports)
    async with running_hub(folder, port=0, broker=urls, database=database) as hub:
        if load:
            await hub.load(small_chain(3))
        yield hub


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
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def worker(hub: RunningHub, failpoint: Failpoint | None = None):
    """One more ingest worker beside `hub`."""
    settings = hub.hub.settings
    return process(
        "-m",
        "aisle",
        "ingest",
        "--data",
        str(settings.data_dir),
        "--broker",
        settings.broker or "",
        *(("--database", settings.database) if settings.database else ()),
        failpoint=failpoint,
    )


async def said(running: subprocess.Popen[str], seconds: float = 30.0) -> str:
    """The next line a process says."""
    assert running.stdout is not None
    async with asyncio.timeout(seconds):
        return await asyncio.to_thread(running.stdout.readline)


def agent(
    folder: Path,
    port: int,
    first: int,
    count: int,
    failpoint: Failpoint | None = None,
    *,
    faketime: str | None = None,
):
    """A device in a process of its own."""
    folder.mkdir(exist_ok=True)
    arguments = ("-m", "tests.chaos.agent", str(folder), TILL, str(port), str(first), str(count))
    if faketime is None:
        return process(*arguments, failpoint=failpoint)
    library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    return process(
        *arguments,
        failpoint=failpoint,
        LD_PRELOAD=library,
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        **(
            {"FAKETIME_TIMESTAMP_FILE": faketime, "FAKETIME_NO_CACHE": "1"}
            if faketime.startswith("/")
            else {"FAKETIME": faketime}
        ),
    )


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
    audit = await hub.audit()
    assert audit["balanced"], audit
    found = await asyncio.to_thread(kept, hub)
    assert found.events == sum(row["received"] for row in audit["devices"])
    for outbox in outboxes:
        for books in outbox.books():
            assert books.balanced, books


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
