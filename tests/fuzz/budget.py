"""How long each of these tests may try: `AISLE_FUZZ_S` seconds, 3 where it is not said. Each run
of one `AISLE_FUZZ_SEED` begins with the same tries. What each has tried is added to the file
`AISLE_FUZZ_LOG`, a line of JSON a test, where one is named."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("AISLE_FUZZ_S", "3"))
SEED = int(os.environ.get("AISLE_FUZZ_SEED", "20261130"))
LOG = os.environ.get("AISLE_FUZZ_LOG")
FIRST_ROUND, LONGEST_ROUND = 10, 2000
"""Tries of one seed: as many as take about half a second, so that the time is kept."""
ROUND_S = 0.5


class Fuzz:
    """One test's tries. `inputs` is how many things the tested code was given; a test that gives
    several a try counts the others itself."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.inputs = 0

    def try_all(self, test: Callable[..., None], **given_values: SearchStrategy[Any]) -> None:
        """Calls `test` with values of these kinds until the time is over."""
        began_s = time.monotonic()
        number, tries = SEED, FIRST_ROUND

        def tried(**values: Any) -> None:
            self.inputs += 1
            test(**values)

        try:
            while (left_s := began_s + SECONDS - time.monotonic()) > 0:
                round_s = -time.monotonic()
                self._round(number, tries, tried, given_values)
                round_s += time.monotonic()
                fitting = int(tries * min(ROUND_S, left_s) / max(round_s, 0.001))
                number, tries = number + 1, min(max(fitting, 1), LONGEST_ROUND)
        finally:
            self._tell(time.monotonic() - began_s)

    def try_seeds(self, test: Callable[[Random], None]) -> None:
        """Calls `test` with one seeded generator after another until the time is over: quicker
        than values of hypothesis, for what is cheap to try. A failure names its seed."""
        began_s, number = time.monotonic(), SEED
        try:
            while time.monotonic() < began_s + SECONDS:
                self.inputs += 1
                test(Random(number))
                number += 1
        except Exception as error:
            error.add_note(f"Random({number})")
            raise
        finally:
            self._tell(time.monotonic() - began_s)

    def _round(
        self,
        number: int,
        tries: int,
        tried: Callable[..., None],
        given_values: dict[str, SearchStrategy[Any]],
    ) -> None:
        many = settings(
            max_examples=tries,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(many(given(**given_values)(tried)))()

    def _tell(self, took_s: float) -> None:
        if LOG is not None:
            told = {"target": self.target, "inputs": self.inputs, "seconds": round(took_s)}
            with Path(LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
