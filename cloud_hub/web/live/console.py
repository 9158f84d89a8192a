"""The running console: its screens and acts by name, its open tabs, how a place is drawn."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection
from starlette.routing import compile_path

from cloud_hub.access.doors.reveals import Reveal, Revealed, record_reveal, scope_in_words
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import Hub
from cloud_hub.web.actions import Action, Attempt
from cloud_hub.web.api.parts import Parts
from cloud_hub.web.frame import FrameView, frame_view, has_chain
from cloud_hub.web.live.shared_drawings import Drawing, Perspective, SharedDrawings
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_export import Export, export
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Screen
from cloud_hub.web.visit import Visit, visit_of
from cloud_hub.web.words import Words

TABS_OF_ONE_LOGIN: Final = 64
LONGEST_SUBJECT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One address of the console."""

    screen: Screen
    path: str
    query: str
    arguments: Arguments

    @property
    def address(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What is known of whoever asks, before anything is drawn for them."""

    visit: Visit | None
    frame: FrameView | None
    any_chain: bool


@dataclass(slots=True)
class OpenTabs:
    """How many tabs each login has open."""

    _counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    @contextmanager
    def one_of(self, viewer: Viewer) -> Iterator[bool]:
        """Counts a tab while it is open, and whether there is room for it."""
        login = (viewer.tenant_id, viewer.login_name)
        self._counted[login] += 1
        try:
            yield self._counted[login] <= TABS_OF_ONE_LOGIN
        finally:
            self._counted[login] -= 1
            if not self._counted[login]:
                del self._counted[login]


class Console:
    """What every page, act and tab of a hub is served from."""

    def __init__(
        self, hub: Hub, parts: Parts, screens: Sequence[Screen], actions: Sequence[Action[Any]]
    ) -> None:
        self.hub = hub
        self.parts = parts
        self.drawings = SharedDrawings(hub.sessions, hub.changed)
        self.tabs = OpenTabs()
        self.actions: Mapping[str, Action[Any]] = {action.name: action for action in actions}
        if len(self.actions) != len(actions):
            raise ValueError("two actions have one name")
        self.screens = tuple(screens)
        self._patterns = [(_pattern(screen.path), screen) for screen in screens]

    def place(self, address: str) -> Place | None:
        """The place at a path with its query; None where there is no such page."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        for pattern, screen in self._patterns:
            if found := pattern.match(parts.path):
                named = {name: unquote(value) for name, value in found.groupdict().items()}
                return Place(
                    screen=screen,
                    path=parts.path,
                    query=parts.query,
                    arguments={**dict(parse_qsl(parts.query)), **named},
                )
        return None

    def guest(self, connection: HTTPConnection) -> Guest:
        """Who asks. Reads the database: call it in a thread."""
        with self.hub.sessions() as session:
            visit = visit_of(session, self.hub, connection)
            frame = frame_view(session, visit.viewer) if visit else None
            any_chain = frame is not None or has_chain(session)
        return Guest(visit=visit, frame=frame, any_chain=any_chain)

    def visit(self, connection: HTTPConnection) -> Visit | None:
        """Who asks, as their login and session stand now. Call it in a thread."""
        with self.hub.sessions() as session:
            return visit_of(session, self.hub, connection)

    async def draw(
        self, place: Place, viewer: Viewer, zone: ZoneInfo, attempt: Attempt | None = None
    ) -> Drawing:
        """A page's content, shared with whoever sees the same; apart where it shows an attempt.
        Raises NotYours, NotFound."""
        viewer.require(place.screen.permission)
        words = Words(viewer.language, zone)

        def drawn(session: Session, eyes: Viewer) -> Markup:
            reader = replace(self._reader(place, eyes, words), attempt=attempt)
            return place.screen.draw(session, reader, place.arguments)

        perspective = Perspective(
            viewer=viewer, address=place.address, personal=place.screen.personal
        )
        if attempt is None:
            return await self.drawings.drawn(perspective, drawn)
        return await self.drawings.drawn_apart(perspective, drawn)

    def title(self, place: Place, viewer: Viewer, words: Words) -> str:
        """What the browser's tab calls a place that was drawn: of what it is, and which page. Reads
        the database: call it in a thread."""
        said, subject = place.screen.title(words), place.screen.subject
        if subject is None:
            return said
        with self.hub.sessions() as session:
            name = subject(session, viewer, place.arguments)
        return said if name is None else f"{words.of(name)} · {said}"

    def export(self, place: Place, visit: Visit, zone: ZoneInfo, name: str) -> Export:
        """A table of a page as a file, as the page's address sorts and filters it; in the audit log
        before it is handed out. Call it in a thread. Raises NotYours, NotFound."""
        file = self._file(place, visit.viewer, zone, name)
        revealed = Revealed(
            tenant_id=visit.signed_in.tenant_id,
            actor=visit.signed_in.login_name,
            reveal=Reveal.TABLE_SAVED,
            subject=f"{name} of {place.address}"[:LONGEST_SUBJECT],
            scope=scope_in_words(visit.viewer),
            rows=file.rows,
        )
        with self.hub.database.writing() as session:
            record_reveal(session, revealed, self.hub.clock.now())
        return file

    def _file(self, place: Place, viewer: Viewer, zone: ZoneInfo, name: str) -> Export:
        viewer.require(place.screen.permission)
        words = Words(viewer.language, zone)
        reader = self._reader(place, viewer, words)
        if place.screen.tables is not None:
            with self.hub.sessions() as session:
                for table in place.screen.tables(session, reader, place.arguments):
                    if table.name == name:
                        return export(table, place.query, words.language)
        raise NotFound(f"{place.path} has no table {name!r} to save")

    def _reader(self, place: Place, eyes: Viewer, words: Words) -> Reader:
        return Reader(
            viewer=eyes,
            words=words,
            now=self.hub.clock.now(),
            here=place.path,
            query=place.query,
            searches=self.parts.searches,
            traces=self.parts.projector.projections.traces,
        )


def _pattern(path: str) -> re.Pattern[str]:
    pattern, _, _ = compile_path(path)
    return pattern
