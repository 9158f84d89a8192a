"""The soak's books: what devices and hub say minute by minute, and what must hold at the end."""

import sqlite3
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from cloud_hub.core.projection import Outcome
from cloud_hub.core.storage.database import Database
from cloud_hub.link.tables import DeadLetter, ReceivedRange, StoredEvent
from cloud_hub.reconciliation.lane_accounts import LaneAccount, audit_link
from cloud_hub.sales.tables import Receipt
from cloud_hub.traffic.tables import FootfallMinute
from sync import events
from sync.outbox.lane_books import LaneBooks, read_books


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Over all devices, in events."""

    produced: int
    acknowledged: int
    lost: int
    waiting: int


def totals(outboxes: list[Path]) -> Totals:
    """What the devices' own files say, whoever has them open."""
    books = [book for path in outboxes if path.exists() for book in _begun(path)]
    return Totals(
        produced=sum(book.produced for book in books),
        acknowledged=sum(book.acknowledged for book in books),
        lost=sum(book.lost for book in books),
        waiting=sum(book.waiting for book in books),
    )


def _begun(path: Path) -> list[LaneBooks]:
    """The books in a file; none while its device makes it."""
    try:
        return read_books(path)
    except sqlite3.OperationalError:
        return []


def received(database: Database) -> int:
    """Events that the hub has committed."""
    with database.sessions() as session:
        spans = ReceivedRange.last - ReceivedRange.first + 1
        return int(session.scalar(sa.select(sa.func.coalesce(sa.func.sum(spans), 0))) or 0)


@dataclass(slots=True)
class Lag:
    """How long ago as much was produced as is settled now: no clock of a device is asked."""

    longest_s: float = 0.0
    _produced: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now_s: float, found: Totals) -> float:
        """Seconds."""
        self._produced.append((now_s, found.produced))
        settled = found.acknowledged + found.lost
        while len(self._produced) > 1 and self._produced[0][1] <= settled:
            self._produced.popleft()
        behind = found.produced > settled
        lag_s = now_s - self._produced[0][0] if behind else 0.0
        self.longest_s = max(self.longest_s, lag_s)
        return lag_s


def problems(database: Database, outboxes: dict[str, Path]) -> list[str]:
    """Every way in which devices and hub do not agree to the last event; none when all is well."""
    with database.sessions() as session:
        accounts = audit_link(session, by_epoch=True).accounts
        applied = dict(
            session.execute(
                sa.select(StoredEvent.kind, sa.func.count())
                .where(StoredEvent.outcome == Outcome.APPLIED.value)
                .group_by(StoredEvent.kind)
            )
            .tuples()
            .all()
        )
        repeated = session.scalar(
            sa.select(sa.func.count())
            .select_from(StoredEvent)
            .where(StoredEvent.outcome == Outcome.REPEATED.value)
        )
        letters = session.scalar(sa.select(sa.func.count()).select_from(DeadLetter))
        receipts = session.scalar(sa.select(sa.func.count()).select_from(Receipt))
        entries = session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(FootfallMinute.entries), 0))
        )
    found = [problem for name, path in outboxes.items() for problem in _of(name, path, accounts)]
    facts = {
        "receipts": (receipts, applied.get(events.Receipt.kind, 0)),
        "entries at doors": (entries, applied.get(events.FootfallCounted.kind, 0)),
        "dead letters": (letters, 0),
        "events that say what another said": (repeated, 0),
    }
    found += [f"{name}: {there}, not {due}" for name, (there, due) in facts.items() if there != due]
    return found


def _of(name: str, path: Path, accounts: tuple[LaneAccount, ...]) -> list[str]:
    known = {
        (account.epochs[0], account.lane_number): account
        for account in accounts
        if account.device == name
    }
    found: list[str] = []
    for book in read_books(path):
        account = known.pop((book.epoch, int(book.lane)), None)
        if book.produced and account is None:
            found.append(f"{name} {book.lane.name}: {book.produced} produced, the hub knows none")
        elif account is not None:
            found += _differences(name, book, account)
    found += [f"{name} epoch {epoch} lane {lane}: only the hub knows it" for epoch, lane in known]
    return found


def _differences(name: str, book: LaneBooks, account: LaneAccount) -> list[str]:
    pairs = Counter[str]()
    for what, here, there in (
        ("produced", book.produced, account.produced),
        ("received", book.acknowledged, account.received),
        ("lost", book.lost, account.lost),
        ("waiting", book.waiting, account.waiting),
        ("waiting at the end", book.waiting, 0),
        ("rows missing", 0, account.missing_rows),
        ("unaccounted", 0, account.unaccounted),
    ):
        pairs[f"{what}: {here} by the device, {there} by the hub"] = here - there
    where = f"{name} {book.epoch}/{book.lane.name}"
    unequal = [f"{where} {text}" for text, difference in pairs.items() if difference]
    if not book.balanced or not account.is_balanced:
        unequal.append(f"{where} is not balanced")
    return unequal
