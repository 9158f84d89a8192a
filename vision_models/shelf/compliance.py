"""A shelf against its plan: each row aligned as a sequence, then judged slot by slot.

Source: Needleman and Wunsch 1970, per shelf row as in Yücel et al., arXiv 2401.06690.
"""

from collections.abc import Sequence
from dataclasses import dataclass

RIGHT = 2.0
WRONG = -0.4
SKIPPED = -1.5
"""Slots are places: two neighbours in each other's place are two wrong ones, and not one that
moved past the other; so leaving one out on either side costs more than a wrong pair."""
FREE_OFF = 0.3
PER_SLOT_OFF = 4.0
MOST_OFF = 3.0
"""Standing in another place costs nothing up to a third of a slot, and for a whole slot more than
a name that fits is worth: the neighbour's product in a slot is a swap, not that neighbour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """Planned slots that could be seen, and how many of them hold anything (`present`) and the
    planned product (`right`)."""

    visible: int
    present: int
    right: int

    @property
    def share(self) -> float | None:
        """Slots right / visible planned slots; None where no planned slot was visible."""
        return self.right / self.visible if self.visible else None


def compliance_error(found: float, true: float) -> float:
    """How far a compliance that was found is from the true one, as a share of how far it could be:
    0 is exact, 1 the worst answer there is.

    Source: the idea of a normalised planogram compliance error that does not assume the photo to
    match the plan, Laitala and Ruotsalainen, Appl. Sci. 2023, 13(18), 10145; the norm is ours.
    """
    return abs(found - true) / max(true, 1.0 - true)


def align_rows(
    planned: Sequence[Sequence[str]], seen: Sequence[Sequence[str | None]]
) -> list[tuple[int | None, int | None]]:
    """Pairs of rows of a plan and rows seen, both from the top: the pairing whose rows align best.
    None on a side where the other has no partner."""
    gain = [[_gain(one, other) for other in seen] for one in planned]
    return _needleman_wunsch(
        gain,
        skip_left=[SKIPPED * max(1, len(row)) for row in planned],
        skip_right=[SKIPPED * max(1, len(row)) for row in seen],
    )


def _gain(planned: Sequence[str], seen: Sequence[str | None]) -> float:
    total = 0.0
    for left, right in align(planned, seen):
        if left is None or right is None:
            total += SKIPPED
        else:
            total += _likeness(planned[left], seen[right])
    return total


def align(
    planned: Sequence[str],
    seen: Sequence[str | None],
    off: Sequence[Sequence[float]] | None = None,
) -> list[tuple[int | None, int | None]]:
    """Pairs of indices into `planned` and `seen`; None on a side where the other has no partner.

    A `seen` of None is a product that was not recognised: it pairs, at no gain. `off` says, for
    each planned one, how many slots each seen one stands away from where it should.
    """
    gain = [[_likeness(one, other) for other in seen] for one in planned]
    if off is not None:
        gain = [
            [own - _cost_of(away) for own, away in zip(row, aways, strict=True)]
            for row, aways in zip(gain, off, strict=True)
        ]
    return _needleman_wunsch(
        gain,
        skip_left=[SKIPPED] * len(planned),
        skip_right=[SKIPPED] * len(seen),
    )


def _cost_of(slots_off: float) -> float:
    return min(MOST_OFF, PER_SLOT_OFF * max(0.0, abs(slots_off) - FREE_OFF))


def _likeness(planned: str, seen: str | None) -> float:
    if seen is None:
        return 0.0
    return RIGHT if planned == seen else WRONG


def _needleman_wunsch(
    gain: Sequence[Sequence[float]], *, skip_left: Sequence[float], skip_right: Sequence[float]
) -> list[tuple[int | None, int | None]]:
    """The pairing with the greatest sum of gains; leaving one out costs its skip."""
    best = [[0.0] * (len(skip_right) + 1) for _ in range(len(skip_left) + 1)]
    for left, cost in enumerate(skip_left):
        best[left + 1][0] = best[left][0] + cost
    for right, cost in enumerate(skip_right):
        best[0][right + 1] = best[0][right] + cost
    for left, cost in enumerate(skip_left):
        for right, other in enumerate(skip_right):
            best[left + 1][right + 1] = max(
                best[left][right] + gain[left][right],
                best[left][right + 1] + cost,
                best[left + 1][right] + other,
            )
    pairs: list[tuple[int | None, int | None]] = []
    left, right = len(skip_left), len(skip_right)
    while left or right:
        here = best[left][right]
        if left and right and here == best[left - 1][right - 1] + gain[left - 1][right - 1]:
            left, right = left - 1, right - 1
            pairs.append((left, right))
        elif left and here == best[left - 1][right] + skip_left[left - 1]:
            left -= 1
            pairs.append((left, None))
        else:
            right -= 1
            pairs.append((None, right))
    return pairs[::-1]
