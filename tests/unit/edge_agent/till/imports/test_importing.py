"""An import as people meet it: what is refused, warned about, told apart, and only shown."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge_agent.till.imports.importing import ImportBook, Importing, import_receipts
from edge_agent.till.imports.mapping import ReceiptMapping, RowKind, load_mapping
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Receipt, ReceiptType
from sync.outbox.outbox import Outbox

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "receipt,ended,code,qty,price,disc,amount,desc,member"
WORDS: dict[str, Any] = {
    "name": "m",
    "tenant_id": "imp",
    "tenant_name": "Imp",
    "currency": "USD",
    "store_id": "s01",
    "file_time_zone": "America/New_York",
    "store_time_zone": "America/New_York",
    "columns": {
        "receipt": "receipt",
        "ended_at": "ended",
        "code": "code",
        "quantity": "qty",
        "unit_price": "price",
        "discount": ["disc"],
        "amount": "amount",
        "description": "desc",
        "identity": "member",
    },
}
MAPPING = ReceiptMapping.model_validate(WORDS)


def run(
    folder: Path,
    *rows: str,
    header: str = HEADER,
    mapping: ReceiptMapping = MAPPING,
    is_dry: bool = False,
    encoding: str = "utf-8",
) -> ImportBook:
    path, data = folder / "file.csv", folder / "data"
    path.write_text("\n".join((header, *rows)) + "\n", encoding=encoding)
    data.mkdir(exist_ok=True)
    importing = Importing(
        source=ReceiptFile(path, mapping, scratch=data),
        data_dir=data,
        clock=ManualClock(NOW),
        rng=Random(1),
        on_progress=lambda book: None,
        is_dry=is_dry,
    )
    return import_receipts(importing, None)


def booked(folder: Path, store: str = "s01") -> list[Receipt]:
    outbox = Outbox.open(
        folder / "data" / f"{store}-till" / "agent.db",
        clock=ManualClock(NOW),
        quota_bytes=2**30,
        rng=Random(1),
    )
    with outbox.reading() as connection:
        rows = connection.execute("SELECT kind, body FROM outbox ORDER BY lane, seq").fetchall()
    outbox.close()
    found = [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows]
    return [one for one in found if isinstance(one, Receipt)]


def told(folder: Path, name: str) -> list[dict[str, Any]]:
    text = (folder / "data" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def row(number: object, at: str = "2026-03-09 10:00:00", **more: str) -> str:
    cells = {"code": "6901234567892", "qty": "1", "price": "3.50", "disc": "0", "amount": "3.50"}
    cells |= {"desc": "tea", "member": ""} | more
    return ",".join([str(number), at, *cells.values()])


def test_one_bad_row_of_three_hundred_is_refused_alone(tmp_path: Path) -> None:
    rows = [row(n) for n in range(300)]
    book = run(tmp_path, *rows[:77], "77,2026-03-09", *rows[77:])
    assert (book.booked, book.refused) == (300, 1)
    (refused,) = told(tmp_path, "refused.jsonl")
    assert (refused["row"], refused["line"]) == (78, 79)
    assert refused["reason"] == "row 78: it has 2 cells, the header has 9"


def test_a_bad_row_of_a_receipt_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    book = run(tmp_path, row(1), row(1, amount="many"), row(1, amount="1.00"))
    assert (book.booked, book.lines, book.refused) == (1, 2, 1)
    (receipt,) = booked(tmp_path)
    assert sum(line.amount for line in receipt.lines) == Decimal("4.50")
    assert "amount 'many' is not a number" in told(tmp_path, "refused.jsonl")[0]["reason"]


def test_numbers_that_begin_again_each_day_make_a_receipt_a_day(tmp_path: Path) -> None:
    rows = (row(1, "2026-03-09 10:00:00"), row(1, "2026-03-10 10:00:00", amount="7.00"))
    assert run(tmp_path, *rows).booked == 2
    first, second = booked(tmp_path)
    assert (first.business_day.day, second.business_day.day) == (9, 10)
    assert run(tmp_path, *rows).known == 2


def test_a_receipt_that_goes_on_after_midnight_is_one(tmp_path: Path) -> None:
    run(tmp_path, row(1, "2026-03-09 23:59:00"), row(1, "2026-03-10 00:01:00"))
    (receipt,) = booked(tmp_path)
    assert len(receipt.lines) == 2


@pytest.mark.parametrize(
    ("at", "warning"),
    [
        ("2026-11-01 01:30:00", "was twice"),
        ("2026-03-08 02:30:00", "never was"),
        ("2026-11-01 00:30:00", ""),
    ],
)
def test_a_local_time_that_was_twice_or_never_warns(tmp_path: Path, at: str, warning: str) -> None:
    assert run(tmp_path, row(1, at)).warnings == bool(warning)
    assert [one["warning"] for one in told(tmp_path, "warnings.jsonl") if warning] == [
        one["warning"] for one in told(tmp_path, "warnings.jsonl") if warning in one["warning"]
    ]


@pytest.mark.parametrize(
    ("code", "gtin", "warnings"),
    [
        ("6901234567892", "06901234567892", 0),
        ("6901234567892.0", "06901234567892", 1),
        ("'6901234567892", "06901234567892", 1),
        ("６９０１２３４５６７８９２", "06901234567892", 0),
        ("42100005264", "00042100005264", 0),
        ("]E06901234567892", "06901234567892", 0),
        ("(01)06901234567892(10)A", "06901234567892", 0),
        ("6.90123E+12", None, 1),
        ("6901234567890", None, 1),
        ("2012345005006", None, 0),
        ("2112345005003", None, 1),
        ("85123A", None, 0),
    ],
)
def test_a_code_is_mended_where_that_is_certain_and_warned_about_where_it_is_lost(
    tmp_path: Path, code: str, gtin: str | None, warnings: int
) -> None:
    book = run(tmp_path, row(1, code=code))
    (receipt,) = booked(tmp_path)
    assert (receipt.lines[0].gtin, book.warnings) == (gtin, warnings)


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        *(("80012345", ["80012345"]), ("80012345.0", ["80012345"]), ("'80012345", ["80012345"])),
        *(("NULL", []), ("nan", []), ("n/a", []), ("0", []), ("", []), ("8.0E+07", [])),
    ],
)
def test_a_member_is_a_number_or_nobody(tmp_path: Path, member: str, shown: list[str]) -> None:
    run(tmp_path, row(1, member=member))
    assert [one.value for one in booked(tmp_path)[0].identities] == shown


def test_a_dry_run_says_what_would_be_booked_and_books_nothing(tmp_path: Path) -> None:
    rows = (row(1), row(2), row(3, amount="x"))
    shown = run(tmp_path, *rows, is_dry=True)
    assert (shown.booked, shown.lines, shown.refused) == (2, 2, 1)
    assert not (tmp_path / "data" / "s01-till").exists()
    assert run(tmp_path, *rows).booked == 2
    again = run(tmp_path, *rows, row(4), is_dry=True)
    assert (again.booked, again.known) == (1, 2)
    assert len(booked(tmp_path)) == 2


def test_what_release_one_imported_is_known_still(tmp_path: Path) -> None:
    run(tmp_path, row(1))
    outbox = Outbox.open(
        tmp_path / "data" / "s01-till" / "agent.db",
        clock=ManualClock(NOW),
        quota_bytes=2**30,
        rng=Random(1),
    )
    with outbox.transaction() as transaction:
        transaction.connection.execute("UPDATE imported_receipt SET key = 'm:1'")
    outbox.close()
    assert run(tmp_path, row(1)).known == 1


def german(**more: object) -> ReceiptMapping:
    return load_mapping("german-pos").model_copy(update=more)


GERMAN_HEADER = (
    "Belegnr;Datum;Uhrzeit;Kasse;Vorgang;EAN;Bezeichnung;Menge;Einheit;Einzelpreis;Rabatt;Gesamt;"
    "Kundennr"
)


def test_a_german_journal_is_read_as_it_is_exported(tmp_path: Path) -> None:
    book = run(
        tmp_path,
        "1;08.03.2026;10:00:00;1;Verkauf;4006381333931;Käse;2;Stk;3,50;0,00;7,00;80012345",
        "1;08.03.2026;10:00:00;1;Zahlung;;Bar;1;;7,00;;7,00;",
        "1;08.03.2026;10:01:00;2;Verkauf;4006381333931;Käse;1.234,5;kg;1,00;;1.234,50;",
        "2;08.03.2026;10:05:00;1;Storno;4006381333931;Käse;2;Stk;3,50;0,00;7,00-;",
        "1;09.03.2026;10:00:00;1;Retoure;4006381333931;Käse;1;Stk;3,50;;(3,50);",
        header=GERMAN_HEADER,
        mapping=german(),
        encoding="cp1252",
    )
    assert (book.booked, book.skipped, book.refused) == (3, 1, 1)
    found = {
        (one.workstation_id, one.business_day.day, one.type): one
        for one in booked(tmp_path, "filiale-1")
    }
    assert found["till-1", 8, ReceiptType.SALE].lines[0].amount == 7
    weighed = found["till-2", 8, ReceiptType.SALE].lines[0]
    assert (weighed.quantity, weighed.unit, weighed.amount) == (
        *(Decimal("1234.5"), "kg"),
        Decimal("1234.50"),
    )
    assert ReceiptType.VOID not in {one.type for one in found.values()}
    assert found["till-1", 9, ReceiptType.RETURN].lines[0].amount == Decimal("-3.50")


def test_a_chinese_export_in_gb18030_is_read_as_it_is(tmp_path: Path) -> None:
    book = run(
        tmp_path,
        "0012,1,2026-03-08,10:00:00,1,销售,6901234567892,乌龙茶,2,瓶,3.50,0,7.00,13800138000",
        "0012,2,2026-03-08,10:05:00,1,退货,6901234567892,乌龙茶,1,瓶,3.50,0,3.50,无",
        header="门店编号,小票号,交易日期,交易时间,收银机号,交易类型,商品条码,商品名称,数量,单位,单价,"
        "折扣金额,实收金额,会员号",
        mapping=load_mapping("chinese-pos"),
        encoding="gb18030",
    )
    assert (book.booked, book.refused, book.warnings) == (2, 0, 0)
    sale, back = booked(tmp_path, "store-0012")
    assert (sale.lines[0].description, sale.lines[0].unit) == ("乌龙茶", "each")
    assert (back.type, back.lines[0].amount, back.identities) == (
        *(ReceiptType.RETURN, Decimal("-3.50")),
        (),
    )


def test_a_shopify_order_has_its_time_in_its_first_row(tmp_path: Path) -> None:
    run(
        tmp_path,
        "#1001,Anna@example.com,2026-03-08 10:00:00 -0500,1,Tea,3.50,6901234567892,0.00",
        "#1001,Anna@example.com,,2,Cake,2.00,CAKE-1,0.50",
        header="Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
        "Lineitem discount",
        mapping=load_mapping("shopify-orders"),
    )
    (receipt,) = booked(tmp_path, "online")
    assert [line.amount for line in receipt.lines] == [Decimal("3.50"), Decimal("3.50")]
    assert len(receipt.identities) == 1


def test_a_square_refund_and_its_dollars_are_read(tmp_path: Path) -> None:
    book = run(
        tmp_path,
        '03/08/26,10:00:00,Tea,1.0,6901234567892,"$1,003.50",T1,Payment,Main Street,C1',
        "03/08/26,10:05:00,Tea,-1.0,6901234567892,($3.50),T2,Refund,Main Street,C1",
        header="Date,Time,Item,Qty,SKU,Net Sales,Transaction ID,Event Type,Location,Customer ID",
        mapping=load_mapping("square-items"),
    )
    assert (book.booked, book.refused) == (2, 0)
    sale, refund = booked(tmp_path, "store-main-street")
    assert sale.lines[0].amount == Decimal("1003.50")
    assert (refund.type, refund.lines[0].amount) == (ReceiptType.RETURN, Decimal("-3.50"))


def test_lightspeeds_rows_of_sales_and_payments_are_no_lines(tmp_path: Path) -> None:
    book = run(
        tmp_path,
        "2026-03-08 10:00:00,17,Sale,C1,1,7.00,,Main,",
        "2026-03-08 10:00:00,17,Sale Line,C1,2,7.00,Tea,Main,6901234567892",
        "2026-03-08 10:00:00,17,Payment,C1,1,7.00,Cash,Main,",
        header="Date,Receipt Number,Line Type,Customer Code,Quantity,Total,Details,Register,Sku",
        mapping=load_mapping("lightspeed-retail"),
    )
    assert (book.booked, book.lines, book.skipped, book.refused) == (1, 1, 2, 0)


def test_a_mapping_may_be_like_a_shipped_one(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'like = "german-pos"\nname = "mine"\ntenant_id = "laden"\n[columns]\nreceipt = "Bon"\n',
        encoding="utf-8-sig",
    )
    mapping = load_mapping(str(mine))
    assert (mapping.tenant_id, mapping.columns.receipt, mapping.columns.time) == (
        *("laden", "Bon"),
        "Uhrzeit",
    )


VERKAUF = "1;08.03.2026;10:00:00;1;Verkauf;4006381333931;Käse;2;Stk;3,50;0,00;7,00;"
STORNO = "2;08.03.2026;10:05:00;1;Storno;4006381333931;Käse;2;Stk;3,50;0,00;7,00-;"


def test_a_receipt_of_voids_is_refused_row_by_row_with_its_reason(tmp_path: Path) -> None:
    more = STORNO.replace("Käse;2", "Brot;1")
    read = {"header": GERMAN_HEADER, "mapping": german(), "encoding": "cp1252"}
    book = run(tmp_path, VERKAUF, STORNO, more, **read)
    assert (book.booked, book.refused) == (1, 2)
    refused = told(tmp_path, "refused.jsonl")
    assert [(one["row"], one["receipt"]) for one in refused] == [(2, "2"), (3, "2")]
    assert all("which receipt it takes back" in one["reason"] for one in refused)
    assert [one.type for one in booked(tmp_path, "filiale-1")] == [ReceiptType.SALE]


def test_a_void_within_its_receipt_takes_the_line_back(tmp_path: Path) -> None:
    taken = VERKAUF.replace("Verkauf", "Storno").replace("7,00;", "7,00-;")
    other = VERKAUF.replace("7,00;", "8,00;")
    book = run(
        tmp_path,
        *(VERKAUF, other, taken),
        header=GERMAN_HEADER,
        mapping=german(),
        encoding="cp1252",
    )
    assert (book.booked, book.refused) == (1, 0)
    (receipt,) = booked(tmp_path, "filiale-1")
    assert [line.amount for line in receipt.lines] == [7, 8, -7]
    assert receipt.type is ReceiptType.SALE


def test_a_word_that_a_mapping_calls_a_return_is_booked_as_one(tmp_path: Path) -> None:
    book = run(
        tmp_path,
        *(VERKAUF, STORNO),
        header=GERMAN_HEADER,
        mapping=german(kinds={RowKind.RETURN: ("Storno",)}),
        encoding="cp1252",
    )
    assert (book.booked, book.refused) == (2, 0)
    kinds = [one.type for one in booked(tmp_path, "filiale-1")]
    assert kinds == [ReceiptType.SALE, ReceiptType.RETURN]
