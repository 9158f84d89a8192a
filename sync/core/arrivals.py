"""Which sequence numbers are where: a set of closed ranges that merge. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Range = tuple[int, int]
"""first, last: both inside."""


@dataclass(slots=True)
class RangeSet:
    """Integers kept as sorted closed ranges that never touch.

    Every operation costs O(log n + touched ranges), whatever order ranges arrive in.
    """

    _firsts: list[int] = field(default_factory=list)
    _lasts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, ranges: Iterable[Range]) -> "RangeSet":
        """The union of `ranges`."""
        made = cls()
        for first, last in ranges:
            made.add(first, last)
        return made

    def add(self, first: int, last: int) -> int:
        """How many of first..last were not inside before; all are afterwards.

        Raises ValueError for a range that ends before it begins.
        """
        if last < first:
            raise ValueError(f"range {first}..{last} ends before it begins")
        # Neighbours that only touch (last + 1 == first) merge too.
        left = bisect_left(self._lasts, first - 1)
        right = bisect_right(self._firsts, last + 1)
        known = sum(
            min(self._lasts[i], last) - max(self._firsts[i], first) + 1
            for i in range(left, right)
            if self._lasts[i] >= first and self._firsts[i] <= last
        )
        if left < right:
            merged_first = min(first, self._firsts[left])
            merged_last = max(last, self._lasts[right - 1])
        else:
            merged_first, merged_last = first, last
        self._firsts[left:right] = [merged_first]
        self._lasts[left:right] = [merged_last]
        return last - first + 1 - known

    def subtract(self, first: int, last: int) -> int:
        """How many of first..last were inside; none is afterwards."""
        left = bisect_left(self._lasts, first)
        right = bisect_right(self._firsts, last)
        removed = 0
        kept: list[Range] = []
        for i in range(left, right):
            known_first, known_last = self._firsts[i], self._lasts[i]
            removed += min(known_last, last) - max(known_first, first) + 1
            if known_first < first:
                kept.append((known_first, first - 1))
            if known_last > last:
                kept.append((last + 1, known_last))
        self._firsts[left:right] = [pair[0] for pair in kept]
        self._lasts[left:right] = [pair[1] for pair in kept]
        return removed

    def contains(self, seq: int) -> bool:
        """Whether `seq` is inside."""
        at = bisect_left(self._lasts, seq)
        return at < len(self._firsts) and self._firsts[at] <= seq

    def covered(self, first: int, last: int) -> int:
        """How many of first..last are inside."""
        return sum(
            min(self._lasts[i], last) - max(self._firsts[i], first) + 1
            for i in range(bisect_left(self._lasts, first), bisect_right(self._firsts, last))
        )

    def missing(self, first: int, last: int) -> list[Range]:
        """The parts of first..last that are not inside, in order."""
        gaps: list[Range] = []
        at = first
        for i in range(bisect_left(self._lasts, first), bisect_right(self._firsts, last)):
            if self._firsts[i] > at:
                gaps.append((at, self._firsts[i] - 1))
            at = self._lasts[i] + 1
        if at <= last:
            gaps.append((at, last))
        return gaps

    def inside(self, first: int, last: int) -> list[Range]:
        """The parts of first..last that are in the set."""
        return RangeSet.of(self.missing(first, last)).missing(first, last)

    def watermark(self, start: int = 1) -> int:
        """The last of the numbers that are inside without a gap from `start`; start - 1 if none.

        Derived, never "the last one seen": a batch that arrives first need not be the first.
        """
        at = bisect_left(self._lasts, start)
        if at < len(self._firsts) and self._firsts[at] <= start:
            return self._lasts[at]
        return start - 1

    def highest(self) -> int:
        """The greatest number inside, 0 when empty."""
        return self._lasts[-1] if self._lasts else 0

    def ranges(self) -> list[Range]:
        """Every range, in order."""
        return list(zip(self._firsts, self._lasts, strict=True))

    def copy(self) -> "RangeSet":
        """An independent set of the same numbers."""
        return RangeSet(list(self._firsts), list(self._lasts))

    def __len__(self) -> int:
        """How many numbers are inside."""
        return sum(self._lasts) - sum(self._firsts) + len(self._firsts)

    def __iter__(self) -> Iterator[Range]:
        """Every range, in order."""
        return iter(self.ranges())

    def __bool__(self) -> bool:
        """Whether anything is inside."""
        return bool(self._firsts)
