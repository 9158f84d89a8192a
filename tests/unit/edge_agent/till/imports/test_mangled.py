"""Files as three programs write them, with voids, returns, exchanges and spoiled rows: the same to
the cent as DuckDB says of what was written, and each spoiled row refused with its reason."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from biip.checksums import gs1_standard_check_digit

from edge_agent.till.imports.importing import ImportBook, Importing, import_receipts
from edge_agent.till.imports.mapping import ReceiptMapping
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Receipt
from sync.outbox.outbox import Outbox
from tests.mangled_receipts import (
    CHINESE,
    GERMAN,
    PLAIN,
    Dress,
    TruthLine,
    mapping_words,
    with_changes,
    write,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BASKETS = 300


def sales(rng: Random, baskets: int = BASKETS) -> list[TruthLine]:
    """Receipts of two stores whose numbers begin again each day."""
    made = []
    for number in range(baskets):
        at = datetime(2026, 3, 2, 14) + timedelta(days=number // 50, minutes=number % 50)  # noqa: DTZ001 - local
        for _ in range(rng.randrange(1, 5)):
            body = f"690{rng.randrange(10**9):09d}"
            made.append(
                TruthLine(
                    store=str(number % 2 + 1),
                    number=str(number % 50 + 1),
                    kind="sale",
                    at=at,
                    code=body + str(gs1_standard_check_digit(body)),
                    quantity=Decimal(rng.randrange(1, 4)),
                    amount=Decimal(rng.randrange(0, 200_000)) / 100,
                    member=str(80_000_000 + rng.randrange(50)),
                )
            )
    return made


def run(path: Path, dress: Dress, data: Path) -> ImportBook:
    data.mkdir()
    mapping = ReceiptMapping.model_validate(mapping_words(dress))
    importing = Importing(
        source=ReceiptFile(path, mapping, scratch=data),
        data_dir=data,
        clock=ManualClock(NOW),
        rng=Random(1),
        on_progress=lambda book: None,
    )
    return import_receipts(importing, None)


def booked(data: Path) -> list[Receipt]:
    found = []
    for folder in sorted(data.glob("store-*-till")):
        outbox = Outbox.open(
            folder / "agent.db", clock=ManualClock(NOW), quota_bytes=2**30, rng=Random(1)
        )
        with outbox.reading() as connection:
            rows = connection.execute("SELECT kind, body FROM outbox").fetchall()
        outbox.close()
        found += [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows]
    return [one for one in found if isinstance(one, Receipt)]


def by_duckdb(lines: list[TruthLine], folder: Path) -> dict[str, tuple[int, Decimal, Decimal]]:
    """Lines, units and money by kind of receipt, as DuckDB adds up what was written."""
    import duckdb

    path = folder / "truth.csv"
    rows = [f"{one.kind},{one.quantity},{one.amount}" for one in lines]
    path.write_text("kind,quantity,amount\n" + "\n".join(rows), encoding="utf-8")
    found = duckdb.execute(
        "SELECT kind, count(*), sum(CAST(quantity AS DECIMAL(18, 4))),"
        " sum(CAST(amount AS DECIMAL(18, 4)))"
        f" FROM read_csv('{path}', header=true, all_varchar=true) GROUP BY kind"
    ).fetchall()
    return {kind: (count, units, money) for kind, count, units, money in found}


def check(path: Path, dress: Dress, lines: list[TruthLine], spoiled: dict[int, str]) -> None:
    data = path.parent / "data"
    book = run(path, dress, data)
    receipts = booked(data)
    lines = [line for line in lines if line.is_booked]
    for kind, (count, units, money) in by_duckdb(lines, path.parent).items():
        there = [line for one in receipts if one.type == kind for line in one.lines]
        assert len(there) == count
        assert sum(line.quantity for line in there) == units
        assert sum(line.amount for line in there) == money
    text = (data / "refused.jsonl").read_text(encoding="utf-8")
    refused = [json.loads(line) for line in text.splitlines()]
    assert Counter(one["line"] for one in refused) == Counter(list(spoiled))
    for one in refused:
        assert spoiled[one["line"]] in one["reason"]
    assert book.refused == len(spoiled)
    assert book.booked == len({(one.store, one.number, one.at.date()) for one in lines})
    members = {identity.value for one in receipts for identity in one.identities}
    assert members == {one.member for one in lines}


@pytest.mark.parametrize("dress", [PLAIN, GERMAN, CHINESE], ids=lambda dress: dress.name)
def test_a_mangled_file_is_booked_to_the_cent_and_each_spoiled_row_refused(
    tmp_path: Path, dress: Dress
) -> None:
    rng = Random(dress.name)
    lines = with_changes(sales(rng), rng)
    spoiled = write(tmp_path / "file.csv", dress, lines, rng, spoiled=0.1)
    check(tmp_path / "file.csv", dress, lines, spoiled)


@pytest.mark.needs_data
@pytest.mark.parametrize("dress", [PLAIN, GERMAN, CHINESE], ids=lambda dress: dress.name)
def test_real_receipts_mangled_are_booked_to_the_cent(
    shared_data: Path, tmp_path: Path, dress: Dress
) -> None:
    rng = Random(dress.name)
    lines = with_changes(real_sales(shared_data, ("367", "406", "381")), rng)
    spoiled = write(tmp_path / "file.csv", dress, lines, rng)
    check(tmp_path / "file.csv", dress, lines, spoiled)


def real_sales(shared_data: Path, stores: tuple[str, ...] | None) -> list[TruthLine]:
    """The sample of real receipts, of some stores or all."""
    import duckdb

    path = shared_data / "receipts" / "transactions_sample.parquet"
    chosen = "" if stores is None else f"WHERE store_id IN {stores}"
    rows = duckdb.execute(
        "SELECT CAST(store_id AS VARCHAR), CAST(basket_id AS VARCHAR),"
        " min(transaction_timestamp) OVER (PARTITION BY basket_id),"
        " CAST(product_id AS VARCHAR), CAST(quantity AS VARCHAR),"
        " CAST(CAST(sales_value AS DECIMAL(18, 4)) AS VARCHAR), CAST(household_id AS VARCHAR)"
        f" FROM '{path}' {chosen}"
    ).fetchall()
    return [
        TruthLine(
            store=store,
            number=number,
            kind="sale",
            at=at,
            code=code,
            quantity=Decimal(quantity).normalize() + 0,
            amount=Decimal(amount).quantize(Decimal("0.01")),
            member=member,
        )
        for store, number, at, code, quantity, amount, member in rows
    ]
