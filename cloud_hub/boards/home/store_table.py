"""The stores in one table: sales, conversion, on-shelf, degrees, freshness."""

from cloud_hub.access.viewer import Page
from cloud_hub.boards.home.view import StoreLine
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.insight.figure import Figure
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.figure_tile import direction_of
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader


def store_table(rows: tuple[StoreLine, ...], reader: Reader) -> Markup:
    """One line a store; an unwatched figure says so instead of showing 0."""
    words = reader.words
    heads = (
        words("Store"),
        words("Net sales"),
        words("Conversion"),
        words("On shelf"),
        "°C",
        words("Newest data"),
    )
    return el(
        "div",
        el(
            "table",
            el("thead", el("tr", [el("th", head, scope="col") for head in heads])),
            el("tbody", [_row(row, reader) for row in rows]),
            class_="table stores",
        ),
        class_="scroller",
    )


def figure_cell(figure: Figure, reader: Reader, *, with_change: bool = False) -> Markup:
    """A figure in a table: value, its difference beside it if wanted, its coverage on hover."""
    words = reader.words
    if figure.value is None:
        return el("td", words("no data"), class_="amount missing")
    change = words.change(figure)
    direction = direction_of(figure)
    watched = (
        words("watched {share}", share=words.percent(figure.coverage))
        if figure.coverage is not None
        else None
    )
    as_of = words("as of {clock}", clock=words.moment(figure.as_of, reader.now))
    return el(
        "td",
        words.value(figure),
        el("small", change, class_=f"change change-{direction}")
        if change and with_change
        else None,
        class_="amount thin" if figure.coverage is not None and figure.coverage < 0.9 else "amount",
        title=" · ".join(part for part in (change, watched, as_of) if part),
    )


def _row(row: StoreLine, reader: Reader) -> Markup:
    return el(
        "tr",
        el(
            "th",
            el("a", reader.words.of(row.name), href=reader.link(Page.STORE, row.store_id)),
            scope="row",
        ),
        figure_cell(row.net_sales, reader, with_change=True),
        figure_cell(row.conversion, reader),
        figure_cell(row.on_shelf, reader),
        _degrees(row, reader),
        el("td", freshness_chip(row.freshness, reader), class_="fresh-cell"),
        data_key=row.store_id,
        data_store=row.store_id,
        data_link=row.freshness.state.value,
    )


def _degrees(row: StoreLine, reader: Reader) -> Markup:
    words = reader.words
    if row.temperature_c is None:
        return el("td", words("no data"), class_="amount missing")
    return el(
        "td",
        icon("warm", words("too warm")) if row.too_warm else None,
        words.number(row.temperature_c, 1),
        class_="amount alarm-text" if row.too_warm else "amount",
    )
