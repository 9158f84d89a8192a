"""A table that can be sorted, filtered, paged and saved as a file, with links and a form alone."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from cloud_hub.core.text import Text
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.table_state import (
    PAGE_ROWS,
    Column,
    RowT,
    Table,
    TableState,
    arranged,
    changed,
    state_of,
    written,
)
from cloud_hub.web.reader import Reader

ROWS: Final = Text("{count} row", "{count} rows")
TOOLS_FROM: Final = 8
"""So few rows are seen at a glance: no filter stands above them."""


def data_table(table: Table[RowT], reader: Reader) -> Markup:
    """The table as the page's address asks for it. On a phone a row becomes a card."""
    if not table.rows:
        return el("p", table.nothing, class_="quiet")
    state = state_of(table, reader.query)
    rows = arranged(table, state, reader.words.language)
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    page = min(state.page, pages)
    shown = rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    has_tools = len(table.rows) >= TOOLS_FROM or state.is_filtered
    return el(
        "div",
        _tools(table, state, reader) if has_tools else None,
        el(
            "div",
            el(
                "table",
                el("thead", el("tr", [_head(one, table, state, reader) for one in table.columns])),
                el("tbody", [_row(row, table) for row in shown]),
                class_=f"table cards {table.kind}".strip(),
            ),
            class_="scroller",
        ),
        None if shown else el("p", reader.words("Nothing fits the filter."), class_="quiet"),
        _foot(table, len(rows), (page, pages), reader),
        class_="data-table",
        id=f"table-{table.name}",
    )


def _head(column: Column[Any], table: Table[Any], state: TableState, reader: Reader) -> Markup:
    is_sorted = state.sort == column.key
    turned = is_sorted and not state.descending
    query = changed(reader.query, table, sort=f"-{column.key}" if turned else column.key, page=None)
    order = ("descending" if state.descending else "ascending") if is_sorted else None
    sign = {"ascending": "▲", "descending": "▼"}.get(order or "", "")
    return el(
        "th",
        el(
            "a",
            column.title,
            el("span", sign, class_="sort-sign", aria_hidden="true"),
            href=f"{reader.here}?{query}#table-{table.name}",
        ),
        scope="col",
        aria_sort=order,
        class_="amount" if column.amount else None,
    )


def _row(row: RowT, table: Table[RowT]) -> Markup:
    first, *rest = table.columns
    return el(
        "tr",
        el("th", _content(first, row), scope="row"),
        [
            el(
                "td",
                _content(column, row),
                class_="amount" if column.amount else None,
                data_title=column.title,
            )
            for column in rest
        ],
        **table.mark(row),
    )


def _content(column: Column[RowT], row: RowT) -> Markup | str:
    return column.cell(row) if column.cell else written(column.value(row))


def _tools(table: Table[Any], state: TableState, reader: Reader) -> Markup:
    words = reader.words
    choices = [column for column in table.columns if column.choices]
    own = {f"{table.name}-{what}" for what in ("find", "page", *(f"is-{c.key}" for c in choices))}
    kept = [(name, value) for name, value in parse_qsl(reader.query) if name not in own]
    cleared = {"find": None, "page": None} | {f"is-{column.key}": None for column in choices}
    return el(
        "form",
        [el("input", type="hidden", name=name, value=value) for name, value in kept],
        el(
            "input",
            type="search",
            name=f"{table.name}-find",
            value=state.text,
            placeholder=words("Find"),
            aria_label=words("Find"),
        ),
        [_choice(column, table, state) for column in choices],
        el("button", words("Filter"), type="submit", class_="button button-quiet"),
        el("a", words("Show all"), href=f"{reader.here}?{changed(reader.query, table, **cleared)}")
        if state.is_filtered
        else None,
        method="get",
        action=reader.here,
        role="search",
        class_="table-tools",
    )


def _choice(column: Column[Any], table: Table[Any], state: TableState) -> Markup:
    values = sorted({written(column.value(row)) for row in table.rows} - {""})
    chosen = state.chosen.get(column.key, "")
    options = [el("option", value, value=value, selected=value == chosen) for value in values]
    return el(
        "select",
        el("option", f"{column.title}: –", value=""),
        options,
        name=f"{table.name}-is-{column.key}",
        aria_label=column.title,
    )


def _foot(table: Table[Any], found: int, place: tuple[int, int], reader: Reader) -> Markup:
    words, (page, pages) = reader.words, place
    counted = (
        words.of(ROWS.filled(n=found, count=words.number(found)))
        if found == len(table.rows)
        else words(
            "{count} of {all} rows", count=words.number(found), all=words.number(len(table.rows))
        )
    )
    query = changed(reader.query, table, page=None)
    export = f"{query}&export={table.name}" if query else f"export={table.name}"
    return el(
        "p",
        el("span", counted),
        _pages(table, page, pages, reader) if pages > 1 else None,
        el("a", words("Save as CSV"), href=f"{reader.here}?{export}", download=f"{table.name}.csv"),
        class_="table-foot quiet",
    )


def _pages(table: Table[Any], page: int, pages: int, reader: Reader) -> Markup:
    words = reader.words

    def link(to: int, said: str) -> Markup | None:
        if not 1 <= to <= pages:
            return None
        query = changed(reader.query, table, page=to)
        return el("a", said, href=f"{reader.here}?{query}#table-{table.name}")

    parts: Sequence[Markup | None] = (
        link(page - 1, words("Back")),
        el("span", words("page {page} of {pages}", page=page, pages=pages), aria_current="page"),
        link(page + 1, words("Further")),
    )
    return el("span", list(parts), class_="table-pages")
