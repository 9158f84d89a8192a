"""The outbox's file: opened, brought up to date, checked; put aside when it is damaged.

The schema is a ladder of plain SQL under `PRAGMA user_version`.
"""

import json
import logging
import os
import sqlite3
from pathlib import Path

from sync.core.errors import NewerOutbox, OutboxUnusable
from sync.core.private import private_database, private_folder

log = logging.getLogger(__name__)

LADDER = (
    """
    CREATE TABLE epoch(epoch INTEGER PRIMARY KEY, nonce TEXT NOT NULL) STRICT;
    CREATE TABLE run(id INTEGER PRIMARY KEY, run TEXT NOT NULL) STRICT;
    CREATE TABLE boot(id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE lane(
        epoch INTEGER NOT NULL, lane INTEGER NOT NULL, next_seq INTEGER NOT NULL,
        waiting INTEGER NOT NULL, unmet_from INTEGER,
        PRIMARY KEY(epoch, lane)) STRICT, WITHOUT ROWID;
    CREATE TABLE outbox(
        epoch INTEGER NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL,
        kind TEXT NOT NULL, schema_version INTEGER NOT NULL, boot INTEGER NOT NULL,
        monotonic_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, trusted INTEGER NOT NULL,
        crc INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY(epoch, lane, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE acknowledged(
        epoch INTEGER NOT NULL, lane INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY(epoch, lane, first)) STRICT, WITHOUT ROWID;
    CREATE TABLE kept(
        id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, age_s REAL NOT NULL) STRICT;
    CREATE TABLE loss(
        id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, bytes INTEGER NOT NULL,
        reason TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE dead_letter(
        epoch INTEGER NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL,
        kind TEXT NOT NULL, error TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY(epoch, lane, seq)) STRICT;
    CREATE TABLE age(one INTEGER PRIMARY KEY CHECK(one = 1), age_s REAL NOT NULL) STRICT;
    INSERT INTO age VALUES(1, 0.0);
    """,
    """
    CREATE TABLE inbox(
        command_id TEXT PRIMARY KEY, state TEXT NOT NULL, age_s REAL NOT NULL) STRICT;
    CREATE TABLE shadow(
        one INTEGER PRIMARY KEY CHECK(one = 1), desired_version INTEGER NOT NULL,
        desired TEXT NOT NULL, reported_version INTEGER NOT NULL, reported TEXT NOT NULL) STRICT;
    CREATE TABLE media(
        sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, added INTEGER NOT NULL,
        uploaded INTEGER NOT NULL DEFAULT 0) STRICT;
    """,
    """
    ALTER TABLE boot ADD COLUMN anchor_ms INTEGER;
    ALTER TABLE boot ADD COLUMN anchor_wall_ms INTEGER;
    """,
    """
    CREATE TABLE to_settle(epoch INTEGER PRIMARY KEY, reason TEXT NOT NULL) STRICT;
    """,
)
"""Step i brings the schema from version i to i + 1. Steps are never changed, only added."""
SCHEMA_VERSION = len(LADDER)
_OURS = 0x41697331
"""`application_id` of an outbox file ("Ais1")."""
BUSY_TIMEOUT_S = 10.0
LOG_PAGES = 1000
"""The write-ahead log is emptied after so many pages, or an eighth of a smaller quota: it takes
room on the disk beside the quota."""


def connect(path: Path, *, quota_bytes: int | None = None) -> sqlite3.Connection:
    """A connection as every user of the file needs it: WAL, FULL, quota, autocommit mode."""
    private_database(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-4096")
        page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
        log_pages = LOG_PAGES
        if quota_bytes is not None:
            # Below the disk: in WAL mode a full disk refuses even DELETE.
            quota_pages = max(64, quota_bytes // page_bytes)
            connection.execute(f"PRAGMA max_page_count={quota_pages}")
            log_pages = min(log_pages, max(16, quota_pages // 8))
        connection.execute(f"PRAGMA wal_autocheckpoint={log_pages}")
        connection.execute(f"PRAGMA journal_size_limit={2 * log_pages * page_bytes}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(path: Path) -> bool:
    """Bring the file to this version's schema; True if a damaged one had to be put aside first.

    Raises NewerOutbox, and OutboxUnusable where the folder or file cannot be written.
    """
    try:
        private_folder(path.parent)
        migrate(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and not _is_damage(error):
            raise OutboxUnusable(f"cannot open outbox {path}: {error}") from error
        _quarantine(path, error)
        migrate(path)
        return True
    except OSError as error:
        raise OutboxUnusable(f"cannot use folder {path.parent}: {error.strerror}") from error
    return False


def _is_damage(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def migrate(path: Path) -> None:
    """Bring a sound file to this version's schema. Raises NewerOutbox, and sqlite3.DatabaseError
    where it is damaged."""
    connection = connect(path)
    try:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise NewerOutbox(
                f"{path} was written by a newer AisleOS (schema {version}, this one knows "
                f"{SCHEMA_VERSION}); install that version or give another --data folder"
            )
        for step in LADDER[version:]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={_OURS}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _quarantine(path: Path, error: sqlite3.Error) -> None:
    """Move the file and its log beside, under the first free number."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    log.error(
        "outbox %s is damaged (%s); kept as %s",
        path,
        error,
        aside,
        extra={"action": "outbox-quarantined"},
    )
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))


def last_epoch(path: Path) -> int:
    """The highest epoch ever begun in this folder, 0 if none; outlives a damaged file."""
    try:
        return int(json.loads(_epoch_file(path).read_text(encoding="ascii"))["epoch"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def remember_epoch(path: Path, epoch: int) -> None:
    """Write down beside the file that `epoch` has begun."""
    draft = _epoch_file(path).with_suffix(".draft")
    with draft.open("w", encoding="ascii") as file:
        file.write(json.dumps({"epoch": epoch}))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(_epoch_file(path))


def _epoch_file(path: Path) -> Path:
    return path.with_name(path.name + ".epoch")
