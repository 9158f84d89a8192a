"""A titled block of a page."""

from cloud_hub.web.markup import Markup, el


def panel(title: str, *children: Markup | None, note: str | None = None, kind: str = "") -> Markup:
    """A block with its heading."""
    return el(
        "section",
        el("header", el("h2", title), el("p", note, class_="quiet") if note else None),
        children,
        class_=f"panel {kind}".strip(),
    )


def table(
    heads: tuple[str, ...], rows: list[Markup], *, kind: str = "", nothing: str = ""
) -> Markup:
    """A table that scrolls sideways in its own box where the page is narrow."""
    if not rows:
        return el("p", nothing, class_="quiet")
    return el(
        "div",
        el(
            "table",
            el("thead", el("tr", [el("th", head, scope="col") for head in heads])),
            el("tbody", rows),
            class_=f"table {kind}".strip(),
        ),
        class_="scroller",
    )
