"""Receipts out of a CSV or Parquet file, in order, through DuckDB. All figures stay text, so that
no float comes between the file and the cent."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from edge_agent.till.imports.csv_files import (
    BadRow,
    PlainFile,
    ReadAs,
    UnreadableReceipts,
    Wanted,
    plain_copy,
)
from edge_agent.till.imports.mapping import ReceiptMapping, UnusableMapping

ROWS_FETCHED = 20_000
MEMORY_LIMIT = "512MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLine:
    """One row of the file as text; None where the file has nothing. `row` counts from 1, `line` is
    the row's in a CSV."""

    row: int
    store: str | None
    receipt: str | None
    sequence: str | None
    ended_at: str | None
    code: str | None
    quantity: str | None
    amount: str | None
    unit_price: str | None
    discounts: tuple[str | None, ...]
    description: str | None
    identity: str | None
    line: int | None = None
    time: str | None = None
    workstation: str | None = None
    kind: str | None = None
    unit: str | None = None
    voids: str | None = None

    @property
    def where(self) -> str:
        """The row for people; in a CSV its line as editors number them, too."""
        return f"row {self.row}" if self.line is None else f"row {self.row} (line {self.line})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFound:
    """A store of the file and how much of it there is."""

    value: str
    receipts: int
    lines: int


class ReceiptFile:
    """A file of receipt lines under a mapping. Opening it checks that the columns are there; a CSV
    is read through a plain copy, which goes with this object."""

    def __init__(
        self,
        path: Path,
        mapping: ReceiptMapping,
        *,
        scratch: Path,
        read_as: ReadAs = ReadAs(),  # noqa: B008 - never changes
    ) -> None:
        self.path = path
        self.mapping = mapping
        self._scratch = scratch
        if not path.is_file():
            raise UnreadableReceipts(f"no file {path}")
        if path.stat().st_size == 0:
            raise UnreadableReceipts(f"{path} is empty")
        self._plain = None if self._is_parquet else self._copied(read_as)
        self._check_columns()

    @property
    def _is_parquet(self) -> bool:
        return self.path.suffix.lower() in (".parquet", ".pq")

    @property
    def read_as(self) -> ReadAs:
        """How the file is read: what was asked for or found out."""
        return ReadAs(decimal=".") if self._plain is None else self._plain.read_as

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows that are none."""
        return () if self._plain is None else tuple(self._plain.bad)

    def _copied(self, asked: ReadAs) -> PlainFile:
        mapping = self.mapping
        return plain_copy(
            self.path,
            Wanted(
                names=mapping.columns.named(),
                figures=mapping.columns.figures,
                time_zone=mapping.store_time_zone,
            ),
            ReadAs(
                encoding=asked.encoding or mapping.encoding,
                delimiter=asked.delimiter or mapping.delimiter,
                decimal=asked.decimal or mapping.decimal,
            ),
        )

    def stores(self) -> tuple[StoreFound, ...]:
        """Every store in the file; the mapping's own where the file has no such column."""
        columns = self.mapping.columns
        store = f"CAST({_quoted(columns.store)} AS VARCHAR)" if columns.store else "''"
        rows = self._rows(
            f"SELECT {store} AS s, count(DISTINCT {_quoted(columns.receipt)}), count(*)"  # noqa: S608
            f" FROM {self._source()} GROUP BY 1 ORDER BY 1"
        )
        return tuple(StoreFound(value=row[0] or "", receipts=row[1], lines=row[2]) for row in rows)

    def receipts(self, stores: frozenset[str] | None) -> Iterator[tuple[RawLine, ...]]:
        """The lines of each receipt, store by store, oldest receipt first, lines in file order.

        `stores` are values of the store column; None takes all.
        """
        lines = (_raw_line(row, len(self.mapping.columns.discount)) for row in self._lines(stores))
        for _, group in groupby(
            lines, key=lambda line: (line.store, line.workstation, line.receipt)
        ):
            yield tuple(group)

    def _lines(self, stores: frozenset[str] | None) -> Iterator[tuple[Any, ...]]:
        columns = self.mapping.columns
        text = {
            "store": columns.store,
            "receipt": columns.receipt,
            "sequence": columns.sequence,
            "ended": columns.ended_at,
            "code": columns.code,
            "quantity": columns.quantity,
            "amount": columns.amount,
            "price": columns.unit_price,
            "description": columns.description,
            "identity": columns.identity,
            "time_of_day": columns.time,
            "workstation": columns.workstation,
            "kind": columns.kind,
            "unit": columns.unit,
            "voids": columns.voids,
        }
        texts = [f"{_text(column)} AS {name}" for name, column in text.items()]
        texts += [f"{_text(name)} AS discount_{n}" for n, name in enumerate(columns.discount)]
        chosen = "WHERE store IN (SELECT unnest(?))" if stores is not None else ""
        return self._rows(
            f"WITH numbered AS ({self._numbered()}),"  # noqa: S608
            f" named AS (SELECT row, line, {', '.join(texts)} FROM numbered)"
            f" SELECT * FROM named {chosen}"
            " ORDER BY store, min(ended) OVER (PARTITION BY store, workstation, receipt),"
            " workstation, receipt, row",
            [sorted(stores)] if stores is not None else [],
        )

    def _source(self) -> str:
        path = _literal(self.path if self._plain is None else self._plain.path)
        if self._plain is None:
            return f"read_parquet({path})"
        return (
            f"read_csv({path}, header=true, all_varchar=true, auto_detect=false, delim=',',"
            f" quote='\"', escape='\"', columns={self._columns()}, max_line_size=16000000)"
        )

    def _columns(self) -> str:
        names = ("__row", "__line", *self.mapping.columns.named())
        told = ", ".join("'" + name.replace("'", "''") + "': 'VARCHAR'" for name in names)
        return "{" + told + "}"

    def _numbered(self) -> str:
        if self._plain is None:
            return f"SELECT row_number() OVER () AS row, NULL AS line, * FROM {self._source()}"  # noqa: S608
        return (
            "SELECT CAST(__row AS BIGINT) AS row, CAST(__line AS BIGINT) AS line, *"  # noqa: S608
            f" FROM {self._source()}"
        )

    def _check_columns(self) -> None:
        there: Sequence[str]
        if self._plain is not None:
            there = self._plain.columns
        else:
            described = self._rows(f"DESCRIBE SELECT * FROM {self._source()}")  # noqa: S608
            there = [str(row[0]) for row in described]
        known = set(there) | (set() if self._plain is None else self._plain.found)
        missing = [name for name in self.mapping.columns.named() if name not in known]
        if missing:
            raise UnusableMapping(
                f"{self.path.name} has no column {', '.join(map(repr, missing))} that mapping"
                f" {self.mapping.name!r} names; it has: {', '.join(there)}"
            )

    def _rows(self, sql: str, parameters: list[Any] | None = None) -> Iterator[tuple[Any, ...]]:
        try:
            import duckdb
        except ModuleNotFoundError as error:
            raise UnreadableReceipts(
                "reading receipts needs DuckDB: pip install 'aisleos[parquet]'"
            ) from error
        try:
            with closing(duckdb.connect(config={"memory_limit": MEMORY_LIMIT})) as connection:
                connection.execute(f"SET temp_directory = {_literal(self._scratch)}")
                answer = connection.execute(sql, parameters or [])
                while rows := answer.fetchmany(ROWS_FETCHED):
                    yield from rows
        except duckdb.Error as error:
            first_line = str(error).splitlines()[0]
            raise UnreadableReceipts(f"cannot read {self.path}: {first_line}") from error


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _quoted(column: str | None) -> str:
    return '"' + (column or "").replace('"', '""') + '"'


def _text(column: str | None) -> str:
    return f"CAST({_quoted(column)} AS VARCHAR)" if column else "NULL"


def _raw_line(row: tuple[Any, ...], discounts: int) -> RawLine:
    number, line, store, receipt, sequence, ended, code, quantity, amount, price, text = row[:11]
    identity, time, workstation, kind, unit, voids = row[11:17]
    return RawLine(
        row=number,
        line=line,
        store=store,
        receipt=receipt,
        sequence=sequence,
        ended_at=ended,
        code=code,
        quantity=quantity,
        amount=amount,
        unit_price=price,
        discounts=tuple(row[17 : 17 + discounts]),
        description=text,
        identity=identity,
        time=time,
        workstation=workstation,
        kind=kind,
        unit=unit,
        voids=voids,
    )
