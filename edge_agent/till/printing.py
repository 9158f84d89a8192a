"""Receipts that wait for the printer: on disk with their sale, printed after it, never in its way.

What could not be printed waits and is an alarm; beyond the newest `WAITING_MOST` nobody waits any
more, and a receipt is printed when it is asked for.
"""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from device_profiles.device import DeviceProfile, PrinterSettings
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import PRINTER_LOST, AlarmBook
from edge_agent.core.errors import PrinterUnusable
from edge_agent.core.seen import Seen
from edge_agent.core.writer import Writer
from edge_agent.drivers.escpos_paper import paper_of
from edge_agent.drivers.printers import printer_driver_of
from edge_agent.till.receipt_book import Answer, UnknownReceipt, find_receipt, name_of
from edge_agent.till.receipt_paper import lines_of, opens_drawer
from edge_agent.till.requests import ReceiptKey
from sync.core.sparing import sparing
from sync.outbox.outbox import Transaction

WAITING_MOST = 10
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _PrintJob:
    number: int
    key: ReceiptKey
    is_copy: bool


@dataclass(slots=True, kw_only=True)
class PrintQueue:
    """One till's printer and what waits for it."""

    settings: PrinterSettings
    base: Path
    zone: ZoneInfo
    writer: Writer
    alarms: AlarmBook
    first_wait_s: float = FIRST_WAIT_S
    problem: str = ""
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, connection: sqlite3.Connection, answer: Answer, *, is_copy: bool = False) -> None:
        """A receipt waits from now on, inside the caller's transaction. Call `wake` after it."""
        connection.execute(
            "INSERT INTO print_job(workstation_id, business_day, sequence, is_copy)"
            " VALUES (?, ?, ?, ?)",
            (answer["workstation_id"], answer["business_day"], answer["sequence"], is_copy),
        )
        connection.execute(
            "DELETE FROM print_job WHERE number <= (SELECT max(number) - ? FROM print_job)",
            (WAITING_MOST,),
        )

    def wake(self) -> None:
        """Something waits."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Prints until told to stop."""
        wait_s = self.first_wait_s
        while not stop.is_set():
            self._woken.clear()
            waiting = await asyncio.to_thread(self._next)
            if waiting is None:
                await _either(stop, self._woken, None)
            elif await self._print(waiting):
                wait_s = self.first_wait_s
            else:
                await _either(stop, None, wait_s)
                wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    def sight(self) -> tuple[Seen, ...]:
        """How the printer does, for the device's own page."""
        with self.writer.outbox.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM print_job").fetchone()
        value = f"{count} - {self.problem}" if self.problem else str(count)
        return (Seen(en="receipts to print", zh="待打印小票", value=value),)

    async def _print(self, waiting: _PrintJob) -> bool:
        """Whether it is done with: printed, or such that it never can be."""
        self.problem = ""
        with sparing(log, "%s cannot be printed", name_of(waiting.key), action="print"):
            self.problem = await asyncio.to_thread(self._problem_of, waiting)
        lost = Guarded(alarm=PRINTER_LOST, subject=waiting.key.workstation_id, detail=self.problem)
        await self.alarms.set_alarm(lost, is_on=bool(self.problem))
        if self.problem:
            return False

        def done(transaction: Transaction) -> None:
            transaction.connection.execute(
                "DELETE FROM print_job WHERE number = ?", (waiting.number,)
            )

        await self.writer.write(done)
        return True

    def _next(self) -> _PrintJob | None:
        with self.writer.outbox.reading() as connection:
            row = connection.execute(
                "SELECT number, workstation_id, business_day, sequence, is_copy FROM print_job"
                " ORDER BY number LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        key = ReceiptKey(workstation_id=row[1], business_day=row[2], sequence=row[3])
        return _PrintJob(row[0], key, bool(row[4]))

    def _problem_of(self, waiting: _PrintJob) -> str:
        """What kept the receipt from going out; empty where nothing did."""
        try:
            self._send(waiting)
        except PrinterUnusable as error:
            return str(error)
        return ""

    def _send(self, waiting: _PrintJob) -> None:
        """Raises PrinterUnusable."""
        with self.writer.outbox.reading() as connection:
            try:
                receipt, _ = find_receipt(connection, waiting.key)
            except UnknownReceipt:
                return
        try:
            data = paper_of(
                lines_of(receipt, self.settings, zone=self.zone, is_copy=waiting.is_copy),
                self.settings,
                base=self.base,
                code=name_of(receipt),
                kicks=self.settings.opens_drawer and opens_drawer(receipt) and not waiting.is_copy,
            )
        except OSError as error:
            raise PrinterUnusable(f"font {self.settings.font}: {error}") from error
        if data:
            address = self.settings.address
            printer_driver_of(address).send(address.partition(":")[2], data)


def printing_of(
    profile: DeviceProfile, *, base: Path, writer: Writer, alarms: AlarmBook
) -> PrintQueue | None:
    """The till's printer, where the profile has one."""
    if profile.till is None or profile.till.printer is None:
        return None
    return PrintQueue(
        settings=profile.till.printer,
        base=base,
        zone=ZoneInfo(profile.time_zone),
        writer=writer,
        alarms=alarms,
    )


async def _either(stop: asyncio.Event, woken: asyncio.Event | None, for_s: float | None) -> None:
    waits = [asyncio.ensure_future(one.wait()) for one in (stop, woken) if one is not None]
    await asyncio.wait(waits, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()
