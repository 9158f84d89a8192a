"""Odd cells and options: a row is refused alone, an option in one line."""

import pytest

from edge_agent.till.imports.csv_files import ReadAs, UnreadableReceipts
from edge_agent.till.imports.reading import ReceiptFile
from tests.stage.receipts.invoices import HEADER, MAPPING, run, write

GOOD = "1,{},1/12/2010 08:26,A,1,1,7"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"1,2,1/12/2010 08:26,{'x' * 81},1,1,7", "code: String should have at most 80"),
        (f"1,2,1/12/2010 08:26,{'x' * 100_000},1,1,7", "code: String should have at most 80"),
        ("1,2,01/01/0001 00:00,A,1,1,7", "is not between 1970 and 2200"),
        ("1,2,31/12/9999 23:59,A,1,1,7", "is not between 1970 and 2200"),
        ("1,2,0001-01-01T00:00:00+14:00,A,1,1,7", "is not between 1970 and 2200"),
        ("1,2,9999-12-31T23:59:59-14:00,A,1,1,7", "is not between 1970 and 2200"),
        ("//[,2,1/12/2010 08:26,A,1,1,7", "makes no identifier"),
        (f"{'x' * 60},2,1/12/2010 08:26,A,1,1,7", "makes no identifier"),
    ],
)
def test_an_odd_cell_costs_its_own_row_alone(tmp_path, row, said):
    path = write(tmp_path, GOOD.format(1), row, GOOD.format(3))
    book = run(path, tmp_path / "d")
    assert (book.booked, book.refused) == (2, 1)
    assert said in (tmp_path / "d" / "refused.jsonl").read_text(encoding="utf-8")


def test_a_shopper_longer_than_any_handle_is_left_out_with_a_warning(tmp_path):
    row = "1,2,1/12/2010 08:26,A,1,1," + "9" * 5000
    book = run(write(tmp_path, GOOD.format(1), row), tmp_path / "d")
    assert (book.booked, book.refused, book.warnings) == (2, 0, 1)


def test_rows_that_together_are_more_than_a_receipt_holds_are_refused(tmp_path):
    rows = ["1,2,1/12/2010 08:26,A,1,9000000000,7"] * 2
    book = run(write(tmp_path, GOOD.format(1), *rows), tmp_path / "d")
    assert (book.booked, book.refused) == (1, 2)


@pytest.mark.parametrize("delimiter", ["ab", '"', "\n", "\r", "\0", "é", "1"])
def test_what_cannot_stand_between_cells_is_refused_in_one_line(tmp_path, delimiter):
    path = write(tmp_path, GOOD.format(1))
    with pytest.raises(UnreadableReceipts, match="cannot stand between cells") as told:
        ReceiptFile(path, MAPPING, scratch=tmp_path, read_as=ReadAs(delimiter=delimiter))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("encoding", ["hex", "base64", "rot13", "undefined", "x y", "a\0b"])
def test_an_encoding_that_is_no_text_is_refused_in_one_line(tmp_path, encoding):
    path = write(tmp_path, GOOD.format(1))
    with pytest.raises(UnreadableReceipts, match="there is no encoding"):
        ReceiptFile(path, MAPPING, scratch=tmp_path, read_as=ReadAs(encoding=encoding))


def test_a_header_with_an_endless_cell_is_read_beside_it(tmp_path):
    path = tmp_path / "invoices.csv"
    path.write_text("x" * 200_000 + "\n" + HEADER + GOOD.format(1) + "\n", encoding="utf-8")
    assert run(path, tmp_path / "d").booked == 1


def test_a_folder_with_an_apostrophe_is_a_folder(tmp_path):
    folder = tmp_path / "o'brien"
    folder.mkdir()
    assert run(write(folder, GOOD.format(1)), folder / "d'or").booked == 1
