"""Room on the device: what has had its time goes, and a disk that fills is alarmed before it is
full."""

import asyncio
import logging
import shutil
from dataclasses import dataclass

from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import DISK_FULL, AlarmBook, forget_old_alarms
from edge_agent.core.writer import Writer
from edge_agent.upkeep.disk import DiskWatch
from sync.core.pause import pause
from sync.link.media import MediaStore

LOOKED_EVERY_S = 60.0
EXPIRED_EVERY = 60
"""Looks between two deletions of what has had its time."""
FULL_ABOVE = 0.9
ROOM_AGAIN_BELOW = 0.8
"""Shares of the outbox's quota."""
LEAST_FREE_BYTES = 200 * 1024 * 1024
"""Less on the disk itself, and SQLite may not even be able to delete. Source: FAILURES, 7."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Housekeeper:
    """Looks after the device's folder."""

    writer: Writer
    media: MediaStore
    alarms: AlarmBook
    disk: DiskWatch
    looks: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every minute until told to stop."""
        stray = await asyncio.to_thread(self.media.sweep)
        if stray:
            log.info("%d pictures nobody refers to are gone", stray, extra={"action": "sweep"})
        while not stop.is_set():
            await self.look()
            await pause(stop, LOOKED_EVERY_S)

    async def look(self) -> None:
        """One look: room, alarm, and now and then what has had its time."""
        outbox = self.writer.outbox
        fullness = await asyncio.to_thread(outbox.fullness)
        free = (await asyncio.to_thread(shutil.disk_usage, outbox.path.parent)).free
        await asyncio.to_thread(self.disk.look)
        limit = ROOM_AGAIN_BELOW if self.alarms.stands(DISK_FULL, "outbox") else FULL_ABOVE
        guarded = Guarded(
            alarm=DISK_FULL,
            subject="outbox",
            value=round(fullness, 2),
            limit=FULL_ABOVE,
            detail=f"{free // 2**20} MB free on the disk",
        )
        await self.alarms.set_alarm(guarded, is_on=fullness >= limit or free < LEAST_FREE_BYTES)
        if self.looks % EXPIRED_EVERY == 0:
            await asyncio.to_thread(outbox.drop_expired)
            await self.writer.write(lambda transaction: forget_old_alarms(transaction.connection))
        self.looks += 1
