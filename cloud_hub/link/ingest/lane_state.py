"""The link's books within one transaction: who may speak, which numbers are here, what is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import (
    added,
    chunks,
    greater,
    insert_or_merge,
    insert_or_replace,
)
from cloud_hub.link.broker.connections import connected, ensure_connection
from cloud_hub.link.tables import Epoch, LaneClaim, LostRange, ReceivedRange, ResendCount
from cloud_hub.master_data.place_tables import DeviceRow
from sync.core.arrivals import RangeSet
from sync.wire.batch import Loss

LaneKey = tuple[str, str, int, int]
"""tenant, device, epoch, lane."""
RUNS_KEPT = 64
NOTED = timedelta(seconds=5)
"""How exactly it is noted when a device was heard last: a row a batch would cost more than it."""
PREFETCHED = 200
"""Devices read in one query."""
RANGES_READ = 1000
"""Ranges of some lanes that are read in one query; a lane has one or two unless much is amiss."""
ALL_NUMBERS = (0, 2**63 - 1)
Claim = tuple[LaneKey, int, int]
"""A lane and the first and last number of a batch."""


@dataclass(slots=True)
class LaneState:
    """What is known of one lane of one incarnation: `stored` are ranges as the database has them,
    last by first. Of a lane with many holes only those near a batch are read (`near`), unless all
    are asked for: what a batch costs must not grow with what came before it."""

    arrived: RangeSet = field(default_factory=RangeSet)
    lost: RangeSet = field(default_factory=RangeSet)
    stored: dict[int, int] = field(default_factory=dict)
    near: RangeSet = field(default_factory=RangeSet)
    is_whole: bool = False
    is_changed: bool = False
    resends: int = 0

    def knows(self, first: int, last: int) -> bool:
        """Whether everything that touches these numbers was read."""
        return self.is_whole or not self.near.missing(first, last)

    def read(self, first: int, last: int) -> None:
        """A range as the database has it."""
        self.stored[first] = last
        self.arrived.add(first, last)


@dataclass(slots=True)
class LaneBooks:
    """The books of the lanes that one transaction touches, read on first use, written once."""

    session: Session
    now: datetime
    devices: dict[tuple[str, str], DeviceRow] = field(default_factory=dict)
    _lanes: dict[LaneKey, LaneState] = field(default_factory=dict)
    _losses: dict[tuple[str, str, int, int, int, int], dict[str, Any]] = field(default_factory=dict)
    _claims: dict[LaneKey, tuple[int, int]] = field(default_factory=dict)
    _openings: dict[LaneKey, int] = field(default_factory=dict)
    _linked: set[tuple[str, str]] = field(default_factory=set)
    _live: dict[tuple[str, str], Epoch | None] = field(default_factory=dict)
    _claims_kept: dict[LaneKey, LaneClaim] = field(default_factory=dict)
    _read: set[tuple[str, str]] = field(default_factory=set)

    def prefetch(self, names: Iterable[tuple[str, str]], claims: Sequence[Claim] = ()) -> None:
        """Reads what is known of some devices (tenant, device), and of their lanes near some
        batches, in a handful of queries instead of as many a batch."""
        wanted = sorted(set(names) - self._read)
        for some in (wanted[at : at + PREFETCHED] for at in range(0, len(wanted), PREFETCHED)):
            self._prefetch(some)
        keys = sorted({key for key, _, _ in claims})
        for keys_read in (keys[at : at + PREFETCHED] for at in range(0, len(keys), PREFETCHED)):
            if not self._read_few(keys_read):
                among = set(keys_read)
                for key, first, last in claims:
                    if key in among:
                        self._read_near(key, first, last)

    def _prefetch(self, names: Sequence[tuple[str, str]]) -> None:
        def among(table: type[Any]) -> sa.ColumnElement[bool]:
            return sa.tuple_(table.tenant_id, table.device_id).in_(names)

        session = self.session
        for device in session.scalars(sa.select(DeviceRow).where(among(DeviceRow))):
            self.devices[device.tenant_id, device.device_id] = device
        live = sa.select(Epoch).where(among(Epoch), Epoch.state == "live").order_by(Epoch.epoch)
        self._live |= dict.fromkeys(names)
        for epoch in session.scalars(live):
            self._live[epoch.tenant_id, epoch.device_id] = epoch
        for kept in session.scalars(sa.select(LaneClaim).where(among(LaneClaim))):
            key = (kept.tenant_id, kept.device_id, kept.epoch, kept.lane)
            self._claims_kept[key] = kept
        self._linked |= connected(session, names)
        self._read |= set(names)

    def forget_live(self, device: DeviceRow) -> None:
        """Another incarnation may be live now."""
        self._live.pop((device.tenant_id, device.device_id), None)

    def device(self, tenant_id: str, device_id: str) -> DeviceRow | None:
        """The device as master data know it, or None."""
        key = (tenant_id, device_id)
        if key not in self.devices:
            found = self.session.get(DeviceRow, key)
            if found is None:
                return None
            self.devices[key] = found
        return self.devices[key]

    def live_epoch(self, tenant_id: str, device_id: str) -> Epoch | None:
        """The incarnation that the hub takes events from."""
        name = (tenant_id, device_id)
        if name not in self._live:
            self.session.flush()
            self._live[name] = self._find_live(tenant_id, device_id)
        return self._live[name]

    def _find_live(self, tenant_id: str, device_id: str) -> Epoch | None:
        return self.session.scalars(
            sa.select(Epoch)
            .where(
                Epoch.tenant_id == tenant_id, Epoch.device_id == device_id, Epoch.state == "live"
            )
            .order_by(Epoch.epoch.desc())
        ).first()

    def lane(self, key: LaneKey) -> LaneState:
        """The whole book of one lane."""
        book = self._book(key)
        if not book.is_whole:
            for first, last in self._ranges(ReceivedRange, key):
                book.read(first, last)
            for first, last in self._ranges(LostRange, key):
                book.lost.add(first, last)
            book.is_whole = True
        return book

    def _book(self, key: LaneKey) -> LaneState:
        return self._lanes.setdefault(key, LaneState())

    def _ranges(
        self, table: type[ReceivedRange] | type[LostRange], key: LaneKey
    ) -> list[tuple[int, int]]:
        query = sa.select(table.first, table.last).where(*_is(table, key))
        return [(first, last) for first, last in self.session.execute(query)]

    def _read_few(self, keys: Sequence[LaneKey]) -> bool:
        """Whether these lanes have few ranges; then all of them are read."""
        table = ReceivedRange
        lane = (table.tenant_id, table.device_id, table.epoch, table.lane)
        query = (
            sa.select(*lane, table.first, table.last)
            .where(sa.tuple_(*lane).in_(keys))
            .limit(RANGES_READ + 1)
        )
        found = self.session.execute(query).all()
        if len(found) > RANGES_READ:
            return False
        for tenant_id, device_id, epoch, number, begins, ends in found:
            self._book((tenant_id, device_id, epoch, number)).read(begins, ends)
        for key in keys:
            self._book(key).near.add(*ALL_NUMBERS)
        return True

    def _read_near(self, key: LaneKey, first: int, last: int) -> None:
        """Reads the ranges that a batch overlaps or touches: the last one that begins at or before
        it, and those that begin in it."""
        asked = dict(zip(_LANE, key, strict=True)) | {"first": first, "after": last + 1}
        for begins, ends in self.session.execute(_NEAR, asked):
            self._book(key).read(begins, ends)
        self._book(key).near.add(first, last)

    def receive(self, key: LaneKey, first: int, last: int) -> RangeSet:
        """The numbers among first..last that are new; all are received now, the rest counted as
        resent."""
        book = self._book(key)
        if not book.knows(first, last):
            self._read_near(key, first, last)
        fresh = RangeSet.of(book.arrived.missing(first, last))
        book.resends += last - first + 1 - len(fresh)
        if fresh:
            book.arrived.add(first, last)
            book.is_changed = True
        return fresh

    def lose(self, key: LaneKey, losses: Iterable[Loss]) -> None:
        """Notes what the device gave up. A loss told again, or told longer, is one loss."""
        tenant_id, device_id, epoch, lane = key
        for loss in losses:
            self._book(key).lost.add(loss.first, loss.last)
            row = {
                "tenant_id": tenant_id,
                "device_id": device_id,
                "epoch": epoch,
                "lane": lane,
                "first": loss.first,
                "last": loss.last,
                "bytes": loss.bytes,
                "reason": loss.reason,
                "declared_at": self.now,
            }
            self._losses[*key, loss.first, loss.last] = row

    def claimed(self, key: LaneKey) -> int:
        """The highest number that the device says it has produced, 0 if it has said nothing."""
        kept = self._claim_kept(key)
        told = self._claims.get(key, (1, 1))[0]
        return max(told, kept.next_seq if kept else 1) - 1

    def _claim_kept(self, key: LaneKey) -> LaneClaim | None:
        if key[:2] in self._read:
            return self._claims_kept.get(key)
        return self.session.get(LaneClaim, key)

    def opening(self, key: LaneKey) -> int:
        """Numbers below this one are history from before the device first met this hub."""
        if key not in self._openings:
            kept = self._claim_kept(key)
            self._openings[key] = kept.opening_seq if kept is not None else 1
        return self._openings[key]

    def claim(self, key: LaneKey, *, next_seq: int, base: int, is_first: bool = False) -> None:
        """Notes what the device says it has produced and still holds; the furthest stands.
        `is_first`: in its first hello ever."""
        if is_first:
            self._openings[key] = max(next_seq, self._openings.get(key, 1))
        before = self._claims.get(key, (1, 1))
        self._claims[key] = (max(before[0], next_seq), max(before[1], base))

    def hear(self, device: DeviceRow) -> None:
        """The device has been heard, so it is linked."""
        if device.heard_at is None or not device.heard_at <= self.now < device.heard_at + NOTED:
            device.heard_at = self.now
        name = (device.tenant_id, device.device_id)
        if name not in self._linked:
            ensure_connection(self.session, device, self.now)
            self._linked.add(name)

    def write(self) -> None:
        """Writes every change."""
        self.session.flush()
        self._write_ranges()
        insert_or_merge(
            self.session,
            LostRange,
            list(self._losses.values()),
            {"last": greater, "bytes": greater, "reason": greater},
        )
        rows = [
            self._row(key)
            | {
                "next_seq": next_seq,
                "base": base,
                "opening_seq": self._openings.get(key, 1),
                "claimed_at": self.now,
            }
            for key, (next_seq, base) in self._claims.items()
        ]
        insert_or_merge(
            self.session,
            LaneClaim,
            rows,
            {"next_seq": greater, "base": greater, "claimed_at": greater},
        )
        resends = [
            self._row(key) | {"events": book.resends}
            for key, book in self._lanes.items()
            if book.resends
        ]
        insert_or_merge(self.session, ResendCount, resends, {"events": added})

    def _row(self, key: LaneKey) -> dict[str, Any]:
        return dict(zip(("tenant_id", "device_id", "epoch", "lane"), key, strict=True))

    def _write_ranges(self) -> None:
        """Of every lane at once: two statements, however many devices spoke."""
        gone: list[tuple[str, str, int, int, int]] = []
        rows: list[dict[str, Any]] = []
        for key, book in self._lanes.items():
            if not book.is_changed:
                continue
            kept, wanted = book.stored, dict(book.arrived.ranges())
            gone += [(*key, first) for first in kept if first not in wanted]
            rows += [
                self._row(key) | {"first": first, "last": last}
                for first, last in wanted.items()
                if kept.get(first) != last
            ]
        for some in chunks(gone):
            at = sa.tuple_(*ReceivedRange.__table__.primary_key)
            self.session.execute(sa.delete(ReceivedRange).where(at.in_(some)))
        insert_or_replace(self.session, ReceivedRange, rows)


def _is(
    table: type[ReceivedRange] | type[LostRange], key: LaneKey
) -> tuple[sa.ColumnElement[bool], ...]:
    tenant_id, device_id, epoch, lane = key
    return (
        table.tenant_id == tenant_id,
        table.device_id == device_id,
        table.epoch == epoch,
        table.lane == lane,
    )


_LANE = ("tenant_id", "device_id", "epoch", "lane")
_RANGES = ReceivedRange.__table__


def _of_lane(ranges: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(*(ranges.c[name] == sa.bindparam(name) for name in _LANE))


def _near() -> sa.Select[int, int]:
    before = _RANGES.alias()
    begins = sa.select(sa.func.max(before.c.first)).where(
        _of_lane(before), before.c.first <= sa.bindparam("first")
    )
    start = sa.func.coalesce(begins.scalar_subquery(), sa.bindparam("first"))
    at = _RANGES.c.first
    return sa.select(at, _RANGES.c.last).where(
        _of_lane(_RANGES), at >= start, at <= sa.bindparam("after")
    )


_NEAR = _near()
"""One statement for every batch: of many in one, each number of them would be kept compiled."""


def welcome_run(epoch: Epoch, run: str) -> None:
    """Notes that this opening of the device's file may send."""
    if not epoch.runs or epoch.runs[0] != run:
        epoch.runs = [run, *(known for known in epoch.runs if known != run)][:RUNS_KEPT]
