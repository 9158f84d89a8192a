"""Receipts into tills' own outboxes, as if sold: one importing device a store, each with its own
folder under DIR. A receipt that was imported before changes nothing."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
from pathlib import Path
from random import Random
from typing import Any, TextIO
from urllib.parse import quote

from edge_agent.core.store import apply_migrations
from edge_agent.till.imports.cells import is_nothing
from edge_agent.till.imports.composing import (
    Composed,
    Refusal,
    RefusedRow,
    by_day,
    compose,
)
from edge_agent.till.imports.mapping import ReceiptMapping, UnusableMapping, device_of
from edge_agent.till.imports.reading import RawLine, ReceiptFile
from edge_agent.till.imports.voiding import Originals
from sync.core.clock import Clock
from sync.core.private import private_folder
from sync.outbox.outbox import Outbox, Transaction

RECEIPTS_A_COMMIT = 250
QUOTA_BYTES = 64 * 1024**3
"""An import fills its outbox faster than any till; the disk itself is its limit."""
REFUSED_FILE = "refused.jsonl"
WARNED_FILE = "warnings.jsonl"
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
    skipped: int = 0
    stores: set[str] = field(default_factory=set)

    @property
    def receipts(self) -> int:
        """Receipts of the file that were looked at."""
        return self.booked + self.known + self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """What an import works with: a file, the folder of its outboxes, time, chance, who hears. A dry
    one books nothing and only counts."""

    source: ReceiptFile
    data_dir: Path
    clock: Clock
    rng: Random
    on_progress: Callable[[ImportBook], None]
    is_dry: bool = False


def import_receipts(importing: Importing, stores: frozenset[str] | None) -> ImportBook:
    """What was booked, when every receipt of `stores`, None for all, is on disk in its store's
    outbox.

    Run again after a stop it goes on, run twice it books nothing twice. A row that cannot be booked
    is written to `refused.jsonl` with its number and reason and the others go on; what people
    should know of those that were is in `warnings.jsonl`. Both are of this run alone.
    Raises UnreadableReceipts, UnusableMapping or a SyncError.
    """
    mapping, source = importing.source.mapping, importing.source
    taken: dict[str, str] = {}
    with ExitStack() as stack:
        files = [
            stack.enter_context((importing.data_dir / name).open("w", encoding="utf-8"))
            for name in (REFUSED_FILE, WARNED_FILE)
        ]
        run = _Run(importing=importing, refused=files[0], warned=files[1])
        for bad in source.bad_rows:
            run.refuse({"row": bad.row, "line": bad.line}, f"row {bad.row}: {bad.reason}")
        by_store = groupby(source.receipts(stores), key=lambda rows: rows[0].store)
        for value, receipts in by_store:
            if mapping.store_id is None and is_nothing(value):
                for row in chain.from_iterable(receipts):
                    run.refuse_row(row, f"{row.where}: no store")
                continue
            try:
                store_id = _store_id(value, mapping)
            except UnusableMapping as error:
                for row in chain.from_iterable(receipts):
                    run.refuse_row(row, f"{row.where}: {error}")
                continue
            _require_own(store_id, value, taken)
            run.book_store(store_id, receipts)
    return run.book


def _store_id(value: str | None, mapping: ReceiptMapping) -> str:
    return mapping.store_id or mapping.store_named(value or "")


def _require_own(store_id: str, value: str | None, taken: dict[str, str]) -> None:
    if taken.setdefault(store_id, value or "") != (value or ""):
        raise UnusableMapping(
            f"stores {taken[store_id]!r} and {value!r} would both be {store_id!r};"
            " import them one by one with --store and another store_prefix"
        )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One import as it goes on."""

    importing: Importing
    refused: TextIO
    warned: TextIO
    book: ImportBook = field(default_factory=ImportBook)

    def refuse(self, where: dict[str, Any], reason: str) -> None:
        """A row that cannot be booked is kept with its reason."""
        self.book.refused += 1
        self.refused.write(json.dumps({**where, "reason": reason}, ensure_ascii=False) + "\n")

    def refuse_row(self, row: RawLine, reason: str) -> None:
        """The same, with what its row says."""
        where = {"row": row.row, "line": row.line, "receipt": row.receipt, "store": row.store}
        self.refuse(where, reason)

    def book_store(self, store_id: str, receipts: Iterator[tuple[RawLine, ...]]) -> None:
        """One store's receipts, into its own outbox."""
        importing = self.importing
        self.book.stores.add(store_id)
        folder = importing.data_dir / device_of(store_id)
        if importing.is_dry:
            self._try_store(folder / "agent.db", store_id, receipts)
            return
        private_folder(folder)
        outbox = Outbox.open(
            folder / "agent.db",
            clock=importing.clock,
            quota_bytes=QUOTA_BYTES,
            rng=importing.rng,
        )
        try:
            with outbox.transaction() as transaction:
                apply_migrations(transaction.connection)
            voids: list[Composed] = []
            while chunk := list(islice(receipts, RECEIPTS_A_COMMIT)):
                with outbox.transaction() as transaction:
                    for composed in self._composed(chunk, store_id, voids):
                        self._book(transaction, composed)
                importing.on_progress(self.book)
            # A file is in no order that could be relied on: what they take back stands by now.
            with outbox.transaction() as transaction:
                for composed in voids:
                    self._book(transaction, composed)
        finally:
            outbox.close()

    def _try_store(
        self, path: Path, store_id: str, receipts: Iterator[tuple[RawLine, ...]]
    ) -> None:
        """Counts what would be booked, beside what is booked already."""
        with ExitStack() as stack:
            known = None
            if path.exists():
                connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
                known = stack.enter_context(closing(connection))
            would_be = stack.enter_context(closing(sqlite3.connect(":memory:")))
            apply_migrations(would_be)
            originals = Originals(would_be, known)
            voids: list[Composed] = []
            for composed in chain(self._composed(receipts, store_id, voids), voids):
                if known is None or not _is_known(known, composed, self.book):
                    self._settled(composed, originals)
                self.importing.on_progress(self.book)

    def _book(self, transaction: Transaction, composed: Composed) -> None:
        """One receipt, where it was not imported before."""
        connection = transaction.connection
        if _is_known(connection, composed, self.book):
            return
        if composed.receipt is not None and not composed.has_own_number:
            number = _next_number(connection, composed.receipt.workstation_id)
            receipt = composed.receipt.model_copy(update={"sequence": number})
            composed = replace(composed, receipt=receipt)
        settled = self._settled(composed, Originals(connection))
        if settled is None:
            return
        if settled.receipt is not None:
            transaction.append(settled.receipt)
        for move in settled.moves:
            transaction.append(move)
        connection.execute(
            "INSERT INTO imported_receipt(key, fingerprint) VALUES (?, ?)",
            (settled.key, settled.fingerprint),
        )

    def _settled(self, composed: Composed, originals: Originals) -> Composed | None:
        """The receipt as it is booked, and counted: a void as what takes its receipt back. None
        where that cannot be: then its rows are refused."""
        if composed.takes is not None:
            try:
                void = originals.taken_back(composed, composed.takes)
            except RefusedRow as error:
                for row in composed.takes.rows:
                    self.refuse_row(row, Refusal.of(row, error).reason)
                return None
            composed = replace(composed, receipt=void)
        elif composed.receipt is not None and self._has_voids:
            originals.note(composed, composed.receipt)
        _count(composed, self.book)
        return composed

    @property
    def _has_voids(self) -> bool:
        return self.importing.source.mapping.columns.voids is not None

    def _composed(
        self,
        receipts: Iterable[tuple[RawLine, ...]],
        store_id: str,
        voids: list[Composed],
    ) -> Iterator[Composed]:
        """Each receipt that has anything to book; rows that cannot be are refused. Voids, which
        need what they take back, are put into `voids`."""
        source = self.importing.source
        mapping, mark = source.mapping, source.read_as.decimal or "."
        for rows in chain.from_iterable(by_day(rows, mapping) for rows in receipts):
            composed = compose(rows, mapping, store_id, mark=mark)
            for refusal in composed.refused:
                self.refuse_row(refusal.row, refusal.reason)
            for warning in composed.warnings:
                told = {"receipt": rows[0].receipt, "store": rows[0].store, "warning": warning}
                self.warned.write(json.dumps(told, ensure_ascii=False) + "\n")
            self.book.skipped += composed.skipped
            self.book.warnings += len(composed.warnings)
            if composed.takes is not None:
                voids.append(composed)
            elif composed.receipt is not None or composed.moves or composed.left_out:
                yield composed


def _is_known(connection: sqlite3.Connection, composed: Composed, book: ImportBook) -> bool:
    """Whether the receipt was imported before, under its key or that of release 0.1.0."""
    row = connection.execute(
        "SELECT fingerprint FROM imported_receipt WHERE key IN (?, ?)",
        (composed.key, composed.former_key),
    ).fetchone()
    if row is None:
        return False
    if row[0] == composed.fingerprint:
        book.known += 1
    else:
        book.changed += 1
        log.warning(
            "%s was imported before with other lines; the first one stands",
            composed.key,
            extra={"action": "import"},
        )
    return True


def _count(composed: Composed, book: ImportBook) -> None:
    book.booked += 1
    book.lines += 0 if composed.receipt is None else len(composed.receipt.lines)
    book.moves += len(composed.moves)
    book.left_out += composed.left_out


def _next_number(connection: sqlite3.Connection, workstation_id: str) -> int:
    (number,) = connection.execute(
        "INSERT INTO till_counter(workstation_id, next_sequence) VALUES (?, ?)"
        " ON CONFLICT(workstation_id) DO UPDATE SET next_sequence = next_sequence + 1"
        " RETURNING next_sequence - 1",
        (workstation_id, FIRST_SEQUENCE + 1),
    ).fetchone()
    return int(number)
