"""What shelf photos showed, and what each planned slot is by a photo."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.master_data.chain import Chain, Plan
from cloud_hub.shelf.tables import ShelfObservation
from sync.events import PictureQuality


class Facing(NamedTuple):
    """One product at the front: box in pixels, what it is, where it stands; where the device was in
    doubt, how sure it was and what else it may be. A tuple, because pages make thousands."""

    box: tuple[float, float, float, float]
    gtin: str | None
    score: float
    slot_id: str | None
    certainty: float | None = None
    candidates: tuple[str, ...] = ()


class Basket(NamedTuple):
    """One basket of a chest freezer: how much of its floor goods cover, None where that could not
    be judged; where it lies in the photo, None where the device does not say."""

    slot_id: str
    filled: float | None
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPhoto:
    """One photo of one fixture as it was read. A photo that is not clear claims nothing."""

    observation_id: str
    store_id: str
    fixture_id: str
    device_id: str
    taken_at: datetime
    day: date
    sha256: str
    width_px: int
    height_px: int
    quality: PictureQuality
    plan: Plan | None
    facings: tuple[Facing, ...]
    empty: frozenset[str]
    hidden: frozenset[str]
    model: str
    baskets: tuple[Basket, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the picture can be judged."""
        return self.quality is PictureQuality.CLEAR


class SlotState(StrEnum):
    """How a slot stands against its plan. HIDDEN: could not be judged, and claims nothing."""

    RIGHT = "right"
    EMPTY = "empty"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSeen:
    """One planned slot by one photo. `facing` is the planned product's where it stands there, else
    the first of what does; `right_facings` counts the planned product's, or that of the others
    allowed there which stands there most often."""

    state: SlotState
    facing: Facing | None
    right_facings: int


def slots_seen(photo: ShelfPhoto, plan: Plan) -> dict[str, SlotSeen]:
    """Every planned slot as a clear photo shows it."""
    standing: dict[str, list[Facing]] = defaultdict(list)
    for facing in photo.facings:
        if facing.slot_id is not None:
            standing[facing.slot_id].append(facing)
    found: dict[str, SlotSeen] = {}
    for slot in plan.slots.values():
        there = standing.get(slot.slot_id, [])
        right = [f for f in there if f.gtin == slot.gtin or f.gtin in slot.others]
        first = next(iter(right or [f for f in there if f.gtin] or there), None)
        if slot.slot_id in photo.hidden:
            state = SlotState.HIDDEN
        elif right:
            state = SlotState.RIGHT
        elif first is None:
            state = SlotState.EMPTY if slot.slot_id in photo.empty else SlotState.HIDDEN
        else:
            state = SlotState.UNKNOWN if first.gtin is None else SlotState.WRONG
        found[slot.slot_id] = SlotSeen(state=state, facing=first, right_facings=_most(right))
    return found


def _most(facings: Iterable[Facing]) -> int:
    """How many facings the product has that has most of them."""
    return max(Counter(facing.gtin for facing in facings).values(), default=0)


def load_photos(
    session: Session, chain: Chain, *conditions: sa.ColumnElement[bool]
) -> dict[str, list[ShelfPhoto]]:
    """Photos of each fixture that meet the conditions on ShelfObservation, oldest first."""
    rows = session.execute(
        sa.select(ShelfObservation.__table__)
        .where(ShelfObservation.tenant_id == chain.tenant_id, *conditions)
        .order_by(ShelfObservation.fixture_id, ShelfObservation.taken_at)
    )
    found: dict[str, list[ShelfPhoto]] = defaultdict(list)
    for row in rows:
        if row.fixture_id in chain.fixtures:
            found[row.fixture_id].append(_photo(chain, row))
    return found


def newest_photos(
    session: Session,
    chain: Chain,
    fixture_ids: Iterable[str],
    *,
    before: datetime,
    clear_only: bool = False,
) -> dict[str, ShelfPhoto]:
    """The newest photo of each fixture taken before `before`; those that have none are absent."""
    condition = [ShelfObservation.taken_at < before]
    if clear_only:
        condition.append(ShelfObservation.quality == PictureQuality.CLEAR)
    ids = [
        observation_id
        for fixture_id in fixture_ids
        if (
            observation_id := session.scalar(
                sa.select(ShelfObservation.observation_id)
                .where(
                    ShelfObservation.tenant_id == chain.tenant_id,
                    ShelfObservation.fixture_id == fixture_id,
                    *condition,
                )
                .order_by(ShelfObservation.taken_at.desc())
                .limit(1)
            )
        )
        is not None
    ]
    found = load_photos(session, chain, ShelfObservation.observation_id.in_(ids))
    return {fixture_id: photos[-1] for fixture_id, photos in found.items()}


def _photo(chain: Chain, row: sa.Row[Any]) -> ShelfPhoto:
    return ShelfPhoto(
        observation_id=row.observation_id,
        store_id=row.store_id,
        fixture_id=row.fixture_id,
        device_id=row.device_id,
        taken_at=row.taken_at,
        day=row.business_day,
        sha256=row.photo_sha256,
        width_px=row.width_px,
        height_px=row.height_px,
        quality=PictureQuality(row.quality),
        plan=_plan(chain, row),
        facings=tuple(_facing(each) for each in row.facings),
        empty=frozenset(row.empty_slots),
        hidden=frozenset(row.hidden_slots),
        model=row.model,
        baskets=tuple(_basket(each) for each in row.baskets or ()),
    )


def _plan(chain: Chain, row: sa.Row[Any]) -> Plan | None:
    """The plan the device judged by, where it says so, as it was then; else the one that held."""
    judged_by = [
        plan
        for plan in chain.plans.get(row.fixture_id, ())
        if (plan.planogram_id, plan.version) == (row.planogram_id, row.planogram_version)
    ]
    held = (plan for plan in judged_by if plan.valid_from <= row.taken_at)
    if judged_by:
        return next(held, judged_by[-1])
    return chain.plan_at(row.fixture_id, row.taken_at)


def _basket(seen: dict[str, Any]) -> Basket:
    box = seen.get("box")
    return Basket(seen["slot_id"], seen.get("filled"), tuple(box) if box else None)


def _facing(seen: dict[str, Any]) -> Facing:
    return Facing(
        tuple(seen["box"]),
        seen["gtin"],
        seen["score"],
        seen["slot_id"],
        seen.get("certainty"),
        tuple(seen.get("candidates") or ()),
    )
