"""HTML and SVG from Python: everything that is not Markup already is escaped."""

from collections.abc import Iterable

from markupsafe import Markup as Markup
from markupsafe import escape

Leaf = str | Markup | int | None
Child = Leaf | Iterable[Leaf]

VOID_TAGS = frozenset({"br", "hr", "img", "input", "link", "meta"})

NOTHING = Markup()


def el(tag: str, *children: Child, **attributes: object) -> Markup:
    """One element. `class_` and `for_` lose their underscore, other underscores become dashes;
    an attribute that is None or False is left out, True stands alone."""
    opening = Markup("<") + tag + _attributes(attributes) + Markup(">")
    if tag in VOID_TAGS:
        return opening
    return opening + joined(*children) + Markup("</") + tag + Markup(">")


def joined(*children: Child) -> Markup:
    """The children one after another, None left out."""
    return Markup("").join(escape(child) for child in _flat(children))


def _flat(children: Iterable[Child]) -> Iterable[str | int]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str | int):
            yield child
        else:
            yield from _flat(child)


def _attributes(attributes: dict[str, object]) -> Markup:
    parts = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        written = name.rstrip("_").replace("_", "-")
        parts.append(
            Markup(" ") + written if value is True else Markup(' {}="{}"').format(written, value)
        )
    return Markup("").join(parts)
