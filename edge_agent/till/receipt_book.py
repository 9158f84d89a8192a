"""The till's own book of receipts: written with their events, found again, voided once."""

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any

from device_profiles.values.money import plain, settle
from edge_agent.core.errors import EdgeError
from edge_agent.core.store import count_up
from edge_agent.till.reporting import total_of
from edge_agent.till.requests import ReceiptKey
from sync.core.failpoints import Failpoint, reach
from sync.events import LineReference, Receipt, ReceiptType
from sync.outbox.outbox import Transaction

Answer = dict[str, Any]


class UnknownReceipt(EdgeError):
    """No such receipt on this till."""


class AlreadyVoided(EdgeError):
    """The receipt was voided before, or is none that can be voided."""


class SequenceTaken(EdgeError):
    """The POS gave a receipt number that this business day has already."""


def save_receipt(
    transaction: Transaction, receipt: Receipt, *, now: datetime, warnings: list[str]
) -> Answer:
    """The receipt on disk with its event, as the API answers it.  Raises SequenceTaken."""
    event = transaction.append(receipt)
    reach(Failpoint.SALE_MID_ACT)
    connection = transaction.connection
    day = receipt.business_day.isoformat()
    try:
        connection.execute(
            "INSERT INTO till_receipt(workstation_id, business_day, sequence, type, body,"
            " event_id, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                receipt.workstation_id,
                day,
                receipt.sequence,
                receipt.type,
                receipt.model_dump_json(),
                str(event),
                now.isoformat(),
            ),
        )
    except sqlite3.IntegrityError as error:
        raise SequenceTaken(
            f"{receipt.workstation_id} has a receipt {receipt.sequence} on {day} already;"
            " give the next number, or leave `sequence` out"
        ) from error
    total = total_of(receipt.lines) + rounding_of(receipt)
    count_up(connection, day=day, what="receipts", subject=receipt.type)
    count_up(connection, day=day, what="amount", subject="all", by=float(total))
    return answer_of(receipt) | {"event": str(event), "warnings": warnings}


def rounding_of(receipt: Receipt) -> Decimal:
    """What the receipt's cash was rounded by."""
    tenders = [(tender.kind, tender.amount) for tender in receipt.tenders]
    return settle(total_of(receipt.lines), tenders, receipt.currency).rounding


def answer_of(receipt: Receipt) -> Answer:
    """A receipt as the till's API shows it: its key, its lines, its total."""
    rounding = rounding_of(receipt)
    return receipt.model_dump(mode="json") | {
        "rounding": plain(rounding),
        "total": plain(total_of(receipt.lines) + rounding),
    }


def find_receipt(
    connection: sqlite3.Connection, key: ReceiptKey | LineReference
) -> tuple[Receipt, bool]:
    """A receipt of this till, and whether it was voided.  Raises UnknownReceipt."""
    row = connection.execute(
        "SELECT body, voided FROM till_receipt"
        " WHERE workstation_id = ? AND business_day = ? AND sequence = ?",
        (key.workstation_id, str(key.business_day), key.sequence),
    ).fetchone()
    if row is None:
        raise UnknownReceipt(
            f"this till has no receipt {name_of(key)};"
            " it may be older than the till keeps, or another till's"
        )
    return Receipt.model_validate_json(row[0]), bool(row[1])


def name_of(receipt: ReceiptKey | LineReference | Receipt) -> str:
    """A receipt's key as people read it."""
    return f"{receipt.workstation_id}/{receipt.business_day}/{receipt.sequence}"


def take_for_void(connection: sqlite3.Connection, key: ReceiptKey) -> Receipt:
    """The receipt, from now on voided.  Raises UnknownReceipt or AlreadyVoided."""
    original, voided = find_receipt(connection, key)
    if voided:
        raise AlreadyVoided(f"receipt {name_of(key)} was voided before")
    if original.type not in (ReceiptType.SALE, ReceiptType.RETURN):
        raise AlreadyVoided(
            f"receipt {name_of(key)} is a {original.type}: only sales and returns can be voided"
        )
    connection.execute(
        "UPDATE till_receipt SET voided = 1"
        " WHERE workstation_id = ? AND business_day = ? AND sequence = ?",
        (key.workstation_id, key.business_day, key.sequence),
    )
    return original


def next_sequence(
    connection: sqlite3.Connection, workstation_id: str, business_day: str, *, first: int
) -> int:
    """The till's next number that the business day does not have yet: a POS that counts by itself
    may have used some. `first` where the till has counted nothing so far."""
    row = connection.execute(
        "SELECT next_sequence FROM till_counter WHERE workstation_id = ?", (workstation_id,)
    ).fetchone()
    sequence = int(row[0]) if row else first
    while connection.execute(
        "SELECT 1 FROM till_receipt WHERE workstation_id = ? AND business_day = ? AND sequence = ?",
        (workstation_id, business_day, sequence),
    ).fetchone():
        sequence += 1
    connection.execute(
        "INSERT INTO till_counter(workstation_id, next_sequence) VALUES (?, ?)"
        " ON CONFLICT(workstation_id) DO UPDATE SET next_sequence = excluded.next_sequence",
        (workstation_id, sequence + 1),
    )
    return sequence
