"""What may come back: never more than was sold, where this till holds the receipt; else a warning,
and the hub looks."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal

from device_profiles.values.units import SaleUnit, known_unit
from edge_agent.core.errors import EdgeError
from edge_agent.till.receipt_book import UnknownReceipt, find_receipt, name_of
from sync.events import LineReference, Receipt, ReceiptLine, ReceiptType


class ReturnRefused(EdgeError):
    """More would come back than was sold, or of a line that was never sold."""


def take_back(connection: sqlite3.Connection, receipt: Receipt) -> list[str]:
    """Notes what the receipt's lines bring back of earlier ones; what this till cannot judge, and
    what is odd about it, in one line each.  Raises ReturnRefused."""
    warnings: list[str] = []
    for line in receipt.lines:
        if line.return_of is None:
            continue
        source = line.return_of
        if line.quantity >= 0:
            raise ReturnRefused(
                f"line {line.line}: return_of stands on a line that comes back: its quantity is"
                " positive in a return, negative in a sale"
            )
        try:
            sold = _sold_line(connection, source)
        except UnknownReceipt:
            warnings.append(
                f"line {line.line}: this till has no receipt {name_of(source)}; the hub checks"
                " what comes back of it"
            )
        else:
            warnings.extend(_judge(connection, line, sold))
        _note(connection, receipt, line)
    return warnings


def _sold_line(connection: sqlite3.Connection, source: LineReference) -> ReceiptLine:
    original, voided = find_receipt(connection, source)
    if voided:
        raise ReturnRefused(f"receipt {name_of(source)} was voided: nothing of it can come back")
    line = next((one for one in original.lines if one.line == source.line), None)
    if original.type is not ReceiptType.SALE or line is None or line.quantity <= 0:
        raise ReturnRefused(f"receipt {name_of(source)} sold nothing on line {source.line}")
    return line


def _judge(connection: sqlite3.Connection, line: ReceiptLine, sold: ReceiptLine) -> Iterator[str]:
    """What is odd about a line that comes back.  Raises ReturnRefused."""
    source = line.return_of
    if source is None:
        return
    if line.gtin and sold.gtin and line.gtin != sold.gtin:
        raise ReturnRefused(
            f"line {line.line}: {line.code} comes back, but line {source.line} of receipt"
            f" {name_of(source)} sold {sold.code}"
        )
    before, refunded = _back_before(connection, source)
    back = before + _in_base(line)
    if back > _in_base(sold):
        raise ReturnRefused(
            f"line {line.line}: {-line.quantity:f} {line.unit} come back of line {source.line} of"
            f" receipt {name_of(source)}, which sold {sold.quantity:f} {sold.unit}"
            + (f"; {before:f} came back before" if before else "")
        )
    if refunded - line.amount > sold.amount:
        yield (
            f"line {line.line}: {refunded - line.amount:f} is paid back for what cost"
            f" {sold.amount:f}"
        )


def _in_base(line: ReceiptLine) -> Decimal:
    """How much a line sold or brings back, in the base of its unit."""
    unit: SaleUnit | None = known_unit(line.unit)
    return abs(unit.in_base(line.quantity) if unit else line.quantity)


def _key(source: LineReference) -> str:
    return f"{name_of(source)}/{source.line}"


def _back_before(connection: sqlite3.Connection, source: LineReference) -> tuple[Decimal, Decimal]:
    """How much of the line came back before, and what was paid back for it."""
    rows = connection.execute(
        "SELECT quantity, amount FROM till_return WHERE of_line = ?", (_key(source),)
    ).fetchall()
    return (
        sum((Decimal(quantity) for quantity, _ in rows), Decimal(0)),
        sum((Decimal(amount) for _, amount in rows), Decimal(0)),
    )


def _note(connection: sqlite3.Connection, receipt: Receipt, line: ReceiptLine) -> None:
    if line.return_of is not None:
        connection.execute(
            "INSERT INTO till_return(of_line, by_receipt, quantity, amount) VALUES (?, ?, ?, ?)",
            (_key(line.return_of), name_of(receipt), f"{_in_base(line):f}", f"{-line.amount:f}"),
        )


def release(connection: sqlite3.Connection, voided: Receipt) -> None:
    """What a voided receipt brought back has not come back.  Raises ReturnRefused where something
    of the receipt itself came back since."""
    for line in voided.lines:
        row = connection.execute(
            "SELECT by_receipt FROM till_return WHERE of_line = ? LIMIT 1",
            (f"{name_of(voided)}/{line.line}",),
        ).fetchone()
        if row is not None:
            raise ReturnRefused(
                f"line {line.line} of receipt {name_of(voided)} came back with receipt {row[0]}:"
                " void that one first, or take the rest back with a return"
            )
    connection.execute("DELETE FROM till_return WHERE by_receipt = ?", (name_of(voided),))
