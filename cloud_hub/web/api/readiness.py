"""Whether the hub can do its work now: proved by a write to its database and its folder, and by a
broker's answer."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.core.hub import Hub
from cloud_hub.core.storage.database import sqlite_file
from cloud_hub.link.pulse import write_probe

log = logging.getLogger(__name__)

KEPT_S: Final = 5.0
"""An answer holds for so long, however often it is asked for."""
BROKER_PATIENCE_S: Final = 3.0
PATIENCE_S: Final = 10.0
PROBE_FILE: Final = ".readiness"
PROBE_BYTES: Final = 262_144
"""More than a database may still find in pages that it had already: a full disk is seen."""


class Readiness:
    """Looks at most once in `KEPT_S`, and never twice at a time: whoever asks for ever loads the
    hub no more than whoever asks now and then."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._looking: asyncio.Task[str | None] | None = None
        self._problem: str | None = None
        self._looked_s: float | None = None

    async def problem(self) -> str | None:
        """Why the hub is not ready, in one line; None when it is."""
        now_s = self._hub.clock.monotonic_s()
        if self._looking is None and (self._looked_s is None or now_s - self._looked_s >= KEPT_S):
            self._looking = asyncio.create_task(self._look(), name="readiness")
        if (looking := self._looking) is None:
            return self._problem
        done, _ = await asyncio.wait({looking}, timeout=PATIENCE_S)
        return looking.result() if done else f"a write takes longer than {PATIENCE_S:.0f} s"

    async def _look(self) -> str | None:
        try:
            problem = await asyncio.to_thread(_unwritable, self._hub)
            if problem is None and not await self._hub.link.answers(BROKER_PATIENCE_S):
                trouble = self._hub.link.trouble
                problem = "broker away" if trouble is None else f"broker away: {trouble}"
        finally:
            self._looking = None
            self._looked_s = self._hub.clock.monotonic_s()
        if problem != self._problem:
            said = problem or "ready again"
            log.warning("hub: %s", said, extra={"action": "readiness", "ready": problem is None})
        self._problem = problem
        return problem


def _unwritable(hub: Hub) -> str | None:
    try:
        for folder in _folders(hub):
            _write_file(folder / PROBE_FILE)
    except OSError as error:
        return f"the hub's folder cannot be written: {error.strerror}"
    try:
        write_probe(hub)
    except SQLAlchemyError as error:
        log.warning("%s", error, extra={"action": "database-out"})
        return "the database cannot be written"
    return None


def _folders(hub: Hub) -> set[Path]:
    file = sqlite_file(hub.settings.database_url)
    return {hub.settings.data_dir, *((file.parent,) if file else ())}


def _write_file(path: Path) -> None:
    try:
        with path.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)
