"""An agent lives while its writer writes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from edge_agent.upkeep.pulse import WRITES_EVERY, AgentPulse
from sync.core.clock import SystemClock
from sync.core.supervisor import Pulse
from sync.link.link_state import LinkState, LinkStatus
from sync.outbox.outbox import Outbox

WELL = Pulse(is_alive=True, said="hub: online")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    made = Outbox.open(
        tmp_path / "agent.db", clock=SystemClock(), quota_bytes=1 << 20, rng=Random(1)
    )
    with made.transaction() as transaction:
        apply_migrations(transaction.connection)
    yield made
    made.close()


def pulse_of(writer: Writer) -> AgentPulse:
    return AgentPulse(writer=writer, link=lambda: LinkStatus(state=LinkState.ONLINE))


async def test_now_and_then_a_page_is_written_and_else_only_the_lock_is_taken(
    outbox: Outbox, tmp_path: Path
) -> None:
    log = tmp_path / "agent.db-wal"

    def grew(since: int) -> bool:
        return log.stat().st_size > since

    async with Writer(outbox) as writer:
        pulse = pulse_of(writer)
        size = log.stat().st_size
        assert await pulse.look() == WELL
        assert grew(size)
        size = log.stat().st_size
        for _ in range(WRITES_EVERY - 1):
            assert await pulse.look() == WELL
        assert not grew(size)
        assert await pulse.look() == WELL
        assert grew(size)


async def test_a_file_that_takes_no_writes_is_no_life_and_a_full_disk_is_no_death(
    outbox: Outbox,
) -> None:
    with outbox.transaction() as transaction:
        connection = transaction.connection
    async with Writer(outbox) as writer:
        connection.execute("PRAGMA query_only=ON")
        refused = await pulse_of(writer).look()
        assert not refused.is_alive
        assert "readonly" in refused.said
        connection.execute("PRAGMA query_only=OFF")
        connection.execute("CREATE TABLE filler(x)")
        connection.execute(
            "CREATE TRIGGER fill AFTER INSERT ON local_schema BEGIN"
            " INSERT INTO filler VALUES (zeroblob(2000000)); END"
        )
        full = await pulse_of(writer).look()
        assert full.is_alive
        assert "disk is full" in full.said
