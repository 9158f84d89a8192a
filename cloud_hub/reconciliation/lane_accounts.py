"""The link's accounts: for every device and lane, produced = received + declared lost + waiting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.projection import CONFLICT, Outcome
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.tables import (
    DeadLetter,
    LaneClaim,
    LostRange,
    ReceivedRange,
    ResendCount,
    StoredEvent,
)
from cloud_hub.master_data.place_tables import DeviceRow
from sync.core.arrivals import RangeSet
from sync.events import Lane

EpochRange = tuple[int, int, int]
"""epoch, first, last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAccount:
    """One lane of one device, over `epochs`, in events.

    `waiting` are those that the device still holds as far as it said at `claimed_at`. `unaccounted`
    are neither here, nor lost, nor held; `missing_rows` were received but are not in the database.
    Both are 0 in a lane that is balanced. `dead` counts what was received but could not be taken,
    `unknown` what was kept raw for a later hub, `conflicts` other events under numbers that were
    here already. Ranges are epoch, first, last.
    """

    tenant: str
    store: str
    device: str
    lane: str
    lane_number: int
    produced: int
    received: int
    lost: int
    waiting: int
    unaccounted: int
    missing_rows: int
    resends: int
    dead: int
    unknown: int
    conflicts: int
    epochs: tuple[int, ...]
    claimed_at: datetime | None
    waiting_ranges: tuple[EpochRange, ...]
    unaccounted_ranges: tuple[EpochRange, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether every event is accounted for."""
        total = self.received + self.lost + self.waiting
        return self.produced == total and not self.unaccounted and not self.missing_rows

    def as_json(self) -> dict[str, Any]:
        """What `aisle audit --json` prints and the API serves of one lane."""
        said = asdict(self) | {"balanced": self.is_balanced, "epochs": list(self.epochs)}
        said["claimed_at"] = None if self.claimed_at is None else self.claimed_at.isoformat()
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAudit:
    """Every lane that has ever held anything."""

    accounts: tuple[LaneAccount, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether every lane is."""
        return all(account.is_balanced for account in self.accounts)

    def as_json(self) -> dict[str, Any]:
        """The shape that `aisle audit --json` prints and the API serves."""
        return {
            "balanced": self.is_balanced,
            "devices": [account.as_json() for account in self.accounts],
        }


@dataclass(slots=True)
class _Lane:
    received: RangeSet = field(default_factory=RangeSet)
    lost: RangeSet = field(default_factory=RangeSet)
    next_seq: int = 1
    base: int = 1
    resends: int = 0
    dead: int = 0
    unknown: int = 0
    conflicts: int = 0
    claimed_at: datetime | None = None
    stored: int | None = None


Key = tuple[str, str, int, int]


def audit_link(
    session: Session,
    *,
    tenant_id: str | None = None,
    devices: Iterable[str] | None = None,
    count_rows: bool = True,
    by_epoch: bool = False,
) -> LinkAudit:
    """The accounts of one tenant, or of all; of `devices` only, if given; each epoch by itself if
    asked. Without `count_rows` the events themselves are not looked at: `missing_rows`, `dead`,
    `unknown` and `conflicts` then stay 0, and it is quick enough for every refresh of a page."""
    only = None if devices is None else list(devices)
    lanes: dict[Key, _Lane] = defaultdict(_Lane)
    _add_ranges(session, lanes, tenant_id, only)
    _add_claims(session, lanes, tenant_id, only)
    if count_rows:
        _add_rows(session, lanes, tenant_id, only)
    stores = {
        (device.tenant_id, device.device_id): device.store_id
        for device in session.scalars(sa.select(DeviceRow))
    }
    grouped: dict[Key, dict[int, _Lane]] = defaultdict(dict)
    for (tenant, device, epoch, lane), book in sorted(lanes.items()):
        if book.next_seq > 1 or book.received or book.lost:
            grouped[tenant, device, epoch if by_epoch else 0, lane][epoch] = book
    return LinkAudit(
        accounts=tuple(
            _account(tenant, stores.get((tenant, device), ""), device, lane, books)
            for (tenant, device, _, lane), books in sorted(grouped.items())
        )
    )


SUMS = ("produced", "received", "lost", "waiting", "unaccounted", "missing_rows")
COUNTS = ("resends", "dead", "unknown", "conflicts")


def joined_epochs(accounts: Iterable[LaneAccount]) -> tuple[LaneAccount, ...]:
    """Accounts that were made by epoch, one a lane."""
    lanes: dict[tuple[str, str, int], list[LaneAccount]] = defaultdict(list)
    for account in accounts:
        lanes[account.tenant, account.device, account.lane_number].append(account)
    return tuple(
        replace(
            parts[0],
            **{name: sum(getattr(part, name) for part in parts) for name in (*SUMS, *COUNTS)},
            epochs=tuple(sorted(epoch for part in parts for epoch in part.epochs)),
            claimed_at=max((part.claimed_at for part in parts if part.claimed_at), default=None),
            waiting_ranges=tuple(one for part in parts for one in part.waiting_ranges),
            unaccounted_ranges=tuple(one for part in parts for one in part.unaccounted_ranges),
        )
        for _, parts in sorted(lanes.items())
    )


Query = TypeVar("Query", bound=sa.Select[*tuple[Any, ...]])
Table = type[ReceivedRange | LostRange | LaneClaim | ResendCount | StoredEvent | DeadLetter]


def _narrow(query: Query, table: Table, tenant_id: str | None, only: list[str] | None) -> Query:
    if tenant_id is not None:
        query = query.where(table.tenant_id == tenant_id)
    return query if only is None else query.where(table.device_id.in_(only))


def _add_ranges(
    session: Session, lanes: dict[Key, _Lane], tenant_id: str | None, only: list[str] | None
) -> None:
    for table, name in ((ReceivedRange, "received"), (LostRange, "lost")):
        query = sa.select(
            table.tenant_id, table.device_id, table.epoch, table.lane, table.first, table.last
        )
        for tenant, device, epoch, number, first, last in session.execute(
            _narrow(query, table, tenant_id, only)
        ):
            getattr(lanes[tenant, device, epoch, number], name).add(first, last)


def _add_claims(
    session: Session, lanes: dict[Key, _Lane], tenant_id: str | None, only: list[str] | None
) -> None:
    for claim in session.scalars(_narrow(sa.select(LaneClaim), LaneClaim, tenant_id, only)):
        lane = lanes[claim.tenant_id, claim.device_id, claim.epoch, claim.lane]
        lane.next_seq, lane.base = claim.next_seq, claim.base
        lane.claimed_at = claim.claimed_at
    for count in session.scalars(_narrow(sa.select(ResendCount), ResendCount, tenant_id, only)):
        lanes[count.tenant_id, count.device_id, count.epoch, count.lane].resends = count.events


def _add_rows(
    session: Session, lanes: dict[Key, _Lane], tenant_id: str | None, only: list[str] | None
) -> None:
    event = StoredEvent
    query = sa.select(
        event.tenant_id,
        event.device_id,
        event.epoch,
        event.lane,
        sa.func.count(),
        sa.func.sum(sa.case((event.outcome == Outcome.DEAD.value, 1), else_=0)),
        sa.func.sum(sa.case((event.outcome == Outcome.UNKNOWN.value, 1), else_=0)),
    ).group_by(event.tenant_id, event.device_id, event.epoch, event.lane)
    for book in lanes.values():
        book.stored = 0
    for tenant, device, epoch, number, stored, dead, unknown in session.execute(
        _narrow(query, event, tenant_id, only)
    ):
        lane = lanes[tenant, device, epoch, number]
        lane.stored, lane.dead, lane.unknown = stored, dead, unknown
    letter = DeadLetter
    letters = (
        sa.select(letter.tenant_id, letter.device_id, letter.epoch, letter.lane, sa.func.count())
        .where(letter.error == CONFLICT, letter.replayed_at.is_(None))
        .group_by(letter.tenant_id, letter.device_id, letter.epoch, letter.lane)
    )
    for tenant, device, epoch, number, count in session.execute(
        _narrow(letters, letter, tenant_id, only)
    ):
        if epoch is not None and number is not None:
            lanes[tenant, device, epoch, number].conflicts = count


def _account(
    tenant: str, store: str, device: str, lane: int, books: Mapping[int, _Lane]
) -> LaneAccount:
    produced = received = lost = missing_rows = 0
    held: list[EpochRange] = []
    astray: list[EpochRange] = []
    for epoch, book in books.items():
        total = max(book.next_seq - 1, book.received.highest(), book.lost.highest())
        known = book.received.copy()
        for first, last in book.lost:
            known.add(first, last)
        for first, last in known.missing(1, total):
            # Only what the device says it still holds may be called waiting.
            if first < book.base:
                astray.append((epoch, first, min(last, book.base - 1)))
            if last >= book.base:
                held.append((epoch, max(first, book.base), last))
        produced += total
        received += len(book.received)
        lost += len(known) - len(book.received)
        missing_rows += 0 if book.stored is None else abs(len(book.received) - book.stored)
    return LaneAccount(
        tenant=tenant,
        store=store,
        device=device,
        lane=Lane(lane).name.lower(),
        lane_number=lane,
        produced=produced,
        received=received,
        lost=lost,
        waiting=_length(held),
        unaccounted=_length(astray),
        missing_rows=missing_rows,
        resends=sum(book.resends for book in books.values()),
        dead=sum(book.dead for book in books.values()),
        unknown=sum(book.unknown for book in books.values()),
        conflicts=sum(book.conflicts for book in books.values()),
        epochs=tuple(sorted(books)),
        claimed_at=max((b.claimed_at for b in books.values() if b.claimed_at), default=None),
        waiting_ranges=tuple(held),
        unaccounted_ranges=tuple(astray),
    )


def _length(ranges: Iterable[EpochRange]) -> int:
    return sum(last - first + 1 for _, first, last in ranges)


def lane_accounts(snapshot: Snapshot) -> tuple[LaneAccount, ...]:
    """The accounts of the snapshot's devices, quick enough for every refresh of a page."""
    audit = audit_link(
        snapshot.session,
        tenant_id=snapshot.chain.tenant_id,
        devices=list(snapshot.chain.devices),
        count_rows=False,
    )
    return audit.accounts
