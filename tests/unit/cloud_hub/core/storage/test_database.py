import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from cloud_hub.core.errors import InvalidSettings, NewerDatabase, PortInUse, UnusableData
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import Address, load_settings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link.broker.embedded import require_free
from cloud_hub.tables import METADATA
from tests.conftest import PostgresServer


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


def test_a_folder_that_cannot_be_written_is_refused_in_one_line() -> None:
    with pytest.raises(UnusableData, match="give --data a folder that this user may write"):
        load_secrets(Path("/proc/nowhere"))


def test_keys_are_private_and_minted_once(tmp_path: Path) -> None:
    minted = load_secrets(tmp_path)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    kept = load_secrets(tmp_path)
    assert (kept.identity_key, kept.was_minted) == (minted.identity_key, False)
    (tmp_path / "secrets.json").chmod(0o644)
    with pytest.raises(UnusableData, match="others may read"):
        load_secrets(tmp_path)


def test_a_port_in_use_is_named(free_port: Callable[[], int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}: .*another --mqtt"):
            require_free(Address(host="127.0.0.1", port=port), "--mqtt")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"http": "8080"}, "http.*HOST:PORT"),
        ({"mqtt": "127.0.0.1:99999"}, "mqtt.*HOST:PORT"),
        ({"broker": "localhost"}, "broker"),
        ({"broker": "mqtt://localhost"}, "is no broker; write mqtt://HOST:PORT"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        load_settings(given, environment={})


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('http = "127.0.0.1:1"\nmqtt = "127.0.0.1:2"\nsession_days = 3\n')
    settings = load_settings(
        {"http": "127.0.0.1:7", "mqtt": None},
        file=file,
        environment={"AISLE_HUB_HTTP": "127.0.0.1:5", "AISLE_HUB_MQTT": "127.0.0.1:6"},
    )
    assert (settings.http.port, settings.mqtt.port, settings.session_days) == (7, 6, 3)


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
