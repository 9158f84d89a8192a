"""The database as of one moment, copied while the hub writes, and put back where nothing is."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cloud_hub.admin.backup.manifest import DUMP_FILE, SQLITE_FILE, KeptDatabase
from cloud_hub.admin.backup.postgres_tools import run_tool, tool
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.storage.connections import engine_for
from cloud_hub.core.storage.database import sqlite_file
from sync.core.private import private_database

KEPT_FREE_BYTES: Final = 64_000_000
"""What the running hub must find on its disk while its database is copied."""
VERSION: Final = sa.text("SELECT version_num FROM alembic_version")


def copy_database(url: str | sa.URL, folder: Path) -> KeptDatabase:
    """What was copied into `folder`. Raises UnusableData, OSError."""
    source = sqlite_file(url)
    with _plainly(url):
        if source is not None:
            return _copy_sqlite(source, folder / SQLITE_FILE)
        return _dump(sa.make_url(url), folder / DUMP_FILE)


def require_empty(url: str | sa.URL, kept: KeptDatabase) -> None:
    """Nothing. Raises UnusableData where the backup's database cannot be put back at `url`, or
    something is there."""
    is_sqlite = sqlite_file(url) is not None
    if kept.kind == "sqlite" and not is_sqlite:
        raise UnusableData("the backup is of a hub on SQLite; leave --database out")
    if kept.kind == "postgresql" and is_sqlite:
        raise UnusableData(
            "the backup is of a hub on PostgreSQL; give --database postgresql://… of a database"
            " that was just made"
        )
    if is_sqlite:
        return
    with _plainly(url):
        tool("pg_restore", kept.tool or 0)
        with _connected(url) as connection:
            found = sorted(sa.inspect(connection).get_table_names())
            place = connection.engine.url.render_as_string(hide_password=True)
    if found:
        raise UnusableData(
            f"database {place} is not empty: it holds the table {found[0]};"
            " give --database one that was just made"
        )


def restore_dump(url: str | sa.URL, dump: Path, kept: KeptDatabase) -> None:
    """The dump in the empty database at `url`, in one transaction. Raises UnusableData."""
    address = sa.make_url(url)
    path, _ = tool("pg_restore", kept.tool or 0)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run_tool([str(path), *options, str(dump)], address)


def require_rows(url: str | sa.URL, kept: KeptDatabase) -> None:
    """Nothing. Raises UnusableData where a table does not hold as many rows as it did."""
    with _plainly(url), _connected(url) as connection:
        rows = _rows(connection)
    for table, count in kept.rows.items():
        if rows.get(table) != count:
            raise UnusableData(
                f"table {table} came back with {rows.get(table, 'no')} rows instead of {count}"
            )


def drop_tables(url: str | sa.URL) -> None:
    """The database at `url` is empty again, as it was found."""
    with _connected(url) as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        connection.commit()


@contextmanager
def _connected(url: str | sa.URL) -> Iterator[sa.Connection]:
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _plainly(url: str | sa.URL) -> Iterator[None]:
    """What a database says is one line."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        place = sa.make_url(url).render_as_string(hide_password=True)
        line = (str(said).strip().splitlines() or [type(error).__name__])[0]
        raise UnusableData(f"cannot use database {place}: {line}") from error


def _copy_sqlite(source: Path, target: Path) -> KeptDatabase:
    need = source.stat().st_size + KEPT_FREE_BYTES
    if (free := shutil.disk_usage(target.parent).free) < need:
        raise UnusableData(
            f"a copy of {source} needs {need} bytes beside it, its disk has {free} left"
        )
    private_database(target)
    with (
        closing(sqlite3.connect(source, timeout=30)) as hub,
        closing(sqlite3.connect(target)) as copy,
    ):
        # In one step: a reader of the log, whom writers do not wait for.
        hub.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise UnusableData(f"{source} is damaged: {found}")
    with _connected(sa.URL.create("sqlite", database=str(target))) as connection:
        kept = KeptDatabase(
            kind="sqlite",
            file=SQLITE_FILE,
            version=_version(connection),
            rows=_rows(connection),
        )
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
    return kept


def _dump(url: sa.URL, target: Path) -> KeptDatabase:
    engine = engine_for(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            server = int(connection.scalar(sa.text("SHOW server_version_num")) or 0) // 10_000
            path, major = tool("pg_dump", server)
            snapshot = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
            kept = KeptDatabase(
                kind="postgresql",
                file=DUMP_FILE,
                version=_version(connection),
                rows=_rows(connection),
                tool=major,
            )
            target.touch(mode=0o600)
            # The dump sees what was counted: a snapshot lasts as long as its transaction.
            command = [str(path), "--format=custom", "--compress=0", f"--snapshot={snapshot}"]
            run_tool([*command, f"--file={target}"], url)
    finally:
        engine.dispose()
    return kept


def _version(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        place = connection.engine.url.render_as_string(hide_password=True)
        raise UnusableData(f"database {place} is none of AisleOS; start the hub once")
    return str(connection.scalar(VERSION))


def _rows(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table holds."""
    tables = sorted(sa.inspect(connection).get_table_names())
    count = sa.select(sa.func.count())
    return {name: connection.scalar(count.select_from(sa.table(name))) or 0 for name in tables}
