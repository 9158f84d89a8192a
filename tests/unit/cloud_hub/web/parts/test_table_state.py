"""What an address asks of a table."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from cloud_hub.web.parts.table_state import (
    Column,
    Table,
    TableState,
    Value,
    arranged,
    changed,
    state_of,
    written,
)


@dataclass(frozen=True)
class Row:
    name: str
    town: str = "North"
    units: int | None = 1
    opens: time = time(7)


COLUMNS: tuple[Column[Row], ...] = (
    Column(key="name", title="Name", value=lambda row: row.name),
    Column(key="town", title="Town", value=lambda row: row.town, choices=True),
    Column(key="units", title="Units", value=lambda row: row.units, amount=True),
    Column(key="opens", title="Opens", value=lambda row: row.opens),
)


def table(*rows: Row, name: str = "t") -> Table[Row]:
    return Table(name=name, columns=COLUMNS, rows=rows, nothing="Nothing.")


def names(query: str, *rows: Row, language: str = "en") -> list[str]:
    one = table(*rows)
    return [row.name for row in arranged(one, state_of(one, query), language)]


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("", TableState()),
        ("t-sort=name", TableState(sort="name")),
        ("t-sort=-units", TableState(sort="units", descending=True)),
        ("t-find=+tea+", TableState(text="tea")),
        ("t-is-town=North", TableState(chosen={"town": "North"})),
        ("t-page=3", TableState(page=3)),
        ("o-sort=name&o-page=3&o-find=tea", TableState()),
        ("t-is-name=Tea", TableState()),
        ("t-is-nothing=x&t-page=0&t-sort=nothing", TableState()),
        ("t-page=x", TableState()),
        ("t-page=1e3", TableState()),
        ("t-page=" + "9" * 5000, TableState()),
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_asked(query: str, state: TableState) -> None:
    assert state_of(table(), query) == state


def test_a_state_is_filtered_by_text_and_by_choice_alone() -> None:
    assert TableState(text="tea").is_filtered
    assert TableState(chosen={"town": "North"}).is_filtered
    assert not TableState(sort="name", page=3).is_filtered


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["s10", "S2", "s1"]),
        ("t-sort=name", ["s1", "S2", "s10"]),
        ("t-sort=-name", ["s10", "S2", "s1"]),
        ("t-sort=units", ["s1", "s10", "S2"]),
        ("t-sort=-units", ["s10", "s1", "S2"]),
        ("t-sort=nothing", ["s10", "S2", "s1"]),
        ("other-sort=name", ["s10", "S2", "s1"]),
    ],
)
def test_rows_are_sorted_with_numbers_as_numbers_and_no_data_last(
    query: str, order: list[str]
) -> None:
    rows = (Row("s10", units=9), Row("S2", units=None), Row("s1", units=3))
    assert names(query, *rows) == order


def test_chinese_names_stand_in_the_order_of_their_sounds() -> None:
    rows = (Row("中山路"), Row("北京路"), Row("江口路"))
    assert names("t-sort=name", *rows, language="zh") == ["北京路", "江口路", "中山路"]


def test_a_name_of_digits_without_end_is_sorted_too() -> None:
    rows = (Row("2"), Row("9" * 5000), Row("1"))
    assert names("t-sort=name", *rows)[:2] == ["1", "2"]


def test_rows_are_found_by_words_and_by_choice() -> None:
    rows = (Row("Tea Bar", town="South"), Row("Tea House"), Row("Water Bar"))
    assert names("t-find=TEA", *rows) == ["Tea Bar", "Tea House"]
    assert names("t-find=bar+south", *rows) == ["Tea Bar"]
    assert names("t-is-town=North", *rows) == ["Tea House", "Water Bar"]
    assert names("t-is-town=North&t-find=bar", *rows) == ["Water Bar"]
    assert names("t-is-name=Tea+Bar", *rows) == ["Tea Bar", "Tea House", "Water Bar"]
    assert names("t-is-town=Mars", *rows) == []


def test_a_number_that_is_sought_is_not_found_in_a_time() -> None:
    assert names("t-find=3", Row("s1", opens=time(23)), Row("s3")) == ["s3"]


def test_a_column_that_is_not_searched_hides_nothing_and_shows_nothing() -> None:
    rows = (Row("s1", town="23:00"), Row("s3", town="07:00"))
    columns = (COLUMNS[0], replace(COLUMNS[1], searched=False))
    told = Table(name="t", columns=columns, rows=rows, nothing="")
    assert [row.name for row in arranged(told, state_of(told, "t-find=3"), "en")] == ["s3"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("1E+3"), "1000"),
        (Decimal("6.50"), "6.50"),
        (time(7, 5), "07:05"),
        (datetime(2026, 3, 4, 6, 32, 1, 999, tzinfo=UTC), "2026-03-04T06:32:01+00:00"),
        (0, "0"),
        (False, "False"),
        ("茶", "茶"),
    ],
)
def test_a_value_is_written_as_what_it_is(value: Value, text: str) -> None:
    assert written(value) == text


def test_a_change_keeps_the_rest_of_the_address() -> None:
    one = table(name="open")
    before = "day=2&open-sort=name&done-sort=town"
    assert changed(before, one, sort="-name") == "day=2&open-sort=-name&done-sort=town"
    assert changed(before, one, sort=None, page=None) == "day=2&done-sort=town"
    assert changed("", one, page=2) == "open-page=2"
    assert changed("open-find=a%26b", one, page=2) == "open-find=a%26b&open-page=2"
