"""A table as a file for spreadsheets: CSV by RFC 4180, in UTF-8 that they recognise."""

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from cloud_hub.web.parts.table_state import Table, Value, arranged, state_of, written

MARK: Final = "\ufeff"
"""Without it a spreadsheet takes the file for its own country's encoding."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run as a formula by whoever opens the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to save, and how many rows it has."""

    name: str
    text: str
    rows: int


def export(table: Table[Any], query: str, language: str) -> Export:
    """What the page shows, of all its pages: filtered and sorted as the address says."""
    rows = arranged(table, state_of(table, query), language)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_safe(column.title) for column in table.columns])
    writer.writerows([[_cell(column.value(row)) for column in table.columns] for row in rows])
    return Export(name=f"{table.name}.csv", text=MARK + file.getvalue(), rows=len(rows))


def _cell(value: Value) -> str:
    """Numbers stay numbers; of text nothing is run."""
    said = written(value)
    return _safe(said) if isinstance(value, str) else said


def _safe(text: str) -> str:
    """A text that no program takes for a formula. Codes of digits alone stay text, too: a
    spreadsheet would cut their zeros off, and write long ones as 9.52E+12."""
    if text.startswith(FORMULA):
        return f"'{text}"
    if text.isdecimal() and (len(text) > 11 or text.startswith("0")):
        return f"'{text}"
    return text
