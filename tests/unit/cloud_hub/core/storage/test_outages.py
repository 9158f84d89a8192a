import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cloud_hub.core.storage.database import Database
from cloud_hub.core.storage.outages import is_outage


def raised(database: Database, statement: str) -> Exception:
    with pytest.raises(DBAPIError) as error, database.writing() as session:
        session.execute(sa.text(statement))
    return error.value


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sum(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1) AS rows",
        "SELECT * FROM nowhere",
        "SELECT 1 +",
    ],
)
def test_a_statement_that_cannot_succeed_is_no_outage(
    hub_database: Database, statement: str
) -> None:
    assert not is_outage(raised(hub_database, statement))


@pytest.mark.needs_postgresql
@pytest.mark.parametrize(
    ("state", "is_one"),
    [("57P01", True), ("40P01", True), ("53100", True), ("22003", False), ("54000", False)],
)
def test_a_state_of_the_server_is_one_and_a_value_is_none(
    database: Database, state: str, is_one: bool
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no SQLSTATE")
    said = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
    assert is_outage(raised(database, said)) is is_one


def test_a_locked_file_is_an_outage(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}", connect_args={"timeout": 0})
    with sqlite3.connect(tmp_path / "a.db", isolation_level=None) as other:
        other.execute("CREATE TABLE t(n)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DBAPIError) as error, engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert is_outage(error.value)
        other.execute("ROLLBACK")
    engine.dispose()


@pytest.mark.parametrize("error", [None, ValueError("x"), OverflowError("x")])
def test_what_no_database_raised_is_no_outage(error: Exception | None) -> None:
    assert not is_outage(error)
