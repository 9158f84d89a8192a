"""The stores in one table: sales, conversion, on-shelf, degrees, freshness."""

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.home.view import StoreLine
from cloud_hub.fleet.status_part import freshness_chip
from cloud_hub.insight.figure import Figure
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.figure_tile import direction_of
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader


def stores_table(rows: tuple[StoreLine, ...], reader: Reader) -> Table[StoreLine]:
    """One line a store; an unwatched figure says so instead of showing 0."""
    words = reader.words
    columns: tuple[Column[StoreLine], ...] = (
        Column(
            key="store",
            title=words("Store"),
            value=lambda row: words.of(row.name),
            cell=lambda row: el(
                "a", words.of(row.name), href=reader.link(Permission.SEE_STORE, row.store_id)
            ),
        ),
        Column(
            key="sales",
            title=words("Net sales"),
            value=lambda row: row.net_sales.value,
            cell=lambda row: figure_text(row.net_sales, reader, with_change=True),
            amount=True,
        ),
        Column(
            key="conversion",
            title=words("Conversion"),
            value=lambda row: row.conversion.value,
            cell=lambda row: figure_text(row.conversion, reader),
            amount=True,
        ),
        Column(
            key="shelf",
            title=words("On shelf"),
            value=lambda row: row.on_shelf.value,
            cell=lambda row: figure_text(row.on_shelf, reader),
            amount=True,
        ),
        Column(
            key="degrees",
            title="°C",
            value=lambda row: row.temperature_c,
            cell=lambda row: _degrees(row, reader),
            amount=True,
        ),
        Column(
            key="data",
            title=words("Newest data"),
            value=lambda row: row.freshness.data_at or row.freshness.heard_at,
            cell=lambda row: freshness_chip(row.freshness, reader),
        ),
    )
    return Table(
        name="stores",
        columns=columns,
        rows=rows,
        nothing=words("No stores yet"),
        mark=lambda row: {
            "data_key": row.store_id,
            "data_store": row.store_id,
            "data_link": row.freshness.state.value,
        },
        kind="stores",
    )


def figure_cell(figure: Figure, reader: Reader, *, with_change: bool = False) -> Markup:
    """A figure as a cell of a table."""
    return el("td", figure_text(figure, reader, with_change=with_change), class_="amount")


def figure_text(figure: Figure, reader: Reader, *, with_change: bool = False) -> Markup:
    """A figure in a table: value, its difference beside it if wanted, its coverage on hover."""
    words = reader.words
    if figure.value is None:
        return el("span", words("no data"), class_="missing")
    change = words.change(figure)
    direction = direction_of(figure)
    watched = (
        words("watched {share}", share=words.percent(figure.coverage))
        if figure.coverage is not None
        else None
    )
    as_of = words("as of {clock}", clock=words.moment(figure.as_of, reader.now))
    return el(
        "span",
        words.value(figure),
        el("small", change, class_=f"change change-{direction}")
        if change and with_change
        else None,
        class_="thin" if figure.coverage is not None and figure.coverage < 0.9 else None,
        title=" · ".join(part for part in (change, watched, as_of) if part),
    )


def _degrees(row: StoreLine, reader: Reader) -> Markup:
    words = reader.words
    if row.temperature_c is None:
        return el("span", words("no data"), class_="missing")
    return el(
        "span",
        icon("warm", words("too warm")) if row.too_warm else None,
        words.number(row.temperature_c, 1),
        class_="alarm-text" if row.too_warm else None,
    )
