"""What became of each product while a door was open: the changes of all lanes, added up in odds."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vision_models.shelf.openings.lanes import NONE, Change, Odds, certain, minus, plus

SURELY = 0.9
"""A number that is reached so likely is taken as reached, when packs are said to have moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number of packs: the mean of its odds, their variance, and the range that holds it in
    nine of ten cases."""

    mean: float
    variance: float
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChange:
    """What became of one product in one opening. `moved`: from one lane to another. `untold`: so
    many of its lanes could not be judged."""

    gtin: str
    taken: Estimate
    put_back: Estimate
    refilled: Estimate
    removed: Estimate
    moved: int = 0
    untold: int = 0


class Opened(StrEnum):
    """What an opening was for."""

    SHOPPING = "shopping"
    REFILL = "refill"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningReading:
    """What one opening changed. `told_lanes` of `lanes` could be judged."""

    purpose: Opened
    changes: tuple[ProductChange, ...]
    lanes: int
    told_lanes: int


def changes_by_product(changes: list[tuple[Change, bool]]) -> tuple[ProductChange, ...]:
    """The changes of all lanes by product, those of refills apart. What went from one lane to
    another was moved."""
    odds: dict[tuple[str, str], Odds] = defaultdict(lambda: NONE)
    untold: dict[str, int] = defaultdict(int)
    for change, is_refill in changes:
        gone, come = ("removed", "refilled") if is_refill else ("taken", "put-back")
        odds[change.gtin, gone] = plus(odds[change.gtin, gone], change.taken)
        odds[change.gtin, come] = plus(odds[change.gtin, come], change.added)
        untold[change.gtin] += not change.is_told
    found = []
    for gtin in sorted(untold):
        moved = 0
        for gone, come in (("taken", "put-back"), ("removed", "refilled")):
            both = min(_least(odds[gtin, gone]), _least(odds[gtin, come]))
            odds[gtin, gone] = minus(odds[gtin, gone], certain(both))
            odds[gtin, come] = minus(odds[gtin, come], certain(both))
            moved += both
        found.append(
            ProductChange(
                gtin=gtin,
                taken=estimate(odds[gtin, "taken"]),
                put_back=estimate(odds[gtin, "put-back"]),
                refilled=estimate(odds[gtin, "refilled"]),
                removed=estimate(odds[gtin, "removed"]),
                moved=moved,
                untold=untold[gtin],
            )
        )
    return tuple(found)


def _least(odds: Odds) -> int:
    """The number that is reached almost surely."""
    return int(np.searchsorted(np.cumsum(odds), 1.0 - SURELY))


def estimate(odds: Odds) -> Estimate:
    """Mean, variance and nine-in-ten range of some odds."""
    p = np.array(odds)
    counts = np.arange(len(p))
    mean = float((p * counts).sum())
    below = np.cumsum(p)
    return Estimate(
        mean=mean,
        variance=float((p * (counts - mean) ** 2).sum()),
        low=int(np.searchsorted(below, 0.05 + 1e-9)),
        high=int(np.searchsorted(below, 0.95 - 1e-9)),
    )
