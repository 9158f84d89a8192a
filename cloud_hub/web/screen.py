"""What a page of the console is: its address, the right it needs, its title, how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Page
from cloud_hub.web.markup import Markup
from cloud_hub.web.parts.table_state import Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words

Arguments = Mapping[str, str]
"""What an address names (`identity`) and asks for (its query)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page. `draw` gets the database, the reader and the address's arguments; `title` is what the
    browser's tab calls it.

    `personal`: what it shows depends on who looks, not on rights alone. Any other page is drawn
    once for all with the same rights, and its reader then has no name.

    `tables` are those of its tables that can be saved as a file: `?export=NAME`.
    """

    path: str
    page: Page
    title: Callable[[Words], str]
    draw: Callable[[Session, Reader, Arguments], Markup]
    personal: bool = False
    tables: Callable[[Session, Reader, Arguments], Sequence[Table[Any]]] | None = None
