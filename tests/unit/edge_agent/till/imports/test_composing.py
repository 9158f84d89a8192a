"""Rows of a POS's file, made into receipts."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from edge_agent.till.imports.mapping import (
    NegativeQuantity,
)
from tests.stage.receipts.invoices import MAPPING, booked, run, write


def test_equal_lines_are_separate_lines_and_codes_keep_their_case(tmp_path: Path):
    line = "1,536365,1/12/2010 08:26,15056BL,2,2.55,17850"
    path = write(tmp_path, line, line, "1,536365,1/12/2010 08:26,15056bl,1,2.55,17850")
    assert run(path, tmp_path / "d").lines == 3
    (receipt,) = booked(tmp_path / "d", "store-1-till")
    assert [line.code for line in receipt.lines] == ["15056BL", "15056BL", "15056bl"]
    assert sum(line.amount for line in receipt.lines) == Decimal("12.75")


def test_prices_zero_negative_and_of_three_decimals_survive_and_nobody_need_be_named(tmp_path):
    path = write(
        tmp_path,
        "1,1,1/12/2010 08:26,A,1,0,",
        "1,1,1/12/2010 08:26,B,1,-11.5,",
        "1,1,1/12/2010 08:26,C,3,0.333,",
    )
    run(path, tmp_path / "d")
    (receipt,) = booked(tmp_path / "d", "store-1-till")
    assert receipt.identities == ()
    assert [line.amount for line in receipt.lines] == [0, Decimal("-11.5"), Decimal("1.00")]


def test_local_times_of_the_file_become_utc_and_a_business_day(tmp_path):
    path = write(tmp_path, "1,1,15/06/2011 00:30,A,1,1,7")
    run(path, tmp_path / "d")
    (receipt,) = booked(tmp_path / "d", "store-1-till")
    assert receipt.ended_at == datetime(2011, 6, 14, 23, 30, tzinfo=UTC)
    assert receipt.business_day.isoformat() == "2011-06-14"


def test_negative_quantities_are_adjustments_where_the_mapping_says_so(tmp_path):
    path = write(
        tmp_path,
        "1,1,1/12/2010 08:26,6901234567892,-12,0,",
        "1,1,1/12/2010 08:26,85123A,-3,0,",
        "1,2,1/12/2010 08:27,A,1,1,",
    )
    adjusting = MAPPING.model_copy(update={"negative_quantity": NegativeQuantity.STOCK_ADJUSTMENT})
    book = run(path, tmp_path / "d", adjusting)
    assert (book.moves, book.left_out, book.lines) == (1, 1, 1)
    receipt, moved = sorted(booked(tmp_path / "d", "store-1-till"), key=lambda one: one.kind)
    assert (moved.quantity, moved.from_location, moved.to_location) == (
        12,
        "store-1/floor",
        "adjustment",
    )
    assert receipt.type == "sale"


def test_a_receipt_of_negative_lines_alone_is_a_return(tmp_path):
    run(write(tmp_path, "1,C1,1/12/2010 08:26,A,-2,1.5,7"), tmp_path / "d")
    (receipt,) = booked(tmp_path / "d", "store-1-till")
    assert (receipt.type, receipt.lines[0].amount) == ("return", -3)
