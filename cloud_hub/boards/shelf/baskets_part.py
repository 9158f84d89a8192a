"""A chest freezer from above: each basket where it lies, how full it is, what was seen in it."""

from cloud_hub.boards.shelf.baskets import BasketRow, LyingProduct
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.reader import Reader


def baskets_panel(rows: tuple[BasketRow, ...], reader: Reader) -> Markup:
    """One card a basket, as they lie: the far row first."""
    words = reader.words
    across = max(row.column for row in rows)
    return panel(
        words("Baskets"),
        el(
            "ol",
            [_card(row, reader) for row in rows],
            class_="plain baskets",
            style=f"--across:{across}",
        ),
        note=words(
            "By the last clear picture, from above: the share of the floor that goods cover, and"
            " what lies open to view."
        ),
        kind="panel-baskets",
    )


def _card(row: BasketRow, reader: Reader) -> Markup:
    words = reader.words
    is_gap = row.empty_since is not None
    return el(
        "li",
        el("h3", el("span", row.slot_id), _fill(row, reader)),
        el("meter", min=0, max=1, value=f"{row.filled:.3f}", aria_hidden="true")
        if row.filled is not None
        else None,
        _gap(row, reader),
        el("ul", [_product(one, reader) for one in row.products], class_="plain")
        if row.products
        else None,
        el("p", words("goods that were not recognised"), class_="quiet")
        if row.has_unknown
        else None,
        _planned(row, reader),
        class_="basket basket-empty" if is_gap and row.is_confirmed else "basket",
        data_key=row.slot_id,
    )


def _fill(row: BasketRow, reader: Reader) -> Markup:
    words = reader.words
    if row.filled is None:
        return el("span", words("not visible"), class_="missing")
    return el("b", words.percent(row.filled), data_fact="filled")


def _gap(row: BasketRow, reader: Reader) -> Markup | None:
    words = reader.words
    if row.empty_since is None:
        return None
    at = words.moment(row.empty_since, reader.now)
    if not row.is_confirmed:
        return el("p", words("empty since {at}, to be confirmed", at=at), class_="quiet")
    return el("p", words("empty since {at}", at=at), class_="alarm-text")


def _product(one: LyingProduct, reader: Reader) -> Markup:
    words = reader.words
    is_stray = one.is_planned is False
    return el(
        "li",
        words.of(one.name),
        el("span", words("not planned here"), class_="tag") if is_stray else None,
    )


def _planned(row: BasketRow, reader: Reader) -> Markup | None:
    words = reader.words
    if not row.planned:
        return None
    names = ", ".join(words.of(name) for name in row.planned)
    return el("p", el("small", words("planned: {names}", names=names)))
