"""Gaps: planned slots seen empty, from when to when, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.shelf.tables import ShelfObservation
from sync.events import PictureQuality

CONFIRMED_AFTER = timedelta(minutes=10)
CONFIRMED_PHOTOS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one photo says about emptiness. Only clear photos say anything."""

    taken_at: datetime
    empty: frozenset[str]
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A slot seen empty from `started_at` (the first photo that shows it) to `ended_at` (the first
    clear one that shows it filled; None: none yet). `photos` showed it, the last at `seen_at`.
    `open_before`: the oldest photo looked at shows it, so it may have begun earlier."""

    slot_id: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    photos: int
    open_before: bool

    def is_confirmed(self, now: datetime) -> bool:
        """Two clear photos in a row showed it, or ten minutes have passed since the first and none
        has shown otherwise.  Source: DESIGN, words: a gap is seen, out of stock is confirmed."""
        if self.photos >= CONFIRMED_PHOTOS:
            return True
        return self.ended_at is None and now - self.started_at >= CONFIRMED_AFTER


def find_gaps(looks: Iterable[Look]) -> list[Gap]:
    """Every gap in a fixture's clear photos (oldest first), by start. A photo that cannot see a
    slot says nothing of it."""
    running: dict[str, Gap] = {}
    done: list[Gap] = []
    for number, look in enumerate(looks):
        for slot_id in look.empty:
            before = running.get(slot_id)
            running[slot_id] = Gap(
                slot_id=slot_id,
                started_at=before.started_at if before else look.taken_at,
                seen_at=look.taken_at,
                ended_at=None,
                photos=before.photos + 1 if before else 1,
                open_before=before.open_before if before else number == 0,
            )
        for slot_id in set(running) - look.empty - look.hidden:
            gap = running.pop(slot_id)
            done.append(
                Gap(
                    slot_id=slot_id,
                    started_at=gap.started_at,
                    seen_at=gap.seen_at,
                    ended_at=look.taken_at,
                    photos=gap.photos,
                    open_before=gap.open_before,
                )
            )
    return sorted([*done, *running.values()], key=lambda gap: (gap.started_at, gap.slot_id))


def load_looks(
    session: Session, tenant_id: str, *conditions: sa.ColumnElement[bool]
) -> dict[str, list[Look]]:
    """What the clear photos of each fixture say about emptiness, oldest first."""
    rows = session.execute(
        sa.select(
            ShelfObservation.fixture_id,
            ShelfObservation.taken_at,
            ShelfObservation.empty_slots,
            ShelfObservation.hidden_slots,
        )
        .where(
            ShelfObservation.tenant_id == tenant_id,
            ShelfObservation.quality == PictureQuality.CLEAR,
            *conditions,
        )
        .order_by(ShelfObservation.fixture_id, ShelfObservation.taken_at)
    )
    found: dict[str, list[Look]] = {}
    for fixture_id, taken_at, empty, hidden in rows:
        look = Look(taken_at=taken_at, empty=frozenset(empty), hidden=frozenset(hidden))
        found.setdefault(fixture_id, []).append(look)
    return found
