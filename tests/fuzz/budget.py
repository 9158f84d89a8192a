"""How long each of these tests may try: `AISLE_FUZZ_S` seconds, 3 where it is not said. Each run
of one `AISLE_FUZZ_SEED` begins with the same tries."""

import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

TRIES_A_SECOND = 300
"""More than any of these tests gets through; the rest are over at once."""
SECONDS = float(os.environ.get("AISLE_FUZZ_S", "3"))
SEED = int(os.environ.get("AISLE_FUZZ_SEED", "20261130"))


class Budget:
    """The time of one test; it begins with its first try."""

    def __init__(self) -> None:
        self._until_s: float | None = None
        self.tries = 0

    def is_over(self) -> bool:
        """Whether nothing more is to be tried. Counts a try where it is not."""
        if self._until_s is None:
            self._until_s = time.monotonic() + SECONDS
        if time.monotonic() > self._until_s:
            return True
        self.tries += 1
        return False


def fuzzed(test: Callable[..., Any]) -> Callable[..., Any]:
    """A test that is tried as long as its budget lasts."""
    many = settings(
        max_examples=int(SECONDS * TRIES_A_SECOND) + 1,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    return seed(SEED)(many(test))
