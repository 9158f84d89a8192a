"""What pages show, drawn once for all who look at the same thing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.console.markup import NOTHING, Markup
from cloud_hub.viewer import Viewer

SHARED_S: Final = 2.0
"""A drawing serves everybody with the same rights and language for this long."""
KEPT_AT_MOST: Final = 256


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    made_s: float = float("-inf")
    drawn: Markup = NOTHING


class SharedDrawings:
    """Drawings by rights, language and address: many open tabs cost as much as one."""

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions
        self._kept: dict[tuple[Viewer, str], _Kept] = {}

    async def drawn(
        self, viewer: Viewer, address: str, draw: Callable[[Session], Markup]
    ) -> Markup:
        """What `draw` makes of the database, at most SHARED_S old. It runs in a thread, and once
        for all who wait. Raises what `draw` raises."""
        key = (replace(viewer, login_name=""), address)
        kept = self._kept.get(key)
        if kept is None:
            self._forget_oldest()
            kept = self._kept.setdefault(key, _Kept())
        loop = asyncio.get_running_loop()
        async with kept.lock:
            if loop.time() - kept.made_s > SHARED_S:
                kept.drawn = await asyncio.to_thread(self._read, draw)
                kept.made_s = loop.time()
            return kept.drawn

    def forget(self) -> None:
        """Draws everything anew at the next look: somebody has just changed something here."""
        for kept in self._kept.values():
            kept.made_s = float("-inf")

    def _read(self, draw: Callable[[Session], Markup]) -> Markup:
        with self._sessions() as session:
            return draw(session)

    def _forget_oldest(self) -> None:
        idle = [key for key, kept in self._kept.items() if not kept.lock.locked()]
        while len(self._kept) >= KEPT_AT_MOST and idle:
            del self._kept[idle.pop(0)]
