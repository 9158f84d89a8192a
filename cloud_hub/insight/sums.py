"""What formulas add up: numerators, denominators and watched time, a cell at a time.

Ratios are added as numerators and denominators and divided last, so that a chain's ratio is never
a mean of its stores' ratios.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from operator import add
from typing import NamedTuple

Number = Decimal | float | int


class Cell(NamedTuple):
    """One store's one local hour; `hour` None for what only a whole day has."""

    store_id: str
    day: date
    hour: int | None


class Sums(NamedTuple):
    """`amount`: a flow's sum, or a ratio's numerator; `base`: a ratio's denominator; `samples`: the
    single values of a quantile.
    `low`/`high`: numerators at the ends of the range, where there is one. Coverage is
    `observed_s` / `expected_s`; both 0 where nothing is watched by a camera or sensor."""

    amount: Number
    base: Number = 0
    low: Number = 0
    high: Number = 0
    observed_s: float = 0.0
    expected_s: float = 0.0
    samples: tuple[float, ...] = ()

    @property
    def coverage(self) -> float | None:
        """Observed share of what should have been observed; None where nothing should."""
        return min(1.0, self.observed_s / self.expected_s) if self.expected_s > 0 else None


Cells = Mapping[Cell, Sums]


def total(cells: Iterable[Sums]) -> Sums | None:
    """All cells added up; None for none."""
    result: Sums | None = None
    for each in cells:
        result = each if result is None else _together(result, each)
    return result


def add_to(cells: dict[Cell, Sums], cell: Cell, sums: Sums) -> None:
    """Adds `sums` to the cell."""
    present = cells.get(cell)
    cells[cell] = sums if present is None else _together(present, sums)


def _together(one: Sums, other: Sums) -> Sums:
    # Amounts of one metric are of one type, or 0: they add exactly.
    return Sums(
        amount=add(one.amount, other.amount),
        base=add(one.base, other.base),
        low=add(one.low, other.low),
        high=add(one.high, other.high),
        observed_s=one.observed_s + other.observed_s,
        expected_s=one.expected_s + other.expected_s,
        samples=one.samples + other.samples,
    )
