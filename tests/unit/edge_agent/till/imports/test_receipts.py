from pathlib import Path

import pytest

from edge_agent.till.imports.mapping import (
    load_mapping,
)
from tests.stage.receipts.invoices import booked, run, write


def test_run_twice_it_books_once_and_says_so(tmp_path):
    path = write(tmp_path, "1,1,1/12/2010 08:26,A,1,1,7", "2,2,1/12/2010 08:26,A,1,1,7")
    first, again = run(path, tmp_path / "d"), run(path, tmp_path / "d")
    assert (first.booked, first.known) == (2, 0)
    assert (again.booked, again.known) == (0, 2)
    assert len(booked(tmp_path / "d", "store-1-till")) == 1


def test_a_longer_file_goes_on_where_the_shorter_one_ended(tmp_path):
    rows = [f"1,{n},1/12/2010 08:26,A,1,1,7" for n in range(600)]
    run(write(tmp_path, *rows[:300]), tmp_path / "d")
    book = run(write(tmp_path, *rows), tmp_path / "d")
    assert (book.booked, book.known) == (300, 300)
    numbers = [receipt.sequence for receipt in booked(tmp_path / "d", "store-1-till")]
    assert numbers == list(range(1, 601))


def test_a_known_receipt_with_other_lines_does_not_replace_the_first(tmp_path):
    run(write(tmp_path, "1,1,1/12/2010 08:26,A,1,1,7"), tmp_path / "d")
    book = run(write(tmp_path, "1,1,1/12/2010 08:26,A,5,1,7"), tmp_path / "d")
    assert (book.booked, book.changed) == (0, 1)


def test_a_bad_receipt_is_kept_aside_with_its_reason_and_the_others_go_on(tmp_path):
    path = write(
        tmp_path,
        "1,1,1/12/2010 08:26,A,two,1,7",
        "1,2,yesterday,A,1,1,7",
        "1,3,1/12/2010 08:26,A,1,1,7",
        ",4,1/12/2010 08:26,A,1,1,7",
    )
    book = run(path, tmp_path / "d")
    assert (book.booked, book.refused) == (1, 3)
    refused = (tmp_path / "d" / "refused.jsonl").read_text(encoding="utf-8")
    assert "quantity 'two' is not a number" in refused
    assert "time 'yesterday' is not readable" in refused


@pytest.mark.needs_data
def test_the_sample_of_real_receipts_is_booked_to_the_cent(shared_data: Path, tmp_path: Path):
    import duckdb

    path = shared_data / "receipts" / "transactions_sample.parquet"
    chosen = frozenset({"367", "406", "381"})
    data = tmp_path / "d"
    book = run(path, data, load_mapping("complete-journey"), chosen)
    baskets, lines, cents, people = duckdb.execute(
        "SELECT count(DISTINCT basket_id), count(*), sum(CAST(sales_value AS DECIMAL(18, 6))),"
        f" count(DISTINCT household_id) FROM '{path}' WHERE store_id IN ('367', '406', '381')"
    ).fetchone()
    receipts = [one for s in chosen for one in booked(data, f"store-{s}-till")]
    assert (book.booked, book.lines, book.refused) == (baskets, lines, 0)
    assert sum(line.amount for one in receipts for line in one.lines) == cents
    assert len({one.identities[0].value for one in receipts}) == people
