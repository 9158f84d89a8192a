"""Boxes of products → rows from the top, each in order from the left, with what stands on what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision_models.shelf.reading import Box

SAME_COLUMN = 0.6
"""Share of the narrower box's width that two boxes of one column have in common."""
BEHIND_OVERLAP = 0.3
"""Share of the lower height from which an item of the same column stands behind, not upon."""
ON_TOP = 0.12
"""So much of the lower height a stacked item's foot may lie off the top of what it stands on."""
LEAST_OF_HEIGHT = 0.5
"""A stacked item is at least so high as what it stands on: less peeps over it from behind."""
SURER = 2.0
"""A box nobody recognised gives way to one with so many times its score that it overlaps in its
column. Two that are about as sure both stay: whichever were taken, one of them was often right."""
FAR_SURER, TOUCHING = 3.0, 0.25
"""… and to one far surer that takes a quarter of its width: the rest is some edge."""
LEAST_OF_SIZE, MOST_OF_SIZE = 0.33, 3.0
"""A weak box of another size than the rest (square root of the area, against the median weighted by
score) is a word on a pack, or a whole shelf."""
STRONG = 0.45
"""From this score on a box is believed at any size. These four were chosen on real
photos of milk, noodle and grocery shelves: where the foot alone decided, a third of the packs there
was lost."""
SAME_BOARD = 0.25
LEAN = 0.05
"""Feet on one board differ by this share of the lower height, and this much per pixel apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a row: the index of the box at its foot, and of those stacked on it, upward."""

    item: int
    above: tuple[int, ...] = ()


def rows_of(
    boxes: Sequence[Box], names: Sequence[str | None] = (), scores: Sequence[float] = ()
) -> list[list[Place]]:
    """The rows that `boxes` stand in. Of boxes that overlap in one column those that have a
    name stay, and of these the lowest: what stands behind another one belongs to no row. Of those
    without a name the detector's `scores` decide, not where they stand. Only items of one name are
    a stack: what stands above another thing may be on the next board.
    """
    if not boxes:
        return []
    sides = np.array(boxes, np.float64).reshape(-1, 4)
    called = list(names) or [None] * len(boxes)
    known = np.array([name is not None for name in called])
    sure = np.array(scores, np.float64) if len(scores) else np.ones(len(sides))
    together = _share_of_width(sides) >= SAME_COLUMN
    front = _front(sides, together, known, sure)
    carrier = _carriers(sides, together, front, called)
    feet = [item for item in front if item not in carrier]
    rows = _boards(sides, feet)
    rows.sort(key=lambda row: float(np.mean(sides[row, 3])))
    on_top = {below: item for item, below in carrier.items()}
    return [
        [
            Place(item=item, above=_pile(item, on_top))
            for item in sorted(row, key=lambda one: float(sides[one, 0] + sides[one, 2]))
        ]
        for row in rows
    ]


def _share_of_width(sides: NDArray[np.float64]) -> NDArray[np.float64]:
    left = np.maximum(sides[:, None, 0], sides[None, :, 0])
    right = np.minimum(sides[:, None, 2], sides[None, :, 2])
    width = sides[:, 2] - sides[:, 0]
    narrower = np.maximum(np.minimum(width[:, None], width[None, :]), 1e-6)
    return np.asarray(np.maximum(0.0, right - left) / narrower)


def _heights(sides: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum(sides[:, 3] - sides[:, 1], 1e-6))


def _front(
    sides: NDArray[np.float64],
    together: NDArray[np.bool_],
    known: NDArray[np.bool_],
    sure: NDArray[np.float64],
) -> list[int]:
    """Items that no better one of their column overlaps: recognised ones first, of these the lower;
    then the surer."""
    top = np.maximum(sides[:, None, 1], sides[None, :, 1])
    bottom = np.minimum(sides[:, None, 3], sides[None, :, 3])
    height = _heights(sides)
    shared = (bottom - top) / np.minimum(height[:, None], height[None, :])
    overlaps = together & (shared > BEHIND_OVERLAP)
    touches = (_share_of_width(sides) >= TOUCHING) & (shared > BEHIND_OVERLAP)
    usual = known | (sure >= STRONG) | _has_usual_size(sides, sure)
    kept: list[int] = []
    for item in sorted(
        np.flatnonzero(usual).tolist(), key=lambda one: _rank(one, sides, known, sure)
    ):
        better = known[kept] | (sure[kept] >= SURER * sure[item])
        far_better = sure[kept] >= FAR_SURER * sure[item]
        is_covered = (overlaps[item, kept] & better).any()
        if not is_covered and not (touches[item, kept] & far_better & ~known[item]).any():
            kept.append(item)
    return sorted(kept)


def _rank(
    item: int, sides: NDArray[np.float64], known: NDArray[np.bool_], sure: NDArray[np.float64]
) -> tuple[bool, float, float]:
    by_score = 0.0 if known[item] else -float(sure[item])
    return not known[item], by_score, -float(sides[item, 3])


def _has_usual_size(sides: NDArray[np.float64], sure: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which items are about as large as most of them."""
    size = np.sqrt(_heights(sides) * np.maximum(sides[:, 2] - sides[:, 0], 1e-6))
    order = np.argsort(size)
    weight = np.cumsum(sure[order])
    median = size[order][np.searchsorted(weight, weight[-1] / 2)]
    return np.asarray((size > LEAST_OF_SIZE * median) & (size < MOST_OF_SIZE * median))


def _carriers(
    sides: NDArray[np.float64],
    together: NDArray[np.bool_],
    front: Sequence[int],
    names: Sequence[str | None],
) -> dict[int, int]:
    """For each item that stands on another one, which."""
    height, found = _heights(sides), dict[int, int]()
    for item in front:
        for below in front:
            # Two that nobody recognised may be anything: they are never one.
            is_named = names[item] is not None and names[item] == names[below]
            is_pair = is_named and together[item, below]
            if item == below or not is_pair or below in found.values():
                continue
            off = abs(sides[item, 3] - sides[below, 1])
            is_on = off <= ON_TOP * min(height[item], height[below])
            if is_on and height[item] >= LEAST_OF_HEIGHT * height[below]:
                found[item] = below
                break
    return found


def _boards(sides: NDArray[np.float64], feet: list[int]) -> list[list[int]]:
    """Items whose feet are on one board, joined from neighbour to neighbour."""
    height, middle = _heights(sides), (sides[:, 0] + sides[:, 2]) / 2
    rows: list[list[int]] = []
    for item in sorted(feet, key=lambda one: float(middle[one])):
        near: tuple[float, list[int]] | None = None
        for row in rows:
            last = row[-1]
            off = abs(sides[item, 3] - sides[last, 3])
            allowed = SAME_BOARD * min(height[item], height[last])
            allowed += LEAN * abs(middle[item] - middle[last])
            if off <= allowed and (near is None or off < near[0]):
                near = (float(off), row)
        if near is None:
            rows.append([item])
        else:
            near[1].append(item)
    return rows


def _pile(item: int, on_top: dict[int, int]) -> tuple[int, ...]:
    pile: list[int] = []
    while item in on_top:
        item = on_top[item]
        pile.append(item)
    return tuple(pile)
