"""How many frames a second a computer can take: fewer where it is slow, and more again later.

A live source never falls behind (cameras.py keeps its newest frame alone); this keeps a slow
computer from doing nothing else, and says what rate is left. Pure but for its own state.
"""

from dataclasses import dataclass

BUSY_SHARE = 0.8
"""Of the time, at most, one camera's counting may take."""
JUDGED_EVERY_S = 10.0
LEAST_PER_S = 2.0
"""Fewer frames a second count nobody who walks."""
SLOW_BELOW = 0.7
"""Share of the rate that the profile asks for, under which people must be told."""
_QUICKER = 1.2


@dataclass(slots=True, kw_only=True)
class Pace:
    """`wanted_per_s` is what the profile and the source give, `per_s` what is taken now."""

    wanted_per_s: float
    per_s: float = 0.0
    _work_s: float = 0.0
    _frames: int = 0
    _since_s: float | None = None

    def __post_init__(self) -> None:
        """Begins as fast as wanted."""
        self.per_s = self.wanted_per_s

    @property
    def is_slow(self) -> bool:
        """Whether the rate had to fall so far that people must be told."""
        return self.per_s < SLOW_BELOW * self.wanted_per_s

    def worked(self, took_s: float, *, at_s: float) -> bool:
        """A frame took `took_s` of work until `at_s`; whether the rate changes by it."""
        if self._since_s is None:
            self._since_s = at_s
            return False
        self._work_s += took_s
        self._frames += 1
        if at_s - self._since_s < JUDGED_EVERY_S:
            return False
        bearable = BUSY_SHARE * self._frames / self._work_s if self._work_s else self.wanted_per_s
        self._work_s, self._frames, self._since_s = 0.0, 0, at_s
        bearable = max(LEAST_PER_S, min(self.wanted_per_s, bearable))
        if self.per_s / _QUICKER < bearable < self.per_s * _QUICKER and (
            bearable < self.wanted_per_s or self.per_s == self.wanted_per_s
        ):
            return False
        changed = bearable != self.per_s
        self.per_s = bearable
        return changed
