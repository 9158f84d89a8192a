"""How a table is sorted, filtered and paged: all of it stands in the address."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from cloud_hub.web.markup import Markup

RowT = TypeVar("RowT")
Value = str | int | float | Decimal | bool | datetime | date | time | None
PAGE_ROWS: Final = 50
DIGITS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RowT]):
    """One column, declared once. `value` is what it is sorted by, saved as and, being a text in a
    column that is `searched`, looked for; `cell` how it is drawn, as its value where that is left
    out. `choices`: offers its values as a list to choose from. None is no data, and comes last
    however it is sorted."""

    key: str
    title: str
    value: Callable[[RowT], Value]
    cell: Callable[[RowT], Markup] | None = None
    choices: bool = False
    searched: bool = True
    amount: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[RowT]):
    """Rows and their columns; the first column names the row. `name` tells its part of the address
    from that of another table of the page. `mark` gives a row's attributes."""

    name: str
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    nothing: str
    mark: Callable[[RowT], Mapping[str, object]] = field(default=lambda _: {})
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """What an address asks of a table. `sort` is a column's key, "" for the rows' own order."""

    sort: str = ""
    descending: bool = False
    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether some rows may be hidden."""
        return bool(self.text or self.chosen)


def state_of(table: Table[Any], query: str) -> TableState:
    """The state that a query asks for. What makes no sense there is as if it were not there."""
    asked = dict(parse_qsl(query))
    sort = asked.get(f"{table.name}-sort", "")
    keys = {column.key for column in table.columns}
    page = asked.get(f"{table.name}-page", "")
    return TableState(
        sort=sort.removeprefix("-") if sort.removeprefix("-") in keys else "",
        descending=sort.startswith("-"),
        text=asked.get(f"{table.name}-find", "").strip(),
        chosen={
            column.key: asked[name]
            for column in table.columns
            if column.choices and (name := f"{table.name}-is-{column.key}") in asked
        },
        page=int(page) if re.fullmatch(r"[1-9][0-9]{0,5}", page) else 1,
    )


def arranged(table: Table[RowT], state: TableState, language: str) -> list[RowT]:
    """The rows that the state asks for, all pages of them, in its order."""
    columns = {column.key: column for column in table.columns}
    rows = [row for row in table.rows if _is_wanted(table, state, row)]
    column = columns.get(state.sort)
    if column is None:
        return rows
    known = [row for row in rows if column.value(row) is not None]
    unknown = [row for row in rows if column.value(row) is None]
    known.sort(key=lambda row: _rank(column.value(row), language), reverse=state.descending)
    return known + unknown


def _is_wanted(table: Table[RowT], state: TableState, row: RowT) -> bool:
    for column in table.columns:
        wanted = state.chosen.get(column.key)
        if wanted is not None and written(column.value(row)) != wanted:
            return False
    sought = state.text.casefold().split()
    if not sought:
        return True
    # In words alone: a 3 that is sought is not that of 23:00.
    values = [column.value(row) for column in table.columns if column.searched]
    said = " ".join(value for value in values if isinstance(value, str)).casefold()
    return all(word in said for word in sought)


def _rank(value: Value, language: str) -> Any:  # noqa: ANN401 - whatever Python can compare
    """Numbers within words count as numbers; Chinese words stand in the order of their sounds:
    that of GB 18030, for those in daily use."""
    if not isinstance(value, str):
        return value
    return [
        (0, int(part[:18]), b"") if part.isdecimal() else (1, 0, _sound(part, language))
        for part in DIGITS.split(value.casefold())
        if part
    ]


def _sound(text: str, language: str) -> bytes:
    return text.encode("gb18030" if language == "zh" else "utf-8", "replace")


def written(value: Value) -> str:
    """A value as text: what is looked for in, and what is exported."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="seconds")
        case time():
            return f"{value:%H:%M}"
        case Decimal():
            return f"{value:f}"
    return str(value)


def changed(query: str, table: Table[Any], **changes: object) -> str:
    """The query with a table's part changed (`sort`, `page` …; None takes it out)."""
    asked = dict(parse_qsl(query))
    for what, value in changes.items():
        name = f"{table.name}-{what}"
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return urlencode(asked)
