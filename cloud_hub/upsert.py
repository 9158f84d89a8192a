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


def _insert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)


def insert_new(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Inserts the rows whose key is new; leaves the others as they are."""
    if rows:
        session.execute(_insert(session, model).on_conflict_do_nothing(), rows)


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
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def insert_or_merge(
    session: Session, model: type[Base], rows: Sequence[Row], merge: Mapping[str, Merge]
) -> None:
    """Inserts the rows; on a known key each column in `merge` becomes merge(there, new)."""
    if not rows:
        return
    statement = _insert(session, model)
    columns = model.__table__.c
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[column.name for column in model.__table__.primary_key],
            set_={name: of(columns[name], statement.excluded[name]) for name, of in merge.items()},
        ),
        rows,
    )


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
