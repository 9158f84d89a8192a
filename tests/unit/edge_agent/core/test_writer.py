"""One thread writes; a job that fails takes nobody with it."""

import asyncio
import sqlite3

import pytest

from edge_agent.core.store import count_up
from edge_agent.core.writer import LARGEST_GROUP, Writer
from sync.outbox.outbox import Outbox, Transaction


def counted(outbox: Outbox) -> dict[str, float]:
    with outbox.transaction() as transaction:
        rows = transaction.connection.execute("SELECT subject, number FROM day_count")
        return dict(rows)


def adding(subject: str):
    def job(transaction: Transaction) -> str:
        count_up(transaction.connection, day="d", what="w", subject=subject)
        return subject

    return job


async def test_a_job_is_answered_with_what_it_returned_once_it_is_on_disk(
    writer: Writer, outbox: Outbox
) -> None:
    assert await writer.write(adding("a")) == "a"
    assert counted(outbox) == {"a": 1.0}


async def test_jobs_that_wait_together_are_done_in_their_order(writer: Writer) -> None:
    seen: list[int] = []
    jobs = [writer.write(lambda _, n=n: seen.append(n)) for n in range(LARGEST_GROUP + 20)]
    await asyncio.gather(*jobs)
    assert seen == list(range(LARGEST_GROUP + 20))


async def test_a_job_that_fails_is_undone_and_its_neighbours_are_kept(
    writer: Writer, outbox: Outbox
) -> None:
    def failing(transaction: Transaction) -> None:
        count_up(transaction.connection, day="d", what="w", subject="half")
        raise ValueError("no")

    answers = await asyncio.gather(
        writer.write(adding("a")),
        writer.write(failing),
        writer.write(adding("b")),
        return_exceptions=True,
    )
    assert [answers[0], answers[2]] == ["a", "b"]
    assert isinstance(answers[1], ValueError)
    assert counted(outbox) == {"a": 1.0, "b": 1.0}


async def test_what_the_database_refuses_is_told_to_its_own_caller(writer: Writer) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await writer.write(lambda transaction: transaction.connection.execute("SELECT * FROM gone"))
    assert await writer.write(adding("a")) == "a"


async def test_a_caller_that_goes_away_does_not_halve_its_job(
    writer: Writer, outbox: Outbox
) -> None:
    job = asyncio.create_task(writer.write(adding("a")))
    await asyncio.sleep(0)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    await writer.write(adding("b"))
    assert counted(outbox) == {"a": 1.0, "b": 1.0}


async def test_what_was_handed_over_is_done_before_the_thread_ends(outbox: Outbox) -> None:
    seen: list[int] = []
    async with Writer(outbox) as writer:
        jobs = [asyncio.create_task(writer.write(lambda _, n=n: seen.append(n))) for n in range(50)]
        await asyncio.sleep(0)
    await asyncio.gather(*jobs)
    assert seen == list(range(50))
