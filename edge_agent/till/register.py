"""The register: each act of the till is one job for the writer, which makes the business row and
the event in one transaction."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from device_profiles.device import DeviceProfile, TillSettings
from edge_agent.core.errors import EdgeError
from edge_agent.core.store import count_up
from edge_agent.till.pricing import OwnCodes, PriceBook, business_day_of, price_line
from edge_agent.till.reporting import (
    TillAct,
    report_count,
    report_move,
    report_receipt,
    total_of,
    undo_line,
)
from edge_agent.till.requests import (
    NoSaleRequest,
    ReceiptKey,
    SaleRequest,
    StockCountRequest,
    StockMoveRequest,
    VoidRequest,
)
from sync.core.clock import Clock
from sync.events import Receipt, ReceiptType
from sync.outbox.outbox import Transaction

Answer = dict[str, Any]
Act = Callable[[Transaction], Answer]


class UnknownReceipt(EdgeError):
    """No such receipt on this till."""


class AlreadyVoided(EdgeError):
    """The receipt was voided before."""


class SequenceTaken(EdgeError):
    """The POS gave a receipt number that this business day has already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One till's rules: what a request becomes, and under which number."""

    store_id: str
    workstation_id: str
    currency: str
    zone: ZoneInfo
    register_closes_at_h: int
    own: OwnCodes
    prices: PriceBook
    clock: Clock
    rng: Random

    def business_day(self, at: datetime) -> date:
        """The business day that `at` belongs to."""
        return business_day_of(at, zone=self.zone, register_closes_at_h=self.register_closes_at_h)

    def sell(self, request: SaleRequest, *, is_return: bool = False) -> Act:
        """A job that books a sale or a return.  Raises UnusableLine here, before it is queued."""
        sign = -1 if is_return else 1
        priced = [
            price_line(line, number=number, sign=sign, own=self.own, prices=self.prices.by_gtin)
            for number, line in enumerate(request.lines, start=1)
        ]

        def act(transaction: Transaction) -> Answer:
            ended_at = request.ended_at or self.clock.now()
            receipt = report_receipt(
                TillAct(
                    workstation_id=self.workstation_id,
                    business_day=self.business_day(ended_at),
                    sequence=self._take_sequence(transaction.connection, request.sequence),
                    type=ReceiptType.RETURN if is_return else ReceiptType.SALE,
                    ended_at=ended_at,
                    currency=self.currency,
                    lines=tuple(one.line for one in priced),
                    tenders=request.tenders,
                    identities=request.identities,
                )
            )
            return save_receipt(
                transaction,
                receipt,
                now=self.clock.now(),
                warnings=[one.warning for one in priced if one.warning],
            )

        return act

    def void(self, request: VoidRequest) -> Act:
        """A job that undoes a receipt of this till.  The job raises UnknownReceipt or
        AlreadyVoided."""

        def act(transaction: Transaction) -> Answer:
            original = _take_for_void(transaction.connection, request.receipt)
            lines = tuple(undo_line(original, line) for line in original.lines)
            receipt = self._plain(transaction, ReceiptType.VOID, request.ended_at)
            return save_receipt(
                transaction,
                receipt.model_copy(update={"lines": lines}),
                now=self.clock.now(),
                warnings=[],
            )

        return act

    def open_drawer(self, request: NoSaleRequest) -> Act:
        """A job that records an opened drawer: a receipt without lines."""

        def act(transaction: Transaction) -> Answer:
            receipt = self._plain(transaction, ReceiptType.NO_SALE, request.ended_at)
            return save_receipt(transaction, receipt, now=self.clock.now(), warnings=[])

        return act

    def move_stock(self, request: StockMoveRequest) -> Act:
        """A job that books goods from one location to another."""

        def act(transaction: Transaction) -> Answer:
            body = report_move(self.store_id, request, now=self.clock.now())
            event = transaction.append(body)
            return {"recorded": body.model_dump(mode="json"), "event": str(event)}

        return act

    def count_stock(self, request: StockCountRequest) -> Act:
        """A job that books a person's count."""

        def act(transaction: Transaction) -> Answer:
            body = report_count(self.store_id, request, now=self.clock.now())
            event = transaction.append(body)
            return {"recorded": body.model_dump(mode="json"), "event": str(event)}

        return act

    def _plain(
        self, transaction: Transaction, type_: ReceiptType, ended_at: datetime | None
    ) -> Receipt:
        at = ended_at or self.clock.now()
        return report_receipt(
            TillAct(
                workstation_id=self.workstation_id,
                business_day=self.business_day(at),
                sequence=self._take_sequence(transaction.connection, None),
                type=type_,
                ended_at=at,
                currency=self.currency,
                lines=(),
            )
        )

    def _take_sequence(self, connection: sqlite3.Connection, given: int | None) -> int:
        """The POS's own number, or the next of this till. The first is drawn at random, so that a
        till whose folder was lost does not use the morning's numbers a second time."""
        if given is not None:
            return given
        row = connection.execute(
            "SELECT next_sequence FROM till_counter WHERE workstation_id = ?",
            (self.workstation_id,),
        ).fetchone()
        sequence = int(row[0]) if row else self.rng.randrange(1, 1000) * 10_000 + 1
        connection.execute(
            "INSERT INTO till_counter(workstation_id, next_sequence) VALUES (?, ?)"
            " ON CONFLICT(workstation_id) DO UPDATE SET next_sequence = excluded.next_sequence",
            (self.workstation_id, sequence + 1),
        )
        return sequence


def register_of(
    profile: DeviceProfile,
    till: TillSettings,
    *,
    clock: Clock,
    rng: Random,
    prices: PriceBook | None = None,
) -> Register:
    """The register that a device's profile describes."""
    return Register(
        store_id=profile.store_id,
        workstation_id=till.workstation_id,
        currency=till.currency,
        zone=ZoneInfo(profile.time_zone),
        register_closes_at_h=till.register_closes_at_h,
        own=OwnCodes.of(profile.products, profile.code_layouts),
        prices=prices or PriceBook(),
        clock=clock,
        rng=rng,
    )


def save_receipt(
    transaction: Transaction, receipt: Receipt, *, now: datetime, warnings: list[str]
) -> Answer:
    """The receipt on disk with its event, as the API answers it.  Raises SequenceTaken."""
    event = transaction.append(receipt)
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
    count_up(connection, day=day, what="receipts", subject=receipt.type)
    count_up(connection, day=day, what="amount", subject="all", by=float(total_of(receipt.lines)))
    return answer_of(receipt) | {"event": str(event), "warnings": warnings}


def answer_of(receipt: Receipt) -> Answer:
    """A receipt as the till's API shows it: its key, its lines, its total."""
    return receipt.model_dump(mode="json") | {"total": str(total_of(receipt.lines))}


def find_receipt(connection: sqlite3.Connection, key: ReceiptKey) -> tuple[Receipt, bool]:
    """A receipt of this till, and whether it was voided.  Raises UnknownReceipt."""
    row = connection.execute(
        "SELECT body, voided FROM till_receipt"
        " WHERE workstation_id = ? AND business_day = ? AND sequence = ?",
        (key.workstation_id, key.business_day, key.sequence),
    ).fetchone()
    if row is None:
        raise UnknownReceipt(
            f"this till has no receipt {key.workstation_id}/{key.business_day}/{key.sequence};"
            " it may be older than the till keeps, or another till's"
        )
    return Receipt.model_validate_json(row[0]), bool(row[1])


def _take_for_void(connection: sqlite3.Connection, key: ReceiptKey) -> Receipt:
    original, voided = find_receipt(connection, key)
    if voided:
        raise AlreadyVoided(
            f"receipt {key.workstation_id}/{key.business_day}/{key.sequence} was voided before"
        )
    connection.execute(
        "UPDATE till_receipt SET voided = 1"
        " WHERE workstation_id = ? AND business_day = ? AND sequence = ?",
        (key.workstation_id, key.business_day, key.sequence),
    )
    return original
