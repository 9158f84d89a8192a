"""Voids in a file: the receipt that one takes back, found by its number among those imported."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from device_profiles.values.money import plain
from edge_agent.till.imports.composing import Composed, RefusedRow, Takes
from edge_agent.till.reporting import total_of, undone
from sync.events import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    receipt: Receipt
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Originals:
    """Receipts that a void of the same store may take back, in the importing till's own file.
    `before` is that file where nothing may be written: then `connection` holds what a dry run
    would have added to it."""

    connection: sqlite3.Connection
    before: sqlite3.Connection | None = None

    def note(self, composed: Composed, receipt: Receipt, *, is_voided: bool = False) -> None:
        """Keeps a receipt to be found; who showed a handle is of no matter to a void."""
        self.connection.execute(
            "INSERT OR REPLACE INTO imported_original(number, workstation_id, business_day, body,"
            " voided) VALUES (?, ?, ?, ?, ?)",
            (
                composed.takes.number if composed.takes else composed.name,
                receipt.workstation_id,
                receipt.business_day.isoformat(),
                receipt.model_copy(update={"identities": ()}).model_dump_json(),
                is_voided,
            ),
        )

    def taken_back(self, composed: Composed, takes: Takes) -> Receipt:
        """The void that takes its receipt back, which from then on is voided.

        Raises RefusedRow where that receipt is not there, was voided before, or is another amount.
        """
        void = composed.receipt
        if void is None:
            raise RefusedRow("none of its rows can be booked")
        found = self._find(takes.number, void)
        if found is None:
            raise RefusedRow(
                f"a void of receipt {takes.number!r}, which neither this file nor an earlier import"
                f" has for {void.workstation_id} up to {void.business_day}"
            )
        if found.is_voided:
            raise RefusedRow(f"a void of receipt {takes.number!r}, which was voided before")
        whole, taken = total_of(found.receipt.lines), -total_of(void.lines)
        if taken != whole:
            raise RefusedRow(
                f"a void of {plain(taken)} of receipt {takes.number!r}, which comes to"
                f" {plain(whole)}: a void takes the whole receipt back; name the word as a return"
            )
        self.note(composed, found.receipt, is_voided=True)
        return void.model_copy(update=undone(found.receipt))

    def _find(self, number: str, void: Receipt) -> _Original | None:
        """The newest receipt of this number at the void's till that is not of a later day."""
        asked = (number, void.workstation_id, void.business_day.isoformat())
        rows = [row for one in self._files() for row in one.execute(_NEWEST, asked)]
        # What this run knows stands before what an earlier one knew of the same day.
        newest = max(rows, key=lambda row: str(row[0]), default=None)
        if newest is None:
            return None
        receipt = Receipt.model_validate_json(newest[1])
        return _Original(receipt=receipt, is_voided=bool(newest[2]))

    def _files(self) -> Iterator[sqlite3.Connection]:
        yield self.connection
        if self.before is not None and self.before.execute(_IS_THERE).fetchone():
            yield self.before


_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'imported_original'"
_NEWEST = (
    "SELECT business_day, body, voided FROM imported_original"
    " WHERE number = ? AND workstation_id = ? AND business_day <= ?"
    " ORDER BY business_day DESC LIMIT 1"
)
