"""Bulk inserts that both databases take: new rows only, or new values for known ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cloud_hub.model import Base

Row = Mapping[str, Any]
Column = sa.ColumnElement[Any]
Merge = Callable[[Column, Column], Column]
CHUNK = 400
"""Values in one IN list; SQLite takes 32,766 variables, short lists keep its plans simple."""
COPIED = 50
"""From so many rows on, a COPY costs less than its own statements."""


def _run(
    session: Session, statement: postgresql.Insert | sqlite.Insert, rows: Sequence[Row]
) -> None:
    """Executes an insert for many rows that all have the same columns.

    The driver's own executemany, with each column's processor looked up once: SQLAlchemy prepares
    every row anew, which took two thirds of the time of a batch.
    """
    connection = session.connection()
    dialect = connection.dialect
    names, table = list(rows[0]), statement.table
    compiled = statement.compile(dialect=dialect, column_keys=names)
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    processors = {name: of_type.bind_processor(dialect) for name, of_type in types.items()}
    if dialect.name == "postgresql" and len(rows) >= COPIED and _are_distinct(table, rows):
        _copy(connection, table, compiled.string, processors, rows)
        return
    order = [(name, processors[name]) for name in compiled.positiontup or names]
    values: list[Any] = [
        tuple(row[name] if of is None else of(row[name]) for name, of in order) for row in rows
    ]
    if compiled.positiontup is None:
        values = [dict(zip(names, value, strict=True)) for value in values]
    connection.exec_driver_sql(compiled.string, values)


def _are_distinct(table: sa.FromClause, rows: Sequence[Row]) -> bool:
    """Whether no two rows have the same key: one statement may not touch a row twice."""
    keys = [column.name for column in table.primary_key]
    return len({tuple(row[name] for name in keys) for row in rows}) == len(rows)


def _copy(
    connection: sa.Connection,
    table: sa.FromClause,
    text: str,
    processors: Mapping[str, Any],
    rows: Sequence[Row],
) -> None:
    """The same insert by COPY into a temporary table: PostgreSQL takes many rows so at a fraction
    of the cost of as many statements."""
    names = ", ".join(f'"{name}"' for name in processors)
    target, stage = f'"{table.description}"', f'"stage_{table.description}"'
    tail = text[text.index(" ON CONFLICT") :]
    # Made of the names of our own tables and columns alone.
    made = f"CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {target}) ON COMMIT DELETE ROWS"
    moved = f"INSERT INTO {target} ({names}) SELECT {names} FROM {stage}{tail}"  # noqa: S608
    connection.exec_driver_sql(made)
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    order = list(processors.items())
    with driver.cursor() as cursor, cursor.copy(f"COPY {stage} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] if of is None else of(row[name]) for name, of in order])
    connection.exec_driver_sql(moved)
    connection.exec_driver_sql(f"TRUNCATE {stage}")


def _insert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    table = Base.metadata.tables[model.__tablename__]
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_new(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Inserts the rows whose key is new; leaves the others as they are."""
    if rows:
        _run(session, _insert(session, model).on_conflict_do_nothing(), rows)


def insert_or_replace(
    session: Session, model: type[Base], rows: Sequence[Row], *, keep: Iterable[str] = ()
) -> None:
    """Inserts the rows; a known key gets the new values, but for the columns in `keep`."""
    if not rows:
        return
    statement = _insert(session, model)
    keys = [column.name for column in model.__table__.primary_key]
    fixed = {*keys, *keep}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    _run(session, statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def insert_or_merge(
    session: Session, model: type[Base], rows: Sequence[Row], merge: Mapping[str, Merge]
) -> None:
    """Inserts the rows; on a known key each column in `merge` becomes merge(there, new)."""
    if not rows:
        return
    statement = _insert(session, model)
    columns = model.__table__.c
    merged = {name: of(columns[name], statement.excluded[name]) for name, of in merge.items()}
    keys = [column.name for column in model.__table__.primary_key]
    _run(session, statement.on_conflict_do_update(index_elements=keys, set_=merged), rows)


def added(there: Column, new: Column) -> Column:
    """Both together."""
    return there + new


def greater(there: Column, new: Column) -> Column:
    """The greater of the two; the one there is, where one is null."""
    return sa.case((sa.or_(there.is_(None), new > there), new), else_=there)


def lesser(there: Column, new: Column) -> Column:
    """The lesser of the two; the one there is, where one is null."""
    return sa.case((sa.or_(there.is_(None), new < there), new), else_=there)


def chunks(values: Iterable[Any]) -> list[list[Any]]:
    """The distinct values, sorted, in lists short enough for one IN."""
    distinct = sorted(set(values))
    return [distinct[at : at + CHUNK] for at in range(0, len(distinct), CHUNK)]
