"""What pages show, drawn once for all who look at the same thing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.change_feed import Changes
from cloud_hub.web.markup import NOTHING, Markup

SHARED_S: Final = 2.0
"""A drawing serves everybody with the same rights and language for at least this long."""
REST: Final = 10.0
"""… and for this many times as long as it took: a large chain's page never fills a core."""
KEPT_AT_MOST: Final = 256

Draw = Callable[[Session, Viewer], Markup]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective:
    """What a drawing depends on: whose eyes, which address, and whether their name matters."""

    viewer: Viewer
    address: str
    personal: bool = False

    @property
    def eyes(self) -> Viewer:
        """The viewer as the drawing gets it: without a name where it is shared by all of a role."""
        return self.viewer if self.personal else replace(self.viewer, login_name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a page showed once: its markup, up to which commit it knew the facts, and its digest, by
    which a browser says that it shows this already."""

    markup: Markup = NOTHING
    version: int = -1
    digest: str = ""


@dataclass(slots=True)
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    good_until_s: float = float("-inf")
    drawing: Drawing = field(default_factory=Drawing)


class SharedDrawings:
    """Drawings by rights, language and address: many open tabs cost as much as one."""

    def __init__(self, sessions: Callable[[], Session], changed: Changes) -> None:
        self._sessions = sessions
        self._changed = changed
        self._kept: dict[tuple[Viewer, str], _Kept] = {}

    async def drawn(self, perspective: Perspective, draw: Draw) -> Drawing:
        """What `draw` makes of the database, now or a moment ago. It runs in a thread, once for all
        who wait, and is told no more of the viewer than the drawing is kept by. Raises what `draw`
        raises."""
        key = (perspective.eyes, perspective.address)
        kept = self._kept.get(key)
        if kept is None:
            self._forget_oldest()
            kept = self._kept.setdefault(key, _Kept())
        loop = asyncio.get_running_loop()
        async with kept.lock:
            began_s = loop.time()
            if began_s >= kept.good_until_s:
                kept.drawing = await self.drawn_apart(perspective, draw)
                took_s = loop.time() - began_s
                kept.good_until_s = loop.time() + max(SHARED_S, REST * took_s)
            return kept.drawing

    async def drawn_apart(self, perspective: Perspective, draw: Draw) -> Drawing:
        """A drawing that nobody else gets: it shows what one person has just typed."""
        version = self._changed.version
        markup = await asyncio.to_thread(self._read, draw, perspective.eyes)
        digest = blake2b(markup.encode(), digest_size=12).hexdigest()
        return Drawing(markup=markup, version=version, digest=digest)

    def forget(self) -> None:
        """Draws everything anew at the next look: somebody has just changed something here."""
        for kept in self._kept.values():
            kept.good_until_s = float("-inf")

    def _read(self, draw: Draw, eyes: Viewer) -> Markup:
        with self._sessions() as session:
            return draw(session, eyes)

    def _forget_oldest(self) -> None:
        idle = [key for key, kept in self._kept.items() if not kept.lock.locked()]
        while len(self._kept) >= KEPT_AT_MOST and idle:
            del self._kept[idle.pop(0)]
