"""One open page in one browser tab: drawn at once, then again when facts have changed."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nicegui import ui
from sqlalchemy.orm import Session

from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.core.hub import Hub
from cloud_hub.web.live.region import Region
from cloud_hub.web.live.shared_drawings import Drawing, SharedDrawings
from cloud_hub.web.markup import Markup
from cloud_hub.web.visit import Visit, visit_now

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
"""How often a tab asks whether facts have changed."""
DRAW_AT_LEAST_S: Final = 20.0
"""A page is drawn again after this long even without news: time itself makes pictures old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a tab shows: whose eyes, which address, and how it is drawn."""

    visit: Visit
    address: str
    draw: Callable[[Session], Markup]


class Tab:
    """Keeps one region up to date while somebody looks at it."""

    def __init__(self, hub: Hub, drawings: SharedDrawings, content: Content) -> None:
        self._hub = hub
        self._drawings = drawings
        self._content = content
        self._version = -1
        self._drawn_s = asyncio.get_running_loop().time()
        self._region: Region | None = None
        self._timer: ui.timer | None = None

    async def open(self) -> None:
        """Draws the page for the first time. Raises NotYours, NotFound."""
        drawing = await self._drawn()
        self._version, self._region = drawing.version, Region(drawing.markup)
        self._timer = ui.timer(LOOK_S, self.look, immediate=False)

    async def look(self) -> None:
        """Draws the page again if there is news or it is long ago."""
        now_s = asyncio.get_running_loop().time()
        if self._hub.changed.version == self._version and now_s - self._drawn_s < DRAW_AT_LEAST_S:
            return
        self._drawn_s = now_s
        if not await self.is_visited():
            return
        try:
            drawing = await self._drawn()
        except (NotYours, NotFound):
            self._leave()
        except Exception:
            # One drawing that fails must not end the tab; the next one may succeed.
            log.exception("page not drawn", extra={"action": "draw", "page": self._content.address})
        else:
            self._version = drawing.version
            if self._region is not None:
                self._region.show(drawing.markup)

    async def _drawn(self) -> Drawing:
        content = self._content
        return await self._drawings.drawn(content.visit.viewer, content.address, content.draw)

    async def is_visited(self) -> bool:
        """Whether the person is still signed in with the rights that the page was drawn for;
        leaves the page where not."""
        visit = self._content.visit
        now = await asyncio.to_thread(self._visit_now)
        if now is None:
            self._leave()
        elif now.viewer != visit.viewer:
            self._stop()
            ui.navigate.reload()
        return now is not None and now.viewer == visit.viewer

    def _visit_now(self) -> Visit | None:
        with self._hub.sessions() as session:
            return visit_now(session, self._hub, self._content.visit)

    def _leave(self) -> None:
        self._stop()
        ui.navigate.to("/login?problem=ended")

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
