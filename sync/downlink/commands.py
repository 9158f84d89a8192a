"""Commands from the hub: executed at most once each, and not after their time.

A command is written into the inbox before it is started, so that neither a repeat nor a restart
runs it again. Expiry is relative and counted by the monotonic clock from the moment of arrival.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from pydantic import Field

from device_profiles.values.bounds import Amount, JsonObject, Word
from sync.core.errors import InvalidMessage
from sync.core.sparing import sparing
from sync.events import CommandResult
from sync.outbox.outbox import Outbox
from sync.wire.messages import Message

log = logging.getLogger(__name__)

REMEMBERED_S = 90 * 24 * 3600.0
"""A command id is known for so long, in the device's running time."""
STARTED, DONE = "started", "done"

Handler = Callable[[Mapping[str, object]], Awaitable[str]]
"""Does what a command says; returns a line for people. What it raises becomes the result."""


class Command(Message):
    """One command (downlink `cmd`). `age_s` is how old it was when the hub published it."""

    command_id: Annotated[Word, Field(min_length=1)]
    name: Word
    arguments: JsonObject = Field(default_factory=dict)
    expires_in_s: Annotated[Amount, Field(gt=0)]
    age_s: Amount = 0.0


class Inbox:
    """The commands of one device. Feed it what `on_down` brought, and let `run` work."""

    def __init__(self, outbox: Outbox, handlers: Mapping[str, Handler]) -> None:
        self._outbox = outbox
        self._handlers = handlers
        self._queue: asyncio.Queue[tuple[Command, float]] = asyncio.Queue()

    def receive(self, payload: bytes) -> None:
        """Take a message of the command topic; an unreadable one is logged and dropped."""
        try:
            command = Command.from_bytes(payload)
        except InvalidMessage as error:
            log.warning("refused a command: %s", error, extra={"action": "command-refused"})
            return
        self._queue.put_nowait((command, self._outbox.clock.monotonic_s()))

    async def run(self, stop: asyncio.Event) -> None:
        """Execute commands as they come, until `stop`. One that a restart interrupted is reported
        as such, never run again."""
        await asyncio.to_thread(self._close_interrupted)
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                taking = asyncio.create_task(self._queue.get())
                await asyncio.wait((taking, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not taking.done():
                    taking.cancel()
                    break
                await self._execute(*taking.result())
        finally:
            stopping.cancel()

    async def _execute(self, command: Command, arrived_s: float) -> None:
        if not await asyncio.to_thread(self._begin, command.command_id):
            log.info("command %s came again", command.command_id, extra={"action": "repeated"})
            return
        age_s = command.age_s + self._outbox.clock.monotonic_s() - arrived_s
        handler = self._handlers.get(command.name)
        if age_s >= command.expires_in_s:
            outcome, detail = "expired", f"{age_s:.0f} s old, valid for {command.expires_in_s:.0f}"
        elif handler is None:
            outcome, detail = "unknown", f"this agent knows no command {command.name!r}"
        else:
            outcome, detail = await _outcome(handler, command)
        await asyncio.to_thread(self._finish, command.command_id, outcome, detail)

    def _begin(self, command_id: str) -> bool:
        """Whether this command was never seen before; it counts as started from now on."""
        with self._outbox.transaction() as transaction:
            connection = transaction.connection
            age_s = self._outbox.age_s(connection)
            connection.execute("DELETE FROM inbox WHERE age_s < ?", (age_s - REMEMBERED_S,))
            return _note(connection, command_id, age_s)

    def _finish(self, command_id: str, outcome: str, detail: str) -> None:
        with self._outbox.transaction() as transaction:
            transaction.connection.execute(
                "UPDATE inbox SET state=? WHERE command_id=?", (DONE, command_id)
            )
            transaction.append(CommandResult(command_id=command_id, outcome=outcome, detail=detail))

    def _close_interrupted(self) -> None:
        with self._outbox.transaction() as transaction:
            rows = transaction.connection.execute(
                "UPDATE inbox SET state=? WHERE state=? RETURNING command_id", (DONE, STARTED)
            ).fetchall()
            for (command_id,) in rows:
                transaction.append(
                    CommandResult(
                        command_id=command_id,
                        outcome="interrupted",
                        detail="the agent stopped while it ran; it is not run again",
                    )
                )


async def _outcome(handler: Handler, command: Command) -> tuple[str, str]:
    with sparing(log, "command %s failed", command.name, action="command-failed") as failure:
        return "done", await handler(command.arguments)
    return "failed", f"{type(failure.error).__name__}: {failure.error}"


def _note(connection: sqlite3.Connection, command_id: str, age_s: float) -> bool:
    cursor = connection.execute(
        "INSERT OR IGNORE INTO inbox VALUES(?,?,?)", (command_id, STARTED, age_s)
    )
    return cursor.rowcount == 1
