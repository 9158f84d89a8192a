"""What stands in the hub's tables."""

from typing import Any

import sqlalchemy as sa

from cloud_hub.core.storage.database import Database


def count(database: Database, table: type) -> int:
    """How many rows a table has."""
    with database.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def rows(database: Database, table: Any) -> list[Any]:
    """Every row of a table."""
    with database.sessions() as session:
        return list(session.scalars(sa.select(table)))
