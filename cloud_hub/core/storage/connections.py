"""Connections that behave alike whatever the server, its database or its roles are set to."""

import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from cloud_hub.core.errors import UnusableData
from sync.core.private import private_database, private_folder

ONE_SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ"}
"""For readers on PostgreSQL: they see one state for as long as their transaction lives, as on
SQLite. Writers take their lock first and must then see what was committed before it."""
OWN_SETTINGS: Final = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "array_nulls": "on",
    "transform_null_equals": "off",
}
"""What the driver and the hub's own SQL read PostgreSQL's answers by."""
ACKNOWLEDGED_IS_KEPT: Final = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)
"""A device forgets what the hub acknowledged: a commit that a crash may undo is none."""


def engine_for(url: str | sa.URL) -> sa.Engine:
    """The engine at the SQLAlchemy `url`; nothing is connected yet. Raises UnusableData."""
    try:
        address = sa.make_url(url)
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise UnusableData(
                f"database {address.get_backend_name()!r} is not supported;"
                " use sqlite:///FILE or postgresql://HOST/NAME"
            )
        if address.get_backend_name() == "postgresql":
            engine = sa.create_engine(
                address, pool_pre_ping=True, pool_size=8, isolation_level="READ COMMITTED"
            )
            sa.event.listen(engine, "connect", _prepare_postgresql)
            return engine
        if address.database:
            private_folder(Path(address.database).parent)
            private_database(Path(address.database))
        engine = sa.create_engine(
            address,
            # Each connection keeps that many prepared: long ones, many rows each, take much memory.
            connect_args={"timeout": 30, "check_same_thread": False, "cached_statements": 32},
            pool_size=8,
        )
    except (ArgumentError, NoSuchModuleError) as error:
        raise UnusableData(
            f"database address cannot be used: {error}; use sqlite:///FILE or"
            " postgresql://USER@HOST/NAME"
        ) from error
    except OSError as error:
        raise UnusableData(
            f"cannot write {sa.make_url(url).database}: {error.strerror};"
            " give --data a folder that this user may write"
        ) from error
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction control would begin too late for a consistent snapshot.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "cache_size=-4000",
        "temp_store=MEMORY",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's
    columns = ", ".join(f"set_config('{name}', %s, false)" for name in OWN_SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", list(OWN_SETTINGS.values()))
        cursor.execute(ACKNOWLEDGED_IS_KEPT)
    connection.commit()
