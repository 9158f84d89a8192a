"""For whom a page is drawn: who looks, in which words, at what moment."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.trace import Traces
from cloud_hub.insight.search import Searches
from cloud_hub.web.actions import Attempt
from cloud_hub.web.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Goes through every part of a page. `now` is the hub's time when the page was drawn,
    `here` the page's own path, `query` what follows it; `attempt` a form of the page that was sent
    and has to be put right; `searches` what is looked for where a page shows problems, `traces` how
    it is named what became of an event."""

    viewer: Viewer
    words: Words
    now: datetime
    here: str = ""
    query: str = ""
    attempt: Attempt | None = None
    searches: Searches = ()
    traces: Traces = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The page's own path with its query."""
        return f"{self.here}?{self.query}" if self.query else self.here

    def in_zone(self, time_zone: str) -> "Reader":
        """The same reader with clocks of another zone: each store's page tells its own time."""
        return replace(self, words=Words(self.words.language, ZoneInfo(time_zone)))

    def link(self, page: Permission, identity: str | None = None) -> str | None:
        """The address of the page that `page`, a right to see one, is named after; None where this
        reader may not open it."""
        if not self.viewer.may(page):
            return None
        root = "/" if page is Permission.SEE_HOME else f"/{page.value.removeprefix('see-')}"
        return f"{root}/{identity}" if identity else root
