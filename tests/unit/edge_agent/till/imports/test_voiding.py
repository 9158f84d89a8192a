"""Voids that say which receipt they take back: what is booked, and what cannot be."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from edge_agent.till.imports.importing import ImportBook, Importing, import_receipts
from edge_agent.till.imports.mapping import ReceiptMapping, UnusableMapping, load_mapping
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from sync.events import Receipt, ReceiptType
from tests.stage.receipts.invoices import MAPPING, booked

HEADER = "Shop,Invoice,Kind,Voids,Date,Stock Code,Quantity,Price,Customer ID\n"
SALE = "1,{number},sale,,{day}/12/2010 08:26,A,2,1.50,7"
VOID = "1,{number},void,{voids},{day}/12/2010 09:00,A,2,1.50,7"
NAMING = ReceiptMapping.model_validate(
    MAPPING.model_dump(exclude_none=True)
    | {
        "columns": MAPPING.columns.model_dump(exclude_none=True)
        | {"kind": "Kind", "voids": "Voids"},
    }
)


def sale(number: str, day: int = 1) -> str:
    return SALE.format(number=number, day=day)


def void(number: str, voids: str, day: int = 1) -> str:
    return VOID.format(number=number, voids=voids, day=day)


def run(folder: Path, *rows: str, is_dry: bool = False) -> tuple[ImportBook, list[str]]:
    """What came of a file of these rows, and why some were refused."""
    path, data = folder / "invoices.csv", folder / "d"
    path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    data.mkdir(exist_ok=True)
    importing = Importing(
        source=ReceiptFile(path, NAMING, scratch=data),
        data_dir=data,
        clock=ManualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        rng=Random(1),
        on_progress=lambda book: None,
        is_dry=is_dry,
    )
    book = import_receipts(importing, None)
    text = (data / "refused.jsonl").read_text(encoding="utf-8")
    return book, [json.loads(line)["reason"] for line in text.splitlines()]


def receipts(folder: Path) -> list[Receipt]:
    found = booked(folder / "d", "store-1-till")
    return [one for one in found if isinstance(one, Receipt)]


@pytest.mark.parametrize("spelt", ["a1", " a1 ", "'a1", '"=""a1"""'])
def test_a_void_takes_its_receipt_back_wherever_it_stands_in_the_file(
    tmp_path: Path, spelt: str
) -> None:
    book, refused = run(tmp_path, void("9", spelt), sale("a1"), sale("b"))
    assert (book.booked, refused) == (3, [])
    undone, taken = receipts(tmp_path)[-1], receipts(tmp_path)[0]
    assert undone.type is ReceiptType.VOID
    (line,) = undone.lines
    assert (line.quantity, line.amount) == (-2, -3)
    assert line.return_of is not None
    assert line.return_of.sequence == taken.sequence
    assert line.return_of.workstation_id == taken.workstation_id


def test_a_void_of_an_earlier_import_is_booked_and_of_none_refused(tmp_path: Path) -> None:
    run(tmp_path, sale("1"))
    book, refused = run(tmp_path, void("8", "1", day=3), void("9", "77"))
    assert book.booked == 1
    assert len(refused) == 1
    assert "receipt '77', which neither this file nor an earlier import has" in refused[0]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([void("8", "1"), void("9", "1")], "which was voided before"),
        ([void("8", "")], "does not say which receipt it takes back"),
        ([void("8", "1"), void("8", "2")], "one void of several receipts: ['1', '2']"),
        ([void("8", "1").replace("1.50", "0.50")], "takes the whole receipt back"),
        ([void("8", "3")], "neither this file nor an earlier import has"),
        ([void("8", "8")], "neither this file nor an earlier import has"),
    ],
)
def test_a_void_that_cannot_be_is_refused_with_its_reason(
    tmp_path: Path, rows: list[str], reason: str
) -> None:
    # Receipt 3 is of the day after.
    others = [sale("1"), sale("2"), sale("3", day=2)]
    for is_dry in (True, False):
        book, refused = run(tmp_path, *others, *rows, is_dry=is_dry)
        assert all(reason in one for one in refused)
        assert len(refused) == (1 if "before" in reason else len(rows))
        assert book.booked == 3 + ("before" in reason)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    rows = sale("1"), void("9", "1")
    run(tmp_path, *rows)
    for is_dry in (True, False):
        book, refused = run(tmp_path, *rows, is_dry=is_dry)
        assert (book.booked, book.known, refused) == (0, 2, [])
    assert len(receipts(tmp_path)) == 2


def test_where_numbers_begin_again_the_newest_before_the_void_is_taken(tmp_path: Path) -> None:
    run(tmp_path, sale("1", 1), sale("1", 2), sale("1", 3), void("9", "1", 2))
    reference = receipts(tmp_path)[-1].lines[0].return_of
    assert reference is not None
    assert reference.business_day.isoformat() == "2010-12-02"


def test_a_mapping_that_names_voids_and_no_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('like = "complete-journey"\n[columns]\nvoids = "Voids"\n', encoding="utf-8")
    with pytest.raises(UnusableMapping, match=r"name a column for `kind`"):
        load_mapping(str(path))
