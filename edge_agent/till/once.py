"""The same request twice is one sale: answers kept under the POS's idempotency key."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from edge_agent.core.errors import EdgeError
from edge_agent.till.receipt_book import Answer
from edge_agent.till.register import Act
from sync.outbox.outbox import Transaction

KEPT_PER_MB = 80
"""Receipts and answers kept per MB of the file's quota: with about 2.5 KB each, a fifth of it."""


class KeyReused(EdgeError):
    """The idempotency key stands for another request already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and whether it was given before."""

    answer: Answer
    is_repeat: bool


def fingerprint_of(route: str, body: bytes) -> str:
    """What makes two requests the same: route and JSON content, whatever its spacing."""
    content = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{route}\n{content}".encode()).hexdigest()


def act_once(
    transaction: Transaction, act: Act, *, key: str | None, fingerprint: str, now: datetime
) -> Answered:
    """The act's answer, done now or, where `key` was answered before, given again.

    Raises KeyReused where the key came with another request, and what the act raises.
    """
    if key is None:
        return Answered(answer=act(transaction), is_repeat=False)
    connection = transaction.connection
    row = connection.execute(
        "SELECT fingerprint, answer FROM answered_request WHERE idempotency_key = ?", (key,)
    ).fetchone()
    if row is not None:
        if row[0] != fingerprint:
            raise KeyReused(
                f"the key {key!r} was used for another request; a new request needs a new key"
            )
        return Answered(answer=json.loads(row[1]), is_repeat=True)
    answer = act(transaction)
    connection.execute(
        "INSERT INTO answered_request(idempotency_key, fingerprint, answer, answered_at)"
        " VALUES (?, ?, ?, ?)",
        (key, fingerprint, json.dumps(answer), now.isoformat()),
    )
    return Answered(answer=answer, is_repeat=False)


def forget_oldest(connection: sqlite3.Connection, *, kept: int) -> int:
    """How many rows went: receipts and answers beyond the newest `kept` of each.

    By count, never by the wall clock: a clock that jumps ten years must not forget the keys of
    this morning.
    """
    gone = 0
    for table in ("till_receipt", "answered_request", "till_return"):
        gone += connection.execute(
            f"DELETE FROM {table} WHERE number <="  # noqa: S608 - the names above
            f" (SELECT max(number) - ? FROM {table})",
            (kept,),
        ).rowcount
    return gone
