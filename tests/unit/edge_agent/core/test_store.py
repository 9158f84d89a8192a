"""The agent's own tables, in the outbox's file."""

import sqlite3
from collections.abc import Iterator

import pytest

from edge_agent.core.store import MIGRATIONS, NewerDatabase, apply_migrations, count_up


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_a_new_file_gets_every_table_once(connection: sqlite3.Connection) -> None:
    apply_migrations(connection)
    before = tables(connection)
    apply_migrations(connection)
    assert tables(connection) == before
    assert {"till_receipt", "alarm", "photo", "lane_belief"} <= before
    versions = connection.execute("SELECT version FROM local_schema ORDER BY version")
    assert [row[0] for row in versions] == list(range(1, len(MIGRATIONS) + 1))


def test_a_file_of_the_first_version_is_brought_up_and_keeps_its_rows(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("CREATE TABLE local_schema(version INTEGER NOT NULL)")
    connection.execute("INSERT INTO local_schema VALUES (1)")
    connection.executescript(MIGRATIONS[0])
    connection.execute("INSERT INTO till_counter VALUES ('till-1', 7)")
    apply_migrations(connection)
    assert connection.execute("SELECT * FROM till_counter").fetchall() == [("till-1", 7)]
    assert "lane_belief" in tables(connection)


def test_a_newer_agents_file_is_refused_and_left_alone(connection: sqlite3.Connection) -> None:
    apply_migrations(connection)
    connection.execute("INSERT INTO local_schema VALUES (99)")
    with pytest.raises(NewerDatabase, match="version 99, this agent knows") as caught:
        apply_migrations(connection)
    assert "\n" not in str(caught.value)


def test_a_days_counts_add_up_by_day_what_and_subject(connection: sqlite3.Connection) -> None:
    apply_migrations(connection)
    for day, by in (("2026-11-22", 1), ("2026-11-22", 2.5), ("2026-11-23", 1)):
        count_up(connection, day=day, what="amount", subject="all", by=by)
    count_up(connection, day="2026-11-22", what="receipts", subject="sale")
    rows = connection.execute("SELECT * FROM day_count ORDER BY day, what").fetchall()
    assert rows == [
        ("2026-11-22", "amount", "all", 3.5),
        ("2026-11-22", "receipts", "sale", 1.0),
        ("2026-11-23", "amount", "all", 1.0),
    ]
