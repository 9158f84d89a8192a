"""What a page of the console is: its address, the right it needs, its title, how it is drawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.text import Said
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words

Arguments = Mapping[str, str]
"""What an address names (`identity`) and asks for (its query)."""


Title = Callable[[Words], str]
"""What something is called, in the reader's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A page's entry in the bar. `position` orders the entries; `title` where the bar calls it
    otherwise than the page does; `address` for a page of which each reader has another, None for
    who has none."""

    position: int
    title: Title | None = None
    address: Callable[[Viewer], str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page. `draw` gets the database, the reader and the address's arguments; `title` is what the
    browser's tab calls it; `menu` its entry in the bar, for who may see it.

    A page that others link to has an address that begins with what its right is called: `/shelf/…`
    takes `see-shelf`.

    `personal`: what it shows depends on who looks, not on rights alone. Any other page is drawn
    once for all with the same rights, and its reader then has no name.

    `subject` is what the page is of, by name, which its title begins with.

    `tables` are those of its tables that can be saved as a file: `?export=NAME`.
    """

    path: str
    permission: Permission
    title: Title
    draw: Callable[[Session, Reader, Arguments], Markup]
    personal: bool = False
    tables: Callable[[Session, Reader, Arguments], Sequence[Table[Any]]] | None = None
    menu: Menu | None = None
    subject: Callable[[Session, Viewer, Arguments], Said | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """One entry of the bar as a reader sees it."""

    title: str
    address: str


def menu_of(screens: Iterable[Screen], viewer: Viewer, words: Words) -> Sequence[MenuEntry]:
    """The entries of those screens that the viewer has, in their order."""
    listed = [(screen, screen.menu) for screen in screens if screen.menu is not None]
    return [
        MenuEntry(title=(menu.title or screen.title)(words), address=address)
        for screen, menu in sorted(listed, key=lambda each: each[1].position)
        if viewer.may(screen.permission)
        and (address := menu.address(viewer) if menu.address else screen.path) is not None
    ]
