"""A shelf against its plan: each row aligned as a sequence, then judged slot by slot.

Source: Needleman and Wunsch 1970, per shelf row as in Yücel et al., arXiv 2401.06690.
"""

from collections.abc import Sequence
from dataclasses import dataclass

RIGHT = 2.0
WRONG = -1.0
SKIPPED = -1.0


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


def align(
    planned: Sequence[str], seen: Sequence[str | None]
) -> list[tuple[int | None, int | None]]:
    """Pairs of indices into `planned` and `seen`; None on a side where the other has no partner.

    A `seen` of None is a product that was not recognised: it pairs, at no gain.
    """
    rows, columns = len(planned) + 1, len(seen) + 1
    best = [[0.0] * columns for _ in range(rows)]
    for row in range(1, rows):
        best[row][0] = row * SKIPPED
    for column in range(1, columns):
        best[0][column] = column * SKIPPED
    for row in range(1, rows):
        for column in range(1, columns):
            best[row][column] = max(
                best[row - 1][column - 1] + _likeness(planned[row - 1], seen[column - 1]),
                best[row - 1][column] + SKIPPED,
                best[row][column - 1] + SKIPPED,
            )
    return _traced(best, planned, seen)


def _likeness(planned: str, seen: str | None) -> float:
    if seen is None:
        return 0.0
    return RIGHT if planned == seen else WRONG


def _traced(
    best: list[list[float]], planned: Sequence[str], seen: Sequence[str | None]
) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    row, column = len(planned), len(seen)
    while row or column:
        if row and column:
            paired = best[row - 1][column - 1] + _likeness(planned[row - 1], seen[column - 1])
            if best[row][column] == paired:
                row, column = row - 1, column - 1
                pairs.append((row, column))
                continue
        if row and best[row][column] == best[row - 1][column] + SKIPPED:
            row -= 1
            pairs.append((row, None))
        else:
            column -= 1
            pairs.append((None, column))
    return pairs[::-1]
