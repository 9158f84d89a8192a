"""Whether this hub, or worker, still does what only a start anew can heal: its database takes a
write."""

import asyncio
import logging
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cloud_hub.core.hub import Hub
from cloud_hub.core.storage.bulk_insert import insert_or_replace
from cloud_hub.link.tables import ReadinessProbe
from sync.core.supervisor import Pulse

log = logging.getLogger(__name__)

OF_THE_HUB: Final = "*"
NO_ROOM: Final = "53100"
"""What PostgreSQL says where its disk is full."""


async def pulse_of(hub: Hub) -> Pulse:
    """How it does. A full disk is no reason to start anew, which frees none of it, nor is a broker
    that is away."""
    try:
        await asyncio.to_thread(write_probe, hub)
    except SQLAlchemyError as error:
        log.warning("%s", error, extra={"action": "database-out"})
        if _is_full(error):
            return Pulse(is_alive=True, said="the database's disk is full; free some room")
        return Pulse(is_alive=False, said="the database cannot be written")
    if hub.link.trouble is not None:
        return Pulse(is_alive=True, said=f"broker away: {hub.link.trouble}")
    return Pulse(is_alive=True, said="serving" if hub.link.is_connected else "broker away")


def write_probe(hub: Hub) -> None:
    """One write, of one row that is always the same. Raises SQLAlchemyError."""
    row = {"tenant_id": OF_THE_HUB, "probe": "hub", "written_at": hub.clock.now()}
    # A part of its own, so that no ingest worker waits for it.
    with hub.database.writing(["readiness"]) as session:
        insert_or_replace(session, ReadinessProbe, [row])


def _is_full(error: SQLAlchemyError) -> bool:
    why = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(why, sqlite3.Error):
        return getattr(why, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(why, "sqlstate", None) == NO_ROOM
