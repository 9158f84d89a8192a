from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from edge_agent.till.imports.chain import chain_of, claim_token, folder_secret
from edge_agent.till.imports.importing import Importing, import_receipts
from edge_agent.till.imports.mapping import (
    NegativeQuantity,
    ReceiptMapping,
    UnusableMapping,
    load_mapping,
)
from edge_agent.till.imports.reading import ReceiptFile, UnreadableReceipts
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES
from sync.outbox.outbox import Outbox

MAPPING = ReceiptMapping.model_validate(
    {
        "name": "invoices",
        "tenant_id": "t1",
        "tenant_name": {"en": "T", "zh": "测"},
        "currency": "GBP",
        "store_time_zone": "Europe/London",
        "file_time_zone": "Europe/London",
        "time_format": "%d/%m/%Y %H:%M",
        "columns": {
            "store": "Shop",
            "receipt": "Invoice",
            "ended_at": "Date",
            "code": "Stock Code",
            "quantity": "Quantity",
            "unit_price": "Price",
            "identity": "Customer ID",
        },
    }
)
HEADER = "Shop,Invoice,Date,Stock Code,Quantity,Price,Customer ID\n"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "invoices.csv"
    path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def run(path: Path, data: Path, mapping: ReceiptMapping = MAPPING, stores=None):
    data.mkdir(exist_ok=True)
    importing = Importing(
        source=ReceiptFile(path, mapping, scratch=data),
        data_dir=data,
        clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        rng=Random(1),
        on_progress=lambda book: None,
    )
    return import_receipts(importing, stores)


def booked(data: Path, device: str):
    outbox = Outbox.open(
        data / device / "agent.db",
        clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        quota_bytes=2**30,
        rng=Random(1),
    )
    with outbox.reading() as connection:
        rows = connection.execute("SELECT kind, body FROM outbox ORDER BY lane, seq").fetchall()
    outbox.close()
    return [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows]


def test_a_mapping_of_the_first_release_still_tells_the_chains_name() -> None:
    told = MAPPING.model_dump(mode="json", exclude={"tenant_name"})
    old = ReceiptMapping.model_validate(told | {"tenant_en": "T", "tenant_zh": "测"})
    assert old == MAPPING


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


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Shop,Invoice,When\n1,2,3\n", encoding="utf-8")
    with pytest.raises(UnusableMapping) as told:
        ReceiptFile(path, MAPPING, scratch=tmp_path)
    assert "no column 'Date', 'Stock Code', 'Quantity'" in str(told.value).replace(
        "'Invoice', ", ""
    )
    assert "it has: Shop, Invoice, When" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", None), ("a.csv", b""), ("a.parquet", b"no parquet"), ("a.csv", b"\xff\xfe\x00,\n")],
)
def test_an_unreadable_file_is_one_clear_line(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((UnreadableReceipts, UnusableMapping)) as told:
        ReceiptFile(path, MAPPING, scratch=tmp_path)
    assert "\n" not in str(told.value)


def test_stores_whose_names_would_collide_are_refused(tmp_path):
    path = write(tmp_path, "A 1,1,1/12/2010 08:26,A,1,1,7", "a-1,2,1/12/2010 08:26,A,1,1,7")
    with pytest.raises(UnusableMapping, match="would both be 'store-a-1'"):
        run(path, tmp_path / "d")


def test_the_chain_names_every_store_with_a_till_that_can_claim(tmp_path):
    path = write(tmp_path, "1,1,1/12/2010 08:26,A,1,1,7", "2,2,1/12/2010 08:26,A,1,1,7")
    source = ReceiptFile(path, MAPPING, scratch=tmp_path)
    secret = folder_secret(tmp_path)
    chain = chain_of(MAPPING, source.stores(), secret)
    assert [store.store_id for store in chain.stores] == ["store-1", "store-2"]
    device = chain.stores[0].devices[0]
    assert device.claim_token == claim_token(folder_secret(tmp_path), device.device_id)
    assert (tmp_path / "import-secret").stat().st_mode & 0o077 == 0


def test_the_shipped_mappings_load_and_an_unknown_one_is_named_with_them():
    assert load_mapping("complete-journey").tenant_id == "complete-journey"
    with pytest.raises(UnusableMapping, match="complete_journey"):
        load_mapping("incomplete-journey")


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
