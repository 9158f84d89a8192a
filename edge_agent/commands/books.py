"""A look into a device's folder with nothing running: the books, the tables, what waits longest.

For technicians, through sqlite-utils; the agent itself never loads it (it brings numpy along).
"""

import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from edge_agent.core.errors import EdgeError
from sync.outbox.lane_books import read_books


class NoBooks(EdgeError):
    """A folder without an agent's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBooks:
    """What a device's file holds. `oldest_waiting` is by lane, with its wall clock's time."""

    balanced: bool
    lanes: tuple[dict[str, Any], ...]
    tables: dict[str, int]
    losses: tuple[dict[str, Any], ...]
    oldest_waiting: tuple[dict[str, Any], ...]


def look_into(data_dir: Path) -> DeviceBooks:
    """The books of the agent in `data_dir`; changes nothing, works beside a running agent.

    Raises NoBooks.
    """
    path = agent_file(data_dir)
    try:
        return _read(path)
    except (sqlite3.Error, ValueError) as error:
        raise NoBooks(
            f"{path} cannot be read: {error}; the agent keeps a damaged file beside a new one"
        ) from error


def agent_file(data_dir: Path) -> Path:
    """The file of the agent in `data_dir`. Raises NoBooks where there is none."""
    path = data_dir / "agent.db"
    if not path.is_file():
        raise NoBooks(f"no agent.db in {data_dir}; give an agent's --data folder")
    return path


def _read(path: Path) -> DeviceBooks:
    """Raises sqlite3.Error or ValueError where the file is no outbox."""
    books = read_books(path)
    database = Database(sqlite3.connect(f"file:{path}?mode=ro", uri=True))
    try:
        return DeviceBooks(
            balanced=all(lane.balanced for lane in books),
            lanes=tuple(
                asdict(lane) | {"lane": lane.lane.name.lower()} for lane in books if lane.produced
            ),
            tables={name: database[name].count for name in sorted(database.table_names())},
            losses=tuple(
                database.query(
                    "SELECT epoch, lane, reason, min(first) AS first, max(last) AS last,"
                    " sum(last - first + 1) AS events, sum(bytes) AS bytes FROM loss"
                    " GROUP BY epoch, lane, reason"
                )
            ),
            oldest_waiting=tuple(
                database.query(
                    "SELECT epoch, lane, kind, seq, datetime(wall_ms / 1000, 'unixepoch') AS at"
                    " FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM acknowledged a"
                    " WHERE a.epoch = o.epoch AND a.lane = o.lane"
                    " AND o.seq BETWEEN a.first AND a.last)"
                    " GROUP BY epoch, lane HAVING seq = min(seq)"
                )
            ),
        )
    finally:
        database.close()
