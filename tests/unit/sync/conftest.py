"""An outbox under a clock that the test moves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from tests.stage.outbox_bodies import NOW, QUOTA, Bodies


@pytest.fixture
def bodies() -> type[Bodies]:
    return Bodies


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def open_outbox(tmp_path: Path, clock: ManualClock) -> Iterator[Callable[..., Outbox]]:
    """A function that opens the outbox of this test, again and again."""
    made: list[Outbox] = []

    def open_(name: str = "agent.db", quota_bytes: int = QUOTA) -> Outbox:
        outbox = Outbox.open(
            tmp_path / name, clock=clock, quota_bytes=quota_bytes, rng=Random(len(made))
        )
        made.append(outbox)
        return outbox

    yield open_
    for outbox in made:
        outbox.close()


@pytest.fixture
def outbox(open_outbox: Callable[..., Outbox]) -> Outbox:
    return open_outbox()
