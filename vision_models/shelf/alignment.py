"""Rows of products seen without calibration, set against the plan's rows: which slot is which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from device_profiles.planogram import PlanogramProfile, SlotPlan
from vision_models.shelf.compliance import align, align_rows
from vision_models.shelf.reading import Box
from vision_models.shelf.rows import Place

ROOM = 0.35
"""A slot has room where neighbours take no more than this share of its width."""
LEAST_KNOWN = 2
"""From so many recognised products on the places of a row are known."""
OFF_PLACE = 0.2
AGAINST = 0.1
"""A box so many slots off its place, and no more than this share of its width from the
neighbour there, is what stands behind that one."""
IN_LINE = 0.6
"""So many slots a recognised product may stand from where the others of its row say."""
WIDE = 1.6
"""A box so many times as wide as is usual in its row may hold two products."""


Pair = tuple[int | None, int | None]
"""Places in the plan's row and in the photo's; None where the other has no partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`slot_of` names the slot of each box that has one. `open_places` are where slots without a
    product should be, with the room for one; `closed` are slots without a product and without
    room, their neighbours stand together; `unseen` those of which nothing can be said. `behind` are
    boxes of what stands behind a neighbour and peeps into a slot; that slot's place is open."""

    slot_of: Mapping[int, str] = field(default_factory=dict)
    open_places: Mapping[str, Box] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    behind: tuple[int, ...] = ()


def fit_to_plan(
    rows: Sequence[Sequence[Place]],
    boxes: Sequence[Box],
    names: Sequence[str | None],
    planogram: PlanogramProfile,
) -> Fitted:
    """Each row of the plan with the row of the photo that is most like it, slot by slot.

    `rows` are of `boxes` (vision_models/shelf/rows.py), `names` what each box was recognised as.
    """
    plan = _plan_rows(planogram)
    tokens = [[slot for slot in row for _ in range(slot.min_facings)] for row in plan]
    seen = [[names[place.item] for place in row] for row in rows]
    fitted = _Fitting(boxes=boxes)
    for planned, found in align_rows([[slot.gtin for slot in row] for row in tokens], seen):
        if planned is None:
            continue
        if found is None:
            fitted.unseen += [slot.slot_id for slot in plan[planned]]
        else:
            fitted.take_row(tokens[planned], rows[found], seen[found])
    return fitted.done()


def _plan_rows(planogram: PlanogramProfile) -> list[list[SlotPlan]]:
    """The plan's slots by row from the top, in order from the left."""
    rows: dict[int, list[tuple[int, SlotPlan]]] = {}
    for slot in planogram.slots:
        _, row, column = slot.slot_id.split("-")
        rows.setdefault(int(row), []).append((int(column), slot))
    return [[slot for _, slot in sorted(rows[row], key=lambda one: one[0])] for row in sorted(rows)]


@dataclass(slots=True, kw_only=True)
class _Fitting:
    """What `fit_to_plan` gathers row by row."""

    boxes: Sequence[Box]
    slot_of: dict[int, str] = field(default_factory=dict)
    open_places: dict[str, Box] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)

    def take_row(
        self, tokens: Sequence[SlotPlan], row: Sequence[Place], names: Sequence[str | None]
    ) -> None:
        """Pair one row of the plan with one row of the photo."""
        row, names, pairs = self._in_front([slot.gtin for slot in tokens], row, names)
        met: dict[int, int] = {}
        for left, right in pairs:
            if left is not None and right is not None:
                met[left] = right
                self._place(tokens[left].slot_id, row[right])
        self._take_extras(tokens, row, names, met)
        taken = set(self.slot_of.values())
        for at, slot in enumerate(tokens):
            if at not in met and slot.slot_id not in taken:
                taken.add(slot.slot_id)
                self._take_missing(at, slot.slot_id, row, met)

    def _in_front(
        self, planned: Sequence[str], row: Sequence[Place], names: Sequence[str | None]
    ) -> tuple[Sequence[Place], Sequence[str | None], list[Pair]]:
        """The row without what peeps into a slot from behind a neighbour, and its pairs with the
        plan: names first; those that fit then say where each slot is, and so in which slot an
        unknown pack beside a gap stands."""
        pairs = align(planned, names)
        sides = [self.boxes[place.item] for place in row]
        middles = [(side[0] + side[2]) / 2 for side in sides]
        known = _in_line(
            {
                left: middles[right]
                for left, right in pairs
                if left is not None and right is not None and planned[left] == names[right]
            }
        )
        if len(known) < LEAST_KNOWN:
            return row, names, pairs
        usual = float(np.median([side[2] - side[0] for side in sides]))
        pitch = max(_pitch(known, usual), 1.0)
        places = [_expected(at, known, usual) for at in range(len(planned))]
        off = [
            [0.0 if place is None else (middle - place) / pitch for middle in middles]
            for place in places
        ]
        pairs = align(planned, names, off)
        behind = {
            right
            for left, right in pairs
            if left is not None
            and right is not None
            and names[right] != planned[left]
            and _leans(right, off[left][right], sides, names)
        }
        if not behind:
            return row, names, pairs
        self.behind += [item for n in sorted(behind) for item in (row[n].item, *row[n].above)]
        kept = [n for n in range(len(row)) if n not in behind]
        new = {old: at for at, old in enumerate(kept)}
        moved = [(left, new.get(right) if right is not None else None) for left, right in pairs]
        return [row[n] for n in kept], [names[n] for n in kept], moved

    def done(self) -> Fitted:
        """All rows together."""
        return Fitted(
            slot_of=self.slot_of,
            open_places=self.open_places,
            closed=tuple(self.closed),
            unseen=tuple(self.unseen),
            behind=tuple(self.behind),
        )

    def _place(self, slot_id: str, place: Place) -> None:
        for item in (place.item, *place.above):
            self.slot_of[item] = slot_id

    def _take_extras(
        self,
        tokens: Sequence[SlotPlan],
        row: Sequence[Place],
        names: Sequence[str | None],
        met: Mapping[int, int],
    ) -> None:
        """A further facing of a slot's own product, next to it, is that slot's as well."""
        by_place = {right: left for left, right in met.items()}
        for right, name in enumerate(names):
            if right in by_place or name is None:
                continue
            for near in (right - 1, right + 1):
                slot = tokens[by_place[near]] if near in by_place else None
                if slot is not None and slot.gtin == name and self._has_room(slot):
                    self._place(slot.slot_id, row[right])
                    break

    def _has_room(self, slot: SlotPlan) -> bool:
        return sum(held == slot.slot_id for held in self.slot_of.values()) < slot.max_facings

    def _take_missing(
        self, at: int, slot_id: str, row: Sequence[Place], met: Mapping[int, int]
    ) -> None:
        """Where the slot should be, by the slots that were met left and right of it."""
        sides = np.array([self.boxes[place.item] for place in row], np.float64)
        middles, widths = (sides[:, 0] + sides[:, 2]) / 2, sides[:, 2] - sides[:, 0]
        usual = float(np.median(widths))
        known = {left: float(middles[right]) for left, right in met.items()}
        middle, pitch = _expected(at, known, usual), _pitch(known, usual)
        if middle is None:
            self.unseen.append(slot_id)
            return
        left, right = middle - usual / 2, middle + usual / 2
        taken = np.minimum(sides[:, 2], right) - np.maximum(sides[:, 0], left)
        if float(taken.max()) <= ROOM * usual:
            top, bottom = _feet_and_heads(middle, middles, sides)
            half = max(usual, pitch) / 2
            self.open_places[slot_id] = (middle - half, top, middle + half, bottom)
        elif float(widths[int(taken.argmax())]) < WIDE * usual:
            self.closed.append(slot_id)
        else:
            self.unseen.append(slot_id)


def _expected(at: int, met: Mapping[int, float], usual: float) -> float | None:
    """The middle of the slot that stands `at` in its row, from the middles of those met."""
    if not met:
        return None
    known = sorted(met)
    before = [one for one in known if one < at]
    after = [one for one in known if one > at]
    if before and after:
        low, high = before[-1], after[0]
        return met[low] + (met[high] - met[low]) * (at - low) / (high - low)
    near = before[-1] if before else after[0] if after else at
    return met[near] + (at - near) * _pitch(met, usual)


def _leans(at: int, off: float, sides: Sequence[Box], names: Sequence[str | None]) -> bool:
    """Whether an unknown box, or one of the neighbour's own product, stands off its place and
    against a recognised neighbour on that side."""
    near = at + (1 if off > 0 else -1)
    if abs(off) < OFF_PLACE or not 0 <= near < len(sides) or names[near] is None:
        return False
    if names[at] not in (None, names[near]):
        return False
    apart = sides[near][0] - sides[at][2] if off > 0 else sides[at][0] - sides[near][2]
    return apart <= AGAINST * (sides[at][2] - sides[at][0])


def _in_line(met: Mapping[int, float]) -> dict[int, float]:
    """Those of `met` whose middles lie where most say: two that stand one place on, by name in
    order, are no witnesses of places. Source: Theil 1950, Sen 1968."""
    if len(met) <= LEAST_KNOWN:
        return dict(met)
    steps = [(met[b] - met[a]) / (b - a) for a, b in combinations(sorted(met), 2)]
    pitch = float(np.median(steps))
    start = float(np.median([middle - at * pitch for at, middle in met.items()]))
    most = IN_LINE * abs(pitch)
    return {at: middle for at, middle in met.items() if abs(middle - start - at * pitch) <= most}


def _pitch(met: Mapping[int, float], usual: float) -> float:
    """How far slots are apart, from the middles of those met."""
    steps = [(met[b] - met[a]) / (b - a) for a, b in pairwise(sorted(met))]
    return float(np.median(steps)) if steps else 1.15 * usual


def _feet_and_heads(
    middle: float, middles: NDArray[np.float64], sides: NDArray[np.float64]
) -> tuple[float, float]:
    """Where a product would begin and end there: as its nearest neighbours do."""
    near = np.argsort(np.abs(middles - middle))[:3]
    return float(np.median(sides[near, 1])), float(np.median(sides[near, 3]))
