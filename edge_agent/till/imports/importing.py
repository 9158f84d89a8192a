"""Receipts into tills' own outboxes, as if sold: one importing device a store, each with its own
folder under DIR. A receipt that was imported before changes nothing."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from random import Random

from edge_agent.core.store import apply_migrations
from edge_agent.till.imports.composing import Composed, RefusedReceipt, compose
from edge_agent.till.imports.mapping import ReceiptMapping, UnusableMapping, device_of
from edge_agent.till.imports.reading import RawLine, ReceiptFile
from sync.core.clock import Clock
from sync.outbox.outbox import Outbox, Transaction

RECEIPTS_A_COMMIT = 250
QUOTA_BYTES = 64 * 1024**3
"""An import fills its outbox faster than any till; the disk itself is its limit."""
REFUSED_FILE = "refused.jsonl"
FIRST_SEQUENCE = 1

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ImportBook:
    """What came of an import so far."""

    booked: int = 0
    known: int = 0
    changed: int = 0
    lines: int = 0
    moves: int = 0
    left_out: int = 0
    refused: int = 0
    warnings: int = 0
    stores: set[str] = field(default_factory=set)

    @property
    def receipts(self) -> int:
        """Receipts of the file that were looked at."""
        return self.booked + self.known + self.changed + self.refused


def import_receipts(
    source: ReceiptFile,
    data_dir: Path,
    *,
    stores: frozenset[str] | None,
    clock: Clock,
    rng: Random,
    on_progress: Callable[[ImportBook], None],
) -> ImportBook:
    """What was booked, when every receipt of the file is on disk in its store's outbox.

    Run again after a stop it goes on, run twice it books nothing twice. A receipt that cannot be
    booked is written to `refused.jsonl` and the others go on.
    Raises UnreadableReceipts, UnusableMapping or a SyncError.
    """
    book = ImportBook()
    taken: dict[str, str] = {}
    with (data_dir / REFUSED_FILE).open("a", encoding="utf-8") as refused:

        def refuse(rows: tuple[RawLine, ...], reason: str) -> None:
            book.refused += 1
            line = {"receipt": rows[0].receipt, "store": rows[0].store, "reason": reason}
            refused.write(json.dumps(line, ensure_ascii=False) + "\n")

        for value, receipts in groupby(source.receipts(stores), key=lambda rows: rows[0].store):
            if source.mapping.store_id is None and not (value or "").strip():
                for rows in receipts:
                    refuse(rows, f"row {rows[0].row}: no store")
                continue
            store_id = _store_of(value, source.mapping, taken)
            book.stores.add(store_id)
            folder = data_dir / device_of(store_id)
            folder.mkdir(parents=True, exist_ok=True)
            outbox = Outbox.open(folder / "agent.db", clock=clock, quota_bytes=QUOTA_BYTES, rng=rng)
            try:
                _book_store(outbox, receipts, source.mapping, store_id, book, refuse, on_progress)
            finally:
                outbox.close()
    return book


def _store_of(value: str | None, mapping: ReceiptMapping, taken: dict[str, str]) -> str:
    if mapping.store_id is not None:
        return mapping.store_id
    store_id = mapping.store_named(value or "")
    if taken.setdefault(store_id, value or "") != (value or ""):
        raise UnusableMapping(
            f"stores {taken[store_id]!r} and {value!r} would both be {store_id!r};"
            " import them one by one with --store and another store_prefix"
        )
    return store_id


def _book_store(
    outbox: Outbox,
    receipts: Iterator[tuple[RawLine, ...]],
    mapping: ReceiptMapping,
    store_id: str,
    book: ImportBook,
    refuse: Callable[[tuple[RawLine, ...], str], None],
    on_progress: Callable[[ImportBook], None],
) -> None:
    with outbox.transaction() as transaction:
        apply_migrations(transaction.connection)
    while chunk := list(islice(receipts, RECEIPTS_A_COMMIT)):
        with outbox.transaction() as transaction:
            for rows in chunk:
                try:
                    composed = compose(rows, mapping, store_id)
                except RefusedReceipt as error:
                    refuse(rows, str(error))
                else:
                    _book(transaction, composed, book)
        on_progress(book)


def _book(transaction: Transaction, composed: Composed, book: ImportBook) -> None:
    connection = transaction.connection
    row = connection.execute(
        "SELECT fingerprint FROM imported_receipt WHERE key = ?", (composed.key,)
    ).fetchone()
    if row is not None:
        if row[0] == composed.fingerprint:
            book.known += 1
        else:
            book.changed += 1
            log.warning(
                "%s was imported before with other lines; the first one stands",
                composed.key,
                extra={"action": "import"},
            )
        return
    receipt = composed.receipt
    if receipt is not None:
        if not composed.has_own_number:
            number = _next_number(connection, receipt.workstation_id)
            receipt = receipt.model_copy(update={"sequence": number})
        transaction.append(receipt)
        book.lines += len(receipt.lines)
    for move in composed.moves:
        transaction.append(move)
    connection.execute(
        "INSERT INTO imported_receipt(key, fingerprint) VALUES (?, ?)",
        (composed.key, composed.fingerprint),
    )
    book.booked += 1
    book.moves += len(composed.moves)
    book.left_out += composed.left_out
    book.warnings += len(composed.warnings)


def _next_number(connection: sqlite3.Connection, workstation_id: str) -> int:
    (number,) = connection.execute(
        "INSERT INTO till_counter(workstation_id, next_sequence) VALUES (?, ?)"
        " ON CONFLICT(workstation_id) DO UPDATE SET next_sequence = next_sequence + 1"
        " RETURNING next_sequence - 1",
        (workstation_id, FIRST_SEQUENCE + 1),
    ).fetchone()
    return int(number)
