"""Whether this agent still does what only a start anew can heal: its one writer writes."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge_agent.core.writer import Writer
from sync.core.errors import OutboxFull, OutboxUnusable
from sync.core.supervisor import Pulse
from sync.link.link_state import LinkStatus
from sync.outbox.outbox import Transaction

WRITES_EVERY: Final = 10
"""Looks between two that change a page of the file; the others take the lock and give it back: an
SD card has only so many writes."""


@dataclass(slots=True, kw_only=True)
class AgentPulse:
    """Looks at a running agent; `link` says how its way to the hub does."""

    writer: Writer
    link: Callable[[], LinkStatus]
    looks: int = 0

    async def look(self) -> Pulse:
        """How it does. A full disk is no reason to start anew, which frees none of it, nor is a hub
        that is away."""
        is_to_write = self.looks % WRITES_EVERY == 0
        self.looks += 1
        try:
            await self.writer.write(_write if is_to_write else _take_the_lock)
        except OutboxFull as error:
            return Pulse(is_alive=True, said=str(error))
        except (OutboxUnusable, sqlite3.Error) as error:
            is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            return Pulse(is_alive=is_full, said=str(error))
        link = self.link()
        return Pulse(is_alive=True, said=f"hub: {link.state}{link.detail and f', {link.detail}'}")


def _write(transaction: Transaction) -> None:
    # SQLite writes nothing where a row is set to what it is.
    transaction.connection.execute("INSERT INTO local_schema(version) VALUES (0)")
    transaction.connection.execute("DELETE FROM local_schema WHERE version = 0")


def _take_the_lock(_: Transaction) -> None:
    """The transaction itself does it."""
