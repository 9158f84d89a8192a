"""A table drawn and exported as its address asks."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_export import export
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole


@dataclass(frozen=True)
class Row:
    name: str
    town: str = "North"
    units: int | None = 1
    price: Decimal | None = None


COLUMNS: tuple[Column[Row], ...] = (
    Column(key="name", title="Name", value=lambda row: row.name),
    Column(key="town", title="Town", value=lambda row: row.town, choices=True),
    Column(key="units", title="Units", value=lambda row: row.units, amount=True),
    Column(key="price", title="Price", value=lambda row: row.price, amount=True),
)


def table(*rows: Row, name: str = "t") -> Table[Row]:
    return Table(name=name, columns=COLUMNS, rows=rows, nothing="Nothing.")


def drawn(one: Table[Row], query: str = "") -> str:
    viewer = Viewer(tenant_id="chain", login_name="wang", role=LoginRole.HEAD_OFFICE)
    words = Words("en", ZoneInfo("Etc/GMT-8"))
    now = datetime(2026, 11, 30, tzinfo=UTC)
    return str(data_table(one, Reader(viewer=viewer, words=words, now=now, here="/x", query=query)))


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [
        ("", "1", "50"),
        ("2", "51", "100"),
        ("3", "101", "120"),
        ("9", "101", "120"),
        ("x", "1", "50"),
        ("-1", "1", "50"),
        ("9" * 5000, "1", "50"),
    ],
)
def test_a_page_is_fifty_rows_and_one_that_there_is_not_is_the_last_or_first(page, first, last):
    markup = drawn(table(*(Row(f"s{number}") for number in range(1, 121))), f"t-page={page}")
    assert f">s{first}<" in markup
    assert f">s{last}<" in markup
    assert markup.count('scope="row"') == int(last) - int(first) + 1
    assert "120 rows" in markup


def test_a_heads_link_sorts_and_turns_and_keeps_the_rest_of_the_address():
    rows = tuple(Row(f"s{number}") for number in range(9))
    markup = drawn(table(*rows), "day=2&t-find=s&t-page=2&t-sort=name")
    assert 'aria-sort="ascending"' in markup
    link = markup.partition("aria-sort")[2].partition('href="')[2].partition('"')[0]
    asked = dict(parse_qsl(urlsplit(link.replace("&amp;", "&")).query))
    assert asked == {"day": "2", "t-find": "s", "t-sort": "-name"}


def test_the_filter_keeps_the_rest_of_the_address_and_shows_what_was_sought():
    rows = tuple(Row(f"s{number}") for number in range(9))
    markup = drawn(table(*rows), "day=2&t-sort=name&t-find=%22%3E%3Cb%3E")
    assert 'type="hidden" name="day" value="2"' in markup
    assert 'type="hidden" name="t-sort" value="name"' in markup
    assert "<b>" not in markup
    assert "Nothing fits the filter." in markup


def read_back(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    assert "\r\n" in text
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_file_holds_all_pages_filtered_and_sorted():
    one = table(*(Row(f"s{number}", town="N" if number % 2 else "S") for number in range(200)))
    file = export(one, "t-is-town=N&t-sort=-name&t-page=2", "en")
    rows = read_back(file.text)
    assert file.name == "t.csv"
    assert rows[0] == ["Name", "Town", "Units", "Price"]
    assert [row[0] for row in rows[1:4]] == ["s199", "s197", "s195"]
    assert len(rows) == 101


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 1", "'+86 1"),
        ("-5", "'-5"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("9520000000011", "'9520000000011"),
        ("007", "'007"),
        ("42", "42"),
        ('say "hi", twice\r\nthen go', 'say "hi", twice\r\nthen go'),
        ("江口路", "江口路"),
    ],
)
def test_no_text_runs_as_a_formula_and_codes_stay_text(text, cell):
    assert read_back(export(table(Row(text)), "", "en").text)[1][0] == cell


def test_numbers_of_a_file_are_numbers_and_no_data_is_empty():
    rows = read_back(export(table(Row("a", units=-5, price=Decimal("6.50"))), "", "en").text)
    assert rows[1] == ["a", "North", "-5", "6.50"]
    assert read_back(export(table(Row("a", units=None)), "", "en").text)[1][2] == ""


def test_one_row_is_told_as_one() -> None:
    assert "1 row<" in drawn(table(Row("Tea")))
    assert "2 rows<" in drawn(table(Row("Tea"), Row("Water")))
