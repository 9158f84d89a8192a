"""When to try again after a lost connection. Pure.

A restarted broker meets a fleet: plain full jitter from 1 s lets most of it back in one second, so
the first wait is drawn from 0..spread, which the hub sets by the size of its fleet.
"""

from random import Random

CAP_S = 300.0
STABLE_AFTER_S = 60.0


class Reconnect:
    """Waits before each attempt: 0..spread first, then full jitter over a doubling bound."""

    def __init__(self, rng: Random, *, spread_s: float, cap_s: float = CAP_S) -> None:
        self.spread_s = spread_s
        self._cap_s = cap_s
        self._rng = rng
        self._failures = 0

    def wait_s(self) -> float:
        """How long to wait before the next attempt; each call counts as one more failure."""
        bound_s = min(self._cap_s, max(1.0, self.spread_s) * 2.0**self._failures)
        if self._failures == 0:
            bound_s = self.spread_s
        self._failures = min(self._failures + 1, 32)
        return self._rng.uniform(0.0, bound_s)

    def was_connected(self, lasted_s: float) -> None:
        """A connection ended after `lasted_s`; one that was stable starts the count anew."""
        if lasted_s >= STABLE_AFTER_S:
            self._failures = 0
