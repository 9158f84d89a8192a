"""Which lines and zones a store's day should have been watched at.

A place is due from the business day of which it first said anything, and stays so while it is
silent, so that a dead camera is missed. It is due no more once its device goes on to speak of other
places and not of it (the line was taken out of its profile), once another device has taken over
the place under the same name, or once the device has left the master data.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import day_start
from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.storage.bulk_insert import greater, insert_or_merge, lesser
from cloud_hub.insight.window import Window
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.traffic.tables import WatchedPlace

QUEUE: Final = "queue"
ZONE: Final = "zone"


class WatchedAt(NamedTuple):
    """A line or a zone as one device watches it; two devices with one name for it are two."""

    kind: str
    place_id: str
    device_id: str


class Seen(NamedTuple):
    """A place said something of a business day."""

    tenant_id: str
    store_id: str
    place: WatchedAt
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """A place from its first to its last word. `device_last_day`: its device's last word of any
    place; `left_at`: when the device left the master data."""

    place: WatchedAt
    first_day: date
    last_day: date
    device_last_day: date
    left_at: datetime | None

    def is_due(self, day: StoreDay, store: Sequence["_Life"]) -> bool:
        """Whether it should have been watched on a day of its store."""
        if not self.first_day <= day.day:
            return False
        if day.day <= self.last_day:
            return True
        tomorrow = day_start(day.day + timedelta(days=1), day.store.zone)
        has_left = self.left_at is not None and self.left_at < tomorrow
        return not has_left and self.device_last_day <= self.last_day and not self._replaced(store)

    def _replaced(self, store: Sequence["_Life"]) -> bool:
        return any(
            other.place[:2] == self.place[:2]
            and other.first_day > self.first_day
            and other.first_day >= self.last_day
            for other in store
        )


def note_places(session: Session, seen: Iterable[Seen]) -> None:
    """Keeps of which days each place has said something."""
    days: dict[tuple[str, str, WatchedAt], tuple[date, date]] = {}
    for tenant_id, store_id, place, day in seen:
        first, last = days.get((tenant_id, store_id, place), (day, day))
        days[tenant_id, store_id, place] = min(first, day), max(last, day)
    rows = [
        {
            "tenant_id": tenant_id,
            "store_id": store_id,
            "device_id": place.device_id,
            "kind": place.kind,
            "place_id": place.place_id,
            "first_day": first,
            "last_day": last,
        }
        for (tenant_id, store_id, place), (first, last) in sorted(days.items())
    ]
    insert_or_merge(session, WatchedPlace, rows, {"first_day": lesser, "last_day": greater})


def places_due(
    session: Session, window: Window, kinds: Collection[str]
) -> Iterator[tuple[StoreDay, WatchedAt]]:
    """Every place of these kinds that should have been watched, on each of the window's days."""
    lives = _lives(session, window)
    for day in window.days:
        store = lives.get(day.store_id, ())
        for life in store:
            if life.place.kind in kinds and life.is_due(day, store):
                yield day, life.place


def _lives(session: Session, window: Window) -> dict[str, list[_Life]]:
    device = sa.and_(
        DeviceRow.tenant_id == WatchedPlace.tenant_id,
        DeviceRow.device_id == WatchedPlace.device_id,
    )
    rows = session.execute(
        sa.select(WatchedPlace.__table__, DeviceRow.left_at)
        .outerjoin(DeviceRow, device)
        .where(
            WatchedPlace.tenant_id == window.tenant_id,
            WatchedPlace.store_id.in_(window.store_ids),
        )
    ).all()
    last: dict[str, date] = {}
    for row in rows:
        last[row.device_id] = max(row.last_day, last.get(row.device_id, row.last_day))
    lives: dict[str, list[_Life]] = {}
    for row in rows:
        life = _Life(
            place=WatchedAt(row.kind, row.place_id, row.device_id),
            first_day=row.first_day,
            last_day=row.last_day,
            device_last_day=last[row.device_id],
            left_at=row.left_at,
        )
        lives.setdefault(row.store_id, []).append(life)
    return lives
