"""The database: one engine, one writer at a time, readers that never wait for it."""

import logging
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from cloud_hub.core.errors import NewerDatabase, UnusableData
from cloud_hub.core.keys.audit_seal import AuditSeal, Head
from cloud_hub.core.storage.connections import ONE_SNAPSHOT, engine_for
from cloud_hub.core.storage.parts import PARTS
from cloud_hub.core.storage.table import Base

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"
WRITER_LOCK = 0x41_49_53_4C
"""Key of the PostgreSQL advisory lock that the one writer holds for its transaction."""
FINISH_S = 5.0
"""How long a stopping hub waits for threads that use the database."""
SEAL, HEADS = "seal", "heads"
"""What a session carries for the audit log."""
PART_LOCKS = 0x41_49
"""First of the two keys of a part's lock."""
LOCK_PARTS = sa.text(
    "SELECT count(pg_advisory_xact_lock(CAST(:part AS integer), key))"
    " FROM unnest(CAST(:keys AS integer[])) AS key"
)


class Database:
    """An open, migrated database.

    Readers see one snapshot for as long as their session lives. Use `sessions` in a thread
    (`asyncio.to_thread`), never on the event loop.
    """

    def __init__(self, engine: sa.Engine, *, seal: AuditSeal | None = None) -> None:
        self.engine = engine
        self._reads = engine if self.is_sqlite else engine.execution_options(**ONE_SNAPSHOT)
        self._writes = engine.execution_options(is_writer=True)
        self._seal = seal
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; else it is PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def sessions(self) -> Session:
        """A session to read with; close it (`with`), and whatever it changed is rolled back."""
        return Session(self._reads, autoflush=False, info={SEAL: self._seal})

    @contextmanager
    def writing(self, parts: Iterable[str] | None = None) -> Iterator[Session]:
        """A session to write with: committed at the end, rolled back on any error.

        Nobody else writes meanwhile. With `parts`, on PostgreSQL, others may write other parts:
        several ingest workers then work side by side, each on its own stores (see `parts`).
        """
        held = None if parts is None or self.is_sqlite else frozenset(parts)
        info = {SEAL: self._seal, PARTS: held}
        with self._writer, Session(self._writes, autoflush=False, info=info) as session:
            with session.begin():
                if not self.is_sqlite:
                    _lock(session, held)
                yield session
            self._remember(written_heads(session))

    def _remember(self, heads: dict[str, Head]) -> None:
        """What was committed stands, whatever becomes of the file beside the keys."""
        if self._seal is None or not heads:
            return
        try:
            self._seal.remember(heads)
        except (OSError, UnusableData):
            log.exception("the audit log's head was not kept", extra={"action": "head-failed"})

    def close(self) -> None:
        """Ends every connection, as soon as no thread is in the middle of using one: a task that
        was cancelled leaves its thread to finish, and one returned later would stay open."""
        deadline_s = time.monotonic() + FINISH_S
        while _in_use(self.engine) and time.monotonic() < deadline_s:
            time.sleep(0.01)
        self.engine.dispose()


def seal_of(session: Session) -> AuditSeal | None:
    """What signs the audit log; None where the database was opened without the hub's keys."""
    seal: AuditSeal | None = session.info.get(SEAL)
    return seal


def written_heads(session: Session) -> dict[str, Head]:
    """The last entry that this session has written to the audit log of each chain."""
    heads: dict[str, Head] = session.info.setdefault(HEADS, {})
    return heads


def lock_part(session: Session, part: str) -> None:
    """Waits until no other transaction holds `part`, and holds it; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(LOCK_PARTS, {"part": PART_LOCKS, "keys": [_key_of(part)]})


def _in_use(engine: sa.Engine) -> int:
    """Connections that threads hold now."""
    return engine.pool.checkedout() if isinstance(engine.pool, sa.QueuePool) else 0


def _lock(session: Session, parts: Iterable[str] | None) -> None:
    """Waits until this transaction may write: everything, or `parts` in one order for all."""
    if parts is None:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
        return
    session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(WRITER_LOCK)))
    keys = sorted(set(map(_key_of, parts)))
    if keys:
        # An array's elements come in its order, and so do the locks.
        session.execute(LOCK_PARTS, {"part": PART_LOCKS, "keys": keys})


def _key_of(part: str) -> int:
    """32 bits as PostgreSQL's integer, which has a sign."""
    key = zlib.crc32(part.encode())
    return key - 2**32 if key >= 2**31 else key


def open_database(url: str | sa.URL, *, seal: AuditSeal | None = None) -> Database:
    """The database at the SQLAlchemy `url`, brought to this version's tables. Without `seal` no act
    can be noted in the audit log.

    Raises UnusableData, and NewerDatabase when a newer AisleOS has written it.
    """
    database = Database(engine_for(url), seal=seal)
    with ExitStack() as opened:
        opened.callback(database.close)
        migrate(database)
        opened.pop_all()
    return database


def sqlite_file(url: str | sa.URL) -> Path | None:
    """The file of an SQLite address; None for every other one, also for one that is none."""
    try:
        address = sa.make_url(url)
    except ArgumentError:
        return None
    is_file = address.get_backend_name() == "sqlite" and address.database
    return Path(address.database) if is_file and address.database else None


def known_versions() -> set[str]:
    """The versions of the tables that this program can bring to its own."""
    return {script.revision for script in migration_scripts().walk_revisions()}


def migration_config() -> Config:
    """What alembic needs to walk the versions."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    return config


@cache
def migration_scripts() -> ScriptDirectory:
    """The migrations' files; read once, as they are part of the program."""
    return ScriptDirectory.from_config(migration_config())


def migrate(database: Database) -> None:
    """Brings the tables to this version, in one transaction.

    Raises UnusableData, and NewerDatabase when a newer AisleOS has written them.
    """
    scripts, known = migration_scripts(), known_versions()
    try:
        with database.engine.execution_options(is_writer=True).begin() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
            if present is not None and present not in known:
                raise NewerDatabase(
                    f"the database is of a newer AisleOS (its version is {present}, this program"
                    f" knows {scripts.get_current_head()}); install the newer AisleOS,"
                    " or give another --data or --database"
                )
            if present is None:
                _require_empty(connection)
            if present != scripts.get_current_head():
                config = migration_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                log.info("database migrated", extra={"action": "migrated", "before": present})
            _require_columns(connection)
    except DBAPIError as error:
        raise UnusableData(_reason(database, error)) from error


def _columns(connection: sa.Connection) -> set[tuple[str, str]]:
    """Table and column of everything that the database holds."""
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT found.name, info.name FROM sqlite_master AS found"
            " JOIN pragma_table_info(found.name) AS info WHERE found.type = 'table'"
            " AND found.name NOT LIKE 'sqlite_%'"
        )
    else:
        query = (
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
    return {(table, column) for table, column in connection.execute(sa.text(query))}


def _require_empty(connection: sa.Connection) -> None:
    """Nothing. Raises UnusableData where another program's tables are in the way."""
    tables = {table for table, _ in _columns(connection)} - {"alembic_version"}
    strangers = (
        tables if connection.dialect.name == "sqlite" else tables & set(Base.metadata.tables)
    )
    if strangers:
        place = connection.engine.url.render_as_string(hide_password=True)
        raise UnusableData(
            f"database {place} is none of AisleOS: it holds the table {min(strangers)};"
            " give another --data or --database"
        )


def _require_columns(connection: sa.Connection) -> None:
    """Nothing. Raises UnusableData for a database that a development version before 0.1.0 made: its
    tables had the same version, and other columns."""
    found = _columns(connection)
    wanted = {
        (name, column.name)
        for name, table in Base.metadata.tables.items()
        for column in table.columns
    }
    if lacking := sorted(wanted - found):
        place = connection.engine.url.render_as_string(hide_password=True)
        table, column = lacking[0]
        raise UnusableData(
            f"database {place} was made by an unreleased AisleOS: it lacks {table}.{column}"
            f" ({len(lacking)} columns in all); start with a new --data or --database, devices send"
            " again what they still keep"
        )


def _reason(database: Database, error: DBAPIError) -> str:
    place = database.engine.url.render_as_string(hide_password=True)
    reason = str(error.orig).strip().splitlines()[0]
    return f"cannot use database {place}: {reason}; check that it exists and may be written"
