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
from typing import TextIO

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """What an import works with: a file, the folder of its outboxes, time, chance, who hears."""

    source: ReceiptFile
    data_dir: Path
    clock: Clock
    rng: Random
    on_progress: Callable[[ImportBook], None]


def import_receipts(importing: Importing, stores: frozenset[str] | None) -> ImportBook:
    """What was booked, when every receipt of `stores`, None for all, is on disk in its store's
    outbox.

    Run again after a stop it goes on, run twice it books nothing twice. A receipt that cannot be
    booked is written to `refused.jsonl` and the others go on.
    Raises UnreadableReceipts, UnusableMapping or a SyncError.
    """
    mapping = importing.source.mapping
    taken: dict[str, str] = {}
    with (importing.data_dir / REFUSED_FILE).open("a", encoding="utf-8") as refused:
        run = _Run(importing=importing, refused=refused)
        by_store = groupby(importing.source.receipts(stores), key=lambda rows: rows[0].store)
        for value, receipts in by_store:
            if mapping.store_id is None and not (value or "").strip():
                for rows in receipts:
                    run.refuse(rows, f"row {rows[0].row}: no store")
                continue
            run.book_store(_store_of(value, mapping, taken), receipts)
    return run.book


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


@dataclass(slots=True, kw_only=True)
class _Run:
    """One import as it goes on."""

    importing: Importing
    refused: TextIO
    book: ImportBook = field(default_factory=ImportBook)

    def refuse(self, rows: tuple[RawLine, ...], reason: str) -> None:
        """A receipt that cannot be booked is kept with its reason."""
        self.book.refused += 1
        line = {"receipt": rows[0].receipt, "store": rows[0].store, "reason": reason}
        self.refused.write(json.dumps(line, ensure_ascii=False) + "\n")

    def book_store(self, store_id: str, receipts: Iterator[tuple[RawLine, ...]]) -> None:
        """One store's receipts, into its own outbox."""
        importing = self.importing
        self.book.stores.add(store_id)
        folder = importing.data_dir / device_of(store_id)
        folder.mkdir(parents=True, exist_ok=True)
        outbox = Outbox.open(
            folder / "agent.db",
            clock=importing.clock,
            quota_bytes=QUOTA_BYTES,
            rng=importing.rng,
        )
        try:
            with outbox.transaction() as transaction:
                apply_migrations(transaction.connection)
            while chunk := list(islice(receipts, RECEIPTS_A_COMMIT)):
                with outbox.transaction() as transaction:
                    for rows in chunk:
                        self._book_one(transaction, rows, store_id)
                importing.on_progress(self.book)
        finally:
            outbox.close()

    def _book_one(self, transaction: Transaction, rows: tuple[RawLine, ...], store_id: str) -> None:
        try:
            composed = compose(rows, self.importing.source.mapping, store_id)
        except RefusedReceipt as error:
            self.refuse(rows, str(error))
        else:
            _book(transaction, composed, self.book)


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
