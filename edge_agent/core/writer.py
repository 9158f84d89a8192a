"""The one thread that writes agent.db. Jobs that wait together share one commit (group commit),
each under its own savepoint, so that one that fails takes nobody with it."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

from sync.core.failpoints import Failpoint, reach
from sync.core.sparing import sparing
from sync.outbox.outbox import Outbox, Transaction

T = TypeVar("T")
Job = Callable[[Transaction], T]

LARGEST_GROUP = 128
"""Jobs in one commit. At 0.1 ms to 50 ms a commit (disk, SD card), more adds latency, not speed."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    job: Job[Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class Writer:
    """Runs jobs on the outbox's transactions. `write` returns once the job's rows are on disk."""

    outbox: Outbox
    _waiting: "queue.SimpleQueue[_Waiting | None]" = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None

    async def __aenter__(self) -> "Writer":
        """Starts the thread."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the thread; what was handed to it is done first."""
        self._waiting.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def write(self, job: Job[T]) -> T:
        """What `job` returned, after the commit that holds what it wrote.

        Raises what the job raised (its writes are undone), or what the commit raised.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.put(_Waiting(job=job, loop=loop, future=future))
        # The job runs to its end even when the caller goes away: half a sale is no sale.
        return await asyncio.shield(future)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = self._take_group(first)
            self._write_group(group)
            for waiting in group:
                _answer(waiting)
            if last:
                return

    def _take_group(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _write_group(self, group: list[_Waiting]) -> None:
        """Whatever happens, everyone in the group waits for an answer, and others after them."""
        with (
            sparing(log, "nothing of %d jobs was written", len(group), action="write") as failure,
            self.outbox.transaction() as transaction,
        ):
            for waiting in group:
                _run_one(transaction, waiting)
            reach(Failpoint.WRITER_BEFORE_COMMIT)
        reach(Failpoint.WRITER_AFTER_COMMIT)
        if failure.error is not None:
            for waiting in group:
                waiting.error = failure.error


def _run_one(transaction: Transaction, waiting: _Waiting) -> None:
    connection = transaction.connection
    connection.execute("SAVEPOINT job")
    try:
        waiting.result = waiting.job(transaction)
    except Exception as error:
        # Belongs to this job's caller alone; the others in the group must not notice.
        waiting.error = error
        if not connection.in_transaction:
            # A full disk takes the whole transaction back, savepoints and all.
            raise
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _answer(waiting: _Waiting) -> None:
    def answer() -> None:
        if waiting.future.done():
            return
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.result)

    try:
        waiting.loop.call_soon_threadsafe(answer)
    except RuntimeError:
        log.warning("an answer came after its loop had closed", extra={"action": "write"})
