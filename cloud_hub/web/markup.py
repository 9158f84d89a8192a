"""HTML and SVG from Python, drawn by htpy: everything that is not Markup already is escaped."""

from collections.abc import Iterable

import htpy
from markupsafe import Markup as Markup
from markupsafe import escape

Leaf = str | Markup | int | None
Child = Leaf | Iterable[Leaf]

NOTHING = Markup()


def el(tag: str, *children: Child, **attributes: object) -> Markup:
    """One element. `class_` and `for_` lose their underscore, other underscores become dashes;
    an attribute that is None or False is left out, True stands alone."""
    written = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    element = getattr(htpy, tag)(written)
    return escape(element if isinstance(element, htpy.VoidElement) else element[children])


def joined(*children: Child) -> Markup:
    """The children one after another, None left out."""
    return escape(htpy.fragment[children])
