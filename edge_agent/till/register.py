"""The register: each act of the till is one job for the writer, which makes the business row and
the event in one transaction."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from device_profiles.device import DeviceProfile, TillSettings
from edge_agent.till.payment import paid_by
from edge_agent.till.pricing import (
    OwnCodes,
    PriceBook,
    Terms,
    UnusableLine,
    business_day_of,
    price_line,
)
from edge_agent.till.receipt_book import Answer, next_sequence, save_receipt, take_for_void
from edge_agent.till.reporting import (
    TillAct,
    report_count,
    report_move,
    report_receipt,
    undone,
)
from edge_agent.till.requests import (
    NoSaleRequest,
    SaleRequest,
    StockCountRequest,
    StockMoveRequest,
    VoidRequest,
)
from edge_agent.till.returns import release, take_back
from edge_agent.till.shoppers import HandleSealer
from sync.core.clock import Clock
from sync.events import ClockState, Receipt, ReceiptType
from sync.outbox.outbox import Transaction

Act = Callable[[Transaction], Answer]


HOUR = timedelta(hours=1)
"""A POS whose clock is further ahead of a trusted one has a wrong time."""
KEPT_BACK = timedelta(days=400)
"""No POS keeps receipts back for longer; older ones are imported."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One till's rules: what a request becomes, and under which number."""

    store_id: str
    workstation_id: str
    currency: str
    zone: ZoneInfo
    register_closes_at_h: int
    own: OwnCodes
    handles: HandleSealer
    prices: PriceBook
    clock: Clock
    rng: Random

    def business_day(self, at: datetime) -> date:
        """The business day that `at` belongs to."""
        return business_day_of(at, zone=self.zone, register_closes_at_h=self.register_closes_at_h)

    def sell(self, request: SaleRequest, *, is_return: bool = False) -> Act:
        """A job that books a sale or a return.  Raises UnusableLine here, before it is queued; the
        job raises SequenceTaken or ReturnRefused."""
        terms = Terms(currency=self.currency, is_return=is_return)
        priced = [
            price_line(line, number=number, terms=terms, own=self.own, prices=self.prices.by_gtin)
            for number, line in enumerate(request.lines, start=1)
        ]
        lines = tuple(one.line for one in priced)
        tenders, unpaid = paid_by(request.tenders, lines, terms)
        ended_at = self._moment(request.ended_at)
        shown, unkept = self.handles.sealed(request.identities)

        def act(transaction: Transaction) -> Answer:
            receipt = report_receipt(
                TillAct(
                    workstation_id=self.workstation_id,
                    business_day=self.business_day(ended_at),
                    sequence=self._take_sequence(
                        transaction.connection, request.sequence, ended_at
                    ),
                    type=ReceiptType.RETURN if is_return else ReceiptType.SALE,
                    ended_at=ended_at,
                    currency=self.currency,
                    lines=lines,
                    tenders=tenders,
                    identities=shown,
                )
            )
            odd = take_back(transaction.connection, receipt)
            return save_receipt(
                transaction,
                receipt,
                now=self.clock.now(),
                warnings=[one.warning for one in priced if one.warning] + unpaid + odd + unkept,
            )

        return act

    def void(self, request: VoidRequest) -> Act:
        """A job that undoes a receipt of this till.  The job raises UnknownReceipt, AlreadyVoided
        or ReturnRefused."""
        ended_at = self._moment(request.ended_at)

        def act(transaction: Transaction) -> Answer:
            original = take_for_void(transaction.connection, request.receipt)
            release(transaction.connection, original)
            receipt = self._plain(transaction, ReceiptType.VOID, ended_at)
            return save_receipt(
                transaction,
                receipt.model_copy(update=undone(original)),
                now=self.clock.now(),
                warnings=[],
            )

        return act

    def open_drawer(self, request: NoSaleRequest) -> Act:
        """A job that records an opened drawer: a receipt without lines."""
        ended_at = self._moment(request.ended_at)

        def act(transaction: Transaction) -> Answer:
            receipt = self._plain(transaction, ReceiptType.NO_SALE, ended_at)
            return save_receipt(transaction, receipt, now=self.clock.now(), warnings=[])

        return act

    def move_stock(self, request: StockMoveRequest) -> Act:
        """A job that books goods from one location to another."""
        body = report_move(self.store_id, request, now=self._moment(request.moved_at))

        def act(transaction: Transaction) -> Answer:
            event = transaction.append(body)
            return {"recorded": body.model_dump(mode="json"), "event": str(event)}

        return act

    def count_stock(self, request: StockCountRequest) -> Act:
        """A job that books a person's count."""
        body = report_count(self.store_id, request, now=self._moment(request.counted_at))

        def act(transaction: Transaction) -> Answer:
            event = transaction.append(body)
            return {"recorded": body.model_dump(mode="json"), "event": str(event)}

        return act

    def _moment(self, given: datetime | None) -> datetime:
        """When an act happened: as the POS says, else now.  Raises UnusableLine for a time that
        cannot be; a till that does not trust its own clock believes the POS."""
        stamp = self.clock.stamp()
        if given is None:
            return stamp.wall_at
        is_sure = stamp.clock is ClockState.TRUSTED
        if given < EARLIEST or (is_sure and given < stamp.wall_at - KEPT_BACK):
            raise UnusableLine(
                f"{given.isoformat()} is too long ago for a till: at most {KEPT_BACK.days} days;"
                " give the time it happened, or import old receipts with `aisle pos import`"
            )
        if is_sure and given > stamp.wall_at + HOUR:
            raise UnusableLine(
                f"{given.isoformat()} has not come yet: this till's clock says"
                f" {stamp.wall_at.isoformat(timespec='seconds')}; give the time it happened"
            )
        return given

    def _plain(self, transaction: Transaction, type_: ReceiptType, at: datetime) -> Receipt:
        return report_receipt(
            TillAct(
                workstation_id=self.workstation_id,
                business_day=self.business_day(at),
                sequence=self._take_sequence(transaction.connection, None, at),
                type=type_,
                ended_at=at,
                currency=self.currency,
                lines=(),
            )
        )

    def _take_sequence(
        self, connection: sqlite3.Connection, given: int | None, at: datetime
    ) -> int:
        """The POS's own number, or the next free one of this till. The first is drawn at random, so
        that a till whose folder was lost does not use the morning's numbers a second time."""
        if given is not None:
            return given
        day = self.business_day(at).isoformat()
        first = self.rng.randrange(1, 1000) * 10_000 + 1
        return next_sequence(connection, self.workstation_id, day, first=first)


def register_of(
    profile: DeviceProfile,
    till: TillSettings,
    *,
    clock: Clock,
    rng: Random,
    prices: PriceBook | None = None,
) -> Register:
    """The register that a device's profile describes, with no hub's key for handles yet."""
    return Register(
        store_id=profile.store_id,
        workstation_id=till.workstation_id,
        currency=till.currency,
        zone=ZoneInfo(profile.time_zone),
        register_closes_at_h=till.register_closes_at_h,
        own=OwnCodes.of(profile.products, profile.code_layouts),
        handles=HandleSealer(),
        prices=prices or PriceBook(),
        clock=clock,
        rng=rng,
    )
