"""What a person counted in a clip beside what the device counted in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WITHIN_S = 4.0
"""A key is pressed a moment late, and more so while the clip plays fast."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One crossing, at so many seconds of the clip."""

    at_s: float
    is_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Sums by direction; `missed` only the person saw, `surplus` only the device."""

    hand_in: int
    hand_out: int
    counted_in: int
    counted_out: int
    missed: int
    surplus: int

    @property
    def accuracy(self) -> float | None:
        """1 − (errors of both directions) / crossings by hand; None where nobody crossed. Errors
        are differences of sums, as footfall is used; `missed` and `surplus` tell the rest."""
        truth = self.hand_in + self.hand_out
        if not truth:
            return None
        errors = abs(self.hand_in - self.counted_in) + abs(self.hand_out - self.counted_out)
        return max(0.0, 1.0 - errors / truth)


def compare(hand: Sequence[Mark], counted: Sequence[Mark]) -> Comparison:
    """Both counts, and how many of them have no partner of the same direction within 4 s."""
    pairs = sum(
        _pairs(
            sorted(mark.at_s for mark in hand if mark.is_entry is way),
            sorted(mark.at_s for mark in counted if mark.is_entry is way),
        )
        for way in (True, False)
    )
    return Comparison(
        hand_in=sum(mark.is_entry for mark in hand),
        hand_out=sum(not mark.is_entry for mark in hand),
        counted_in=sum(mark.is_entry for mark in counted),
        counted_out=sum(not mark.is_entry for mark in counted),
        missed=len(hand) - pairs,
        surplus=len(counted) - pairs,
    )


def _pairs(one: list[float], other: list[float]) -> int:
    """As many pairs as there can be: the earliest possible partner for each, in order."""
    pairs = place = 0
    for at_s in one:
        while place < len(other) and other[place] < at_s - WITHIN_S:
            place += 1
        if place < len(other) and other[place] <= at_s + WITHIN_S:
            pairs += 1
            place += 1
    return pairs
