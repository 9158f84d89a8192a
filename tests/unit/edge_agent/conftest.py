from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Shanghai."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def outbox(tmp_path: Path, clock: ManualClock):
    outbox = Outbox.open(
        tmp_path / "agent.db", clock=clock, quota_bytes=8 * 1024 * 1024, rng=Random(1)
    )
    yield outbox
    outbox.close()


@pytest.fixture
async def writer(outbox: Outbox) -> AsyncIterator[Writer]:
    async with Writer(outbox) as writer:
        await writer.write(lambda transaction: apply_migrations(transaction.connection))
        yield writer
