"""The agent's own tables, in the same SQLite file as the outbox, so that one commit holds both.

Plain SQL, versions in `local_schema` (`user_version` is the outbox's): sqlite-utils loads numpy
where it is installed, which costs a till 64 MB.
"""

import sqlite3

from edge_agent.core.errors import EdgeError


class NewerDatabase(EdgeError):
    """The file was written by a newer agent."""


MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE till_counter(
        workstation_id TEXT PRIMARY KEY, next_sequence INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE till_receipt(
        number INTEGER PRIMARY KEY AUTOINCREMENT, workstation_id TEXT NOT NULL,
        business_day TEXT NOT NULL, sequence INTEGER NOT NULL,
        type TEXT NOT NULL, body TEXT NOT NULL, event_id TEXT NOT NULL,
        recorded_at TEXT NOT NULL, voided INTEGER NOT NULL DEFAULT 0,
        UNIQUE(workstation_id, business_day, sequence));
    CREATE TABLE answered_request(
        number INTEGER PRIMARY KEY AUTOINCREMENT, idempotency_key TEXT NOT NULL UNIQUE,
        fingerprint TEXT NOT NULL, answer TEXT NOT NULL, answered_at TEXT NOT NULL);
    CREATE TABLE alarm(
        alarm TEXT NOT NULL, subject TEXT NOT NULL, raised_at TEXT NOT NULL, cleared_at TEXT,
        value REAL, limit_value REAL, detail TEXT NOT NULL,
        PRIMARY KEY(alarm, subject, raised_at)) WITHOUT ROWID;
    CREATE TABLE open_minute(
        camera_id TEXT PRIMARY KEY, started_at TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE day_count(
        day TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, number REAL NOT NULL,
        PRIMARY KEY(day, what, subject)) WITHOUT ROWID;
    CREATE TABLE photo(
        camera_id TEXT NOT NULL, name TEXT NOT NULL, taken_at TEXT NOT NULL, sha256 TEXT NOT NULL,
        quality TEXT NOT NULL, facings INTEGER NOT NULL, gaps INTEGER NOT NULL,
        PRIMARY KEY(camera_id, name)) WITHOUT ROWID;
    CREATE INDEX photo_by_time ON photo(camera_id, taken_at);
    CREATE TABLE cart_session(
        session_id TEXT PRIMARY KEY, started_at TEXT NOT NULL, items TEXT NOT NULL,
        measured_g REAL, closed TEXT) WITHOUT ROWID;
    CREATE TABLE imported_receipt(key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE lane_belief(
        fixture_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, taken_at TEXT NOT NULL,
        beliefs TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE till_return(
        number INTEGER PRIMARY KEY AUTOINCREMENT, of_line TEXT NOT NULL,
        by_receipt TEXT NOT NULL, quantity TEXT NOT NULL, amount TEXT NOT NULL);
    CREATE INDEX till_return_of ON till_return(of_line);
    CREATE INDEX till_return_by ON till_return(by_receipt);
    """,
    """
    CREATE TABLE imported_original(
        number TEXT NOT NULL, workstation_id TEXT NOT NULL, business_day TEXT NOT NULL,
        body TEXT NOT NULL, voided INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY(number, workstation_id, business_day)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE print_job(
        number INTEGER PRIMARY KEY AUTOINCREMENT, workstation_id TEXT NOT NULL,
        business_day TEXT NOT NULL, sequence INTEGER NOT NULL, is_copy INTEGER NOT NULL);
    """,
    """
    CREATE TABLE maintenance(
        one INTEGER PRIMARY KEY CHECK(one = 1), begun_at TEXT NOT NULL, ends_at TEXT NOT NULL);
    """,
)
"""What each version added; never edited once released."""


def apply_migrations(connection: sqlite3.Connection) -> None:
    """The local tables are those of this agent, inside the caller's transaction.

    Raises NewerDatabase where the file knows more than this agent does.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS local_schema(version INTEGER NOT NULL)")
    (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM local_schema").fetchone()
    if version > len(MIGRATIONS):
        raise NewerDatabase(
            f"this folder was written by a newer agent (its tables are version {version}, this"
            f" agent knows {len(MIGRATIONS)}); install the newer agent or choose another --data"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("INSERT INTO local_schema(version) VALUES (?)", (number,))


def count_up(
    connection: sqlite3.Connection, *, day: str, what: str, subject: str, by: float = 1
) -> None:
    """One more of `what` today, for the device's own page."""
    connection.execute(
        "INSERT INTO day_count(day, what, subject, number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(day, what, subject) DO UPDATE SET number = number + excluded.number",
        (day, what, subject, by),
    )
