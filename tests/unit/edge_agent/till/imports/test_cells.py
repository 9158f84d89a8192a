"""What stands in a cell."""

from decimal import Decimal

import pytest

from edge_agent.till.imports.cells import (
    UnusableCell,
    decimal_mark,
    is_nothing,
    number,
    unmangled,
    unmangled_code,
)


@pytest.mark.parametrize(
    ("text", "mark", "right"),
    [
        *(("3.50", ".", "3.50"), ("3,50", ",", "3.50"), ("1,234.50", ".", "1234.50")),
        *(("1.234,50", ",", "1234.50"), ("1 234,50", ",", "1234.50"), ("1'234.50", ".", "1234.50")),
        *(
            ("1\u00a0234,5", ",", "1234.5"),
            ("12,34,567.8", ".", "1234567.8"),
            ("1,234", ".", "1234"),
        ),
        *(("(1.50)", ".", "-1.50"), ("1.50-", ".", "-1.50"), ("-1.50", ".", "-1.50")),
        *(("−1.50", ".", "-1.50"), ("–1.50", ".", "-1.50"), ("+1.50", ".", "1.50")),
        *(("$(0.50)", ".", "-0.50"), ("($0.50)", ".", "-0.50"), ("-$0.50", ".", "-0.50")),
        *(("€ 3,50", ",", "3.50"), ("3,50 €", ",", "3.50"), ("3.50 EUR", ".", "3.50")),
        *(("¥1,234", ".", "1234"), ("１２．５", ".", "12.5"), (".5", ".", "0.5"), ("5.", ".", "5")),
        *(("1e-05", ".", "0.00001"), ("2.5E+3", ".", "2500"), ("0", ".", "0")),
    ],
)
def test_a_figure_is_read_however_accountants_write_it(text: str, mark: str, right: str) -> None:
    assert number(text, mark) == Decimal(right)


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "two", "NaN", "Infinity", "1,5", "1.2.3", "--2", "1,23", "1,2345", "2 pcs"),
        *("(1", "1 2", "5%", "1,234,56", "0x10", "1_0"),
    ],
)
def test_what_is_no_figure_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(UnusableCell, match="is not a number"):
        number(text, ".")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        *(("3.50", "."), ("3,5", ","), ("1,234.50", "."), ("1.234,50", ","), ("1.2345", ".")),
        *(("1.234", None), ("1,234", None), ("7", None), ("", None), ("(3,50)", ",")),
    ],
)
def test_a_cell_says_which_mark_begins_its_decimals_where_only_one_can(
    text: str, mark: str | None
) -> None:
    assert decimal_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("6901234567892", "6901234567892"),
        ("6901234567892.0", "6901234567892"),
        ("6901234567892.00", "6901234567892"),
        ("'6901234567892", "6901234567892"),
        ('="6901234567892"', "6901234567892"),
        ("6.901234567892E+12", "6901234567892"),
        ("６９０１２３４５６７８９２.0", "6901234567892"),
        ("42100005264", "042100005264"),
        ("42100005264.0", "042100005264"),
        ("85123A", "85123A"),
        ("1E5", "1E5"),
        ("12345678901", "12345678901"),
        ("10.5", "10.5"),
        ("  x ", "x"),
    ],
)
def test_a_spreadsheets_code_is_mended_where_that_is_certain(text: str, right: str) -> None:
    assert unmangled_code(text) == (right, right != text.strip())


@pytest.mark.parametrize("text", ["6.90123E+12", "6.9E+12", "8,0E+07", "7E+12", '="6.9E+12"'])
def test_lost_digits_are_never_guessed(text: str) -> None:
    with pytest.raises(UnusableCell, match="digits are lost"):
        unmangled_code(text)


@pytest.mark.parametrize("text", ["80012345.0", "'80012345", '="80012345"', "8.0012345E+07"])
def test_a_member_number_from_a_spreadsheet_is_the_number(text: str) -> None:
    assert unmangled(text) == "80012345"


@pytest.mark.parametrize("text", [None, "", " ", "NULL", "nan", "None", "#N/A", "-"])
def test_what_programs_write_for_nothing_is_nothing(text: str | None) -> None:
    assert is_nothing(text)
    assert not is_nothing("0")
