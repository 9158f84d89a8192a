"""Bulk inserts that both databases take: new rows only, or new values for known ones.

What a statement is, and how its values are bound, is worked out once; SQLAlchemy prepares every
row anew, which took two thirds of the time of a batch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cloud_hub.core.storage.table import Base

Row = Mapping[str, Any]
Column = sa.ColumnElement[Any]
Merge = Callable[[Column, Column], Column]
Bind = Callable[[Any], Any]
CHUNK = 400
"""Values in one IN list; SQLite takes 32,766 variables, short lists keep its plans simple."""
COPIED = 20
"""From so many rows on, a COPY costs less than its own statements."""
BINARY_TYPES: tuple[tuple[type[Any], str], ...] = (
    (postgresql.JSONB, ""),
    (sa.JSON, "text"),
    (sa.String, "text"),
    (sa.Boolean, "bool"),
    (sa.BigInteger, "int8"),
    (sa.DateTime, "timestamptz"),
    (sa.Date, "date"),
    (sa.Float, "float8"),
    (sa.LargeBinary, "bytea"),
)
"""What PostgreSQL's binary COPY is told of each column; JSON travels as its text, and a
table with JSONB, which does not, is never copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertPlan:
    """One insert, ready to run. `binds` are per name in `names`, None where a value goes as it is.
    `copied_as` are the columns' types for COPY; none where COPY cannot be used."""

    text: str
    names: tuple[str, ...]
    binds: tuple[Bind | None, ...]
    is_positional: bool
    keys: tuple[str, ...]
    target: str
    copied_as: tuple[str, ...]

    @property
    def columns(self) -> str:
        """The names, quoted, in order."""
        return ", ".join(f'"{name}"' for name in self.names)

    @property
    def conflict_clause(self) -> str:
        """What becomes of a row whose key is known."""
        return self.text[self.text.index(" ON CONFLICT") :]

    def values(self, row: Row) -> list[Any]:
        """The row's values as the driver takes them."""
        return [
            row[name] if bind is None else bind(row[name])
            for name, bind in zip(self.names, self.binds, strict=True)
        ]


def _json_text(value: object) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


def _plan(
    statement: postgresql.Insert | sqlite.Insert, dialect: sa.Dialect, names: tuple[str, ...]
) -> InsertPlan:
    table = statement.table
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    impls = [table.c[name].type.dialect_impl(dialect) for name in order]
    shapes = [getattr(impl, "impl_instance", impl) for impl in impls]
    binds = tuple(
        _json_text if isinstance(impl, sa.JSON) else impl.bind_processor(dialect) for impl in impls
    )
    types = [next((as_ for of, as_ in BINARY_TYPES if isinstance(s, of)), "") for s in shapes]
    can_copy = dialect.name == "postgresql" and all(types)
    return InsertPlan(
        text=compiled.string,
        names=order,
        binds=binds,
        is_positional=compiled.positiontup is not None,
        keys=tuple(column.name for column in table.primary_key),
        target=f'"{table.description}"',
        copied_as=tuple(types) if can_copy else (),
    )


def _run(session: Session, plan: InsertPlan, rows: Sequence[Row], *, mostly_new: bool) -> None:
    """Executes an insert for many rows that all have the same columns."""
    connection = session.connection()
    values = [plan.values(row) for row in rows]
    if plan.copied_as and len(rows) >= COPIED:
        if mostly_new and _copy_new(connection, plan, values):
            return
        if _are_distinct(plan, rows):
            _copy_staged(connection, plan, values)
            return
    if plan.is_positional:
        connection.exec_driver_sql(plan.text, [tuple(value) for value in values])
    else:
        named = [dict(zip(plan.names, value, strict=True)) for value in values]
        connection.exec_driver_sql(plan.text, named)


def _are_distinct(plan: InsertPlan, rows: Sequence[Row]) -> bool:
    """Whether no two rows have the same key: one statement may not touch a row twice."""
    key_of = itemgetter(*plan.keys)
    return len({key_of(row) for row in rows}) == len(rows)


def _copy_new(connection: sa.Connection, plan: InsertPlan, values: Sequence[Sequence[Any]]) -> bool:
    """Copies the rows straight into their table; False, and nothing done, if one is known."""
    trial = connection.begin_nested()
    try:
        _copy(connection, plan, plan.target, values)
    except sa.exc.IntegrityError:
        trial.rollback()
        return False
    trial.commit()
    return True


def _copy_staged(
    connection: sa.Connection, plan: InsertPlan, values: Sequence[Sequence[Any]]
) -> None:
    """The same insert by COPY into a temporary table: PostgreSQL takes many rows so at a fraction
    of the cost of as many statements."""
    stage = f'"stage_{plan.target[1:]}'
    # Made of the names of our own tables and columns alone.
    made = f"CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {plan.target}) ON COMMIT DELETE ROWS"
    moved = f"INSERT INTO {plan.target} ({plan.columns}) SELECT {plan.columns} FROM {stage}"  # noqa: S608
    connection.exec_driver_sql(made)
    _copy(connection, plan, stage, values)
    connection.exec_driver_sql(moved + plan.conflict_clause)
    connection.exec_driver_sql(f"TRUNCATE {stage}")


def _copy(
    connection: sa.Connection, plan: InsertPlan, into: str, values: Sequence[Sequence[Any]]
) -> None:
    driver, dialect = connection.connection.driver_connection, connection.dialect
    if driver is None or dialect.dbapi is None:
        raise RuntimeError("the connection is closed")
    statement = f"COPY {into} ({plan.columns}) FROM STDIN (FORMAT BINARY)"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(plan.copied_as)
            for row in values:
                copy.write_row(row)
    except dialect.dbapi.Error as error:
        # As SQLAlchemy would say it: whoever calls tells an outage from a bad value by that.
        raise sa.exc.DBAPIError.instance(
            statement, None, error, dialect.dbapi.Error, dialect=dialect
        ) from error


def _insert(table: sa.Table, dialect: sa.Dialect) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=256)
def _insert_plan(model: type[Base], dialect: sa.Dialect, names: tuple[str, ...]) -> InsertPlan:
    table = Base.metadata.tables[model.__tablename__]
    return _plan(_insert(table, dialect).on_conflict_do_nothing(), dialect, names)


@lru_cache(maxsize=256)
def _merge_plan(
    model: type[Base],
    dialect: sa.Dialect,
    names: tuple[str, ...],
    merge: tuple[tuple[str, Merge], ...],
) -> InsertPlan:
    table = Base.metadata.tables[model.__tablename__]
    statement = _insert(table, dialect)
    changed = {name: of(table.c[name], statement.excluded[name]) for name, of in merge}
    keys = [column.name for column in table.primary_key]
    return _plan(statement.on_conflict_do_update(index_elements=keys, set_=changed), dialect, names)


def insert_new(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Inserts the rows whose key is new; leaves the others as they are.

    Nearly always all are new: the books have said so before.
    """
    if rows:
        plan = _insert_plan(model, session.connection().dialect, tuple(rows[0]))
        _run(session, plan, rows, mostly_new=True)


def insert_or_replace(
    session: Session, model: type[Base], rows: Sequence[Row], *, keep: Iterable[str] = ()
) -> None:
    """Inserts the rows; a known key gets the new values, but for the columns in `keep`."""
    if rows:
        fixed = {*(column.name for column in model.__table__.primary_key), *keep}
        insert_or_merge(session, model, rows, {name: _new for name in rows[0] if name not in fixed})


def insert_or_merge(
    session: Session,
    model: type[Base],
    rows: Sequence[Row],
    merge: Mapping[str, Merge],
    *,
    mostly_new: bool = False,
) -> None:
    """Inserts the rows; on a known key each column in `merge` becomes merge(there, new).

    `mostly_new`: try first as if no key were known, which costs half where that is so.
    """
    if rows:
        dialect = session.connection().dialect
        plan = _merge_plan(model, dialect, tuple(rows[0]), tuple(merge.items()))
        _run(session, plan, rows, mostly_new=mostly_new)


def _new(_there: Column, new: Column) -> Column:
    return new


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
