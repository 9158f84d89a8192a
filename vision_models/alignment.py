"""Rows of products seen without calibration, set against the plan's rows: which slot is which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from device_profiles.planogram import Planogram, SlotPlan
from vision_models.compliance import align, align_rows
from vision_models.reading import Box
from vision_models.rows import Place

ROOM = 0.35
"""A slot has room where neighbours take no more than this share of its width."""
WIDE = 1.6
"""A box so many times as wide as is usual in its row may hold two products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`slot_of` names the slot of each box that has one. `open_places` are where slots without a
    product should be, with the room for one; `closed` are slots without a product and without
    room, their neighbours stand together; `unseen` those of which nothing can be said."""

    slot_of: Mapping[int, str] = field(default_factory=dict)
    open_places: Mapping[str, Box] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def fit_to_plan(
    rows: Sequence[Sequence[Place]],
    boxes: Sequence[Box],
    names: Sequence[str | None],
    planogram: Planogram,
) -> Fitted:
    """Each row of the plan with the row of the photo that is most like it, slot by slot.

    `rows` are of `boxes` (vision_models/rows.py), `names` what each box was recognised as.
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


def _plan_rows(planogram: Planogram) -> list[list[SlotPlan]]:
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

    def take_row(
        self, tokens: Sequence[SlotPlan], row: Sequence[Place], names: Sequence[str | None]
    ) -> None:
        """Pair one row of the plan with one row of the photo."""
        pairs = align([slot.gtin for slot in tokens], names)
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

    def done(self) -> Fitted:
        """All rows together."""
        return Fitted(
            slot_of=self.slot_of,
            open_places=self.open_places,
            closed=tuple(self.closed),
            unseen=tuple(self.unseen),
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
        middle = _expected(at, {left: float(middles[right]) for left, right in met.items()}, usual)
        if middle is None:
            self.unseen.append(slot_id)
            return
        left, right = middle - usual / 2, middle + usual / 2
        taken = np.minimum(sides[:, 2], right) - np.maximum(sides[:, 0], left)
        if float(taken.max()) <= ROOM * usual:
            top, bottom = _feet_and_heads(middle, middles, sides)
            self.open_places[slot_id] = (left, top, right, bottom)
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
    steps = [(met[b] - met[a]) / (b - a) for a, b in pairwise(known)]
    pitch = float(np.median(steps)) if steps else 1.15 * usual
    near = before[-1] if before else after[0]
    return met[near] + (at - near) * pitch


def _feet_and_heads(
    middle: float, middles: NDArray[np.float64], sides: NDArray[np.float64]
) -> tuple[float, float]:
    """Where a product would begin and end there: as its nearest neighbours do."""
    near = np.argsort(np.abs(middles - middle))[:3]
    return float(np.median(sides[near, 1])), float(np.median(sides[near, 3]))
