import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from cloud_hub.core.errors import NewerDatabase, UnusableData
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.tables import METADATA
from tests.stage.servers import PostgresServer


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def test_the_migrations_make_the_tables_of_the_model(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    assert differences(database) == []
    database.close()


@pytest.mark.needs_postgresql
def test_the_migrations_make_the_tables_of_the_model_in_postgresql(
    postgresql: PostgresServer,
) -> None:
    database = open_database(postgresql.create_database())
    assert differences(database) == []
    database.close()


def test_a_database_of_a_newer_version_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    open_database(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(NewerDatabase, match=r"newer AisleOS .*9999.*install the newer") as caught:
        open_database(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)


def told_of(path: Path, statement: str) -> str:
    """What is said of a database after `statement` ran in it."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(UnusableData) as caught:
        open_database(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_database_of_a_build_before_the_release_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    open_database(f"sqlite:///{path}").close()
    said = told_of(path, "ALTER TABLE tenant DROP COLUMN simulated")
    assert "made by an unreleased AisleOS: it lacks tenant.simulated" in said


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    assert "is none of AisleOS: it holds the table notes" in told_of(
        path, "CREATE TABLE notes(text)"
    )
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("notes",)]


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(b"certainly not a database" * 100)
    with pytest.raises(UnusableData, match="file is not a database") as caught:
        open_database(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite:////proc/nowhere/hub.db"])
def test_a_database_that_cannot_be_used_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(UnusableData) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)


def test_readers_see_one_state_while_a_writer_commits(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    count = sa.text("SELECT count(*) FROM login_session")
    with database.sessions() as reader:
        assert reader.scalar(count) == 0
        with database.writing() as writer:
            writer.execute(sa.text("INSERT INTO login_session VALUES ('t', 'h', 'x', 0, 0)"))
        assert reader.scalar(count) == 0
    with database.sessions() as reader:
        assert reader.scalar(count) == 1
    database.close()
